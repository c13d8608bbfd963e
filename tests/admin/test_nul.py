"""Characters and numbers that no table holds are refused with a reason, wherever staff can put them."""

import json

import pytest
from django.test import Client

from signals_app.models import Segment, SignalDefinition
from signals_app.scores import sound
from tests.api.caller import Caller
from tests.signals.segments_world import FREE, a_segment

pytestmark = pytest.mark.django_db
ADMIN = "/admin/signals_app"
BROKEN = {
    "a NUL": (json.dumps(FREE | {"value": "a\x00"}), "value holds a NUL character (\\u0000)"),
    "half a pair": (json.dumps(FREE | {"value": "\ud800"}), "value holds half of a surrogate pair"),
    "a constant": ('{"all": [NaN]}', "all[0] is NaN, which is not JSON"),
    "twice": ('{"all": [], "all": []}', "all is a duplicate key"),
    "too long a number": (f'{{"all": {"1" * 5000}}}', "all is an integer beyond 2^53"),
    "too deep": ('{"all":' * 3000, "The rule is nested deeper than 32 levels"),
}


@pytest.mark.parametrize("text", [text for text, _ in BROKEN.values()], ids=list(BROKEN))
def test_a_rule_with_what_cannot_be_kept_is_refused(admin_client: Client, text: str) -> None:
    said = next(said for given, said in BROKEN.values() if given == text)
    form = {"slug": "free", "name": "Free", "kind": "rule", "rule": text, "live": "on"}
    page = admin_client.post(f"{ADMIN}/segment/add/", form)
    assert page.context["adminform"].form.errors["rule"] == [said]
    definition = {"slug": "free", "name": "Free", "detector": "rule", "about": "person", "confidence": "1"}
    hours = {"hold_hours": "0", "lifetime_hours": "1", "cooldown_hours": "0"}
    page = admin_client.post(
        f"{ADMIN}/signaldefinition/add/", definition | hours | {"config": text, "condition": text}
    )
    errors = page.context["adminform"].form.errors
    assert errors["condition"] == [said] and errors["config"][0].startswith("config: ")
    assert not Segment.objects.exists() and not SignalDefinition.objects.exists()
    words = admin_client.post(
        f"{ADMIN}/signaldefinition/words/", json.dumps({"rule": text}), content_type="application/json"
    )
    (problem,) = words.json()["problems"]
    assert f"{problem['path'] or 'The rule'} {problem['sentence']}" == said


def test_a_nul_in_an_address_is_refused_before_anybody_looks_for_it(admin_client: Client) -> None:
    segment = a_segment("free", FREE)
    for path in (
        f"{ADMIN}/signaldefinition/choices/?event=a%00b",
        f"{ADMIN}/segment/{segment.pk}/why/?person=%00",
        f"{ADMIN}/signaldefinition/?about=%00",
        f"{ADMIN}/segment/%00/change/",
    ):
        answer = admin_client.get(path)
        assert (answer.status_code, answer.content) == (400, b"The address holds a NUL character (%00).")
    told = Caller("viewer").get("/api/segments/free/why/?person=%00")
    assert (told.status_code, told["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(told.content)["errors"][0]["pointer"] == "?person"


def test_two_percent_signs_are_no_nul(admin_client: Client) -> None:
    assert admin_client.get(f"{ADMIN}/signaldefinition/?q=%2500").status_code == 200


@pytest.mark.parametrize("points", [10**400, float("inf"), float("nan"), 0, -1, True, "1", 1_000_001])
def test_points_beyond_any_number_are_refused(points: object) -> None:
    sign = {"part": "plan", "name": "Free", "points": points, "if": FREE}
    assert sound.problems("health", [sign]) == ["signs[0].points: must be a number above 0 and up to 1000000"]
