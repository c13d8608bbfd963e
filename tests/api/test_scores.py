"""Scores by the API: made, changed, trained, asked about one account, and deleted."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from signals_app.models import Score, ScoreDefinition, SignalDefinition
from signals_app.scores import training
from tests.api.caller import Caller
from tests.build import an_account
from tests.conftest import Time
from tests.signals.scores_world import ACTIVE, PAID, a_definition, a_sign, scored, used

pytestmark = pytest.mark.django_db
URL = "/api/scores/"
SIGNS = [a_sign("fit", PAID, 3, "Pays"), a_sign("usage", ACTIVE, 1, "Is there")]
SAID = {"slug": "health", "name": "Health", "signs": SIGNS}


def told(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return json.loads(answer.content) if answer.content else None


def test_it_works(editor: Caller, viewer: Caller, time: Time) -> None:
    an_account("acme", plan="pro")
    made = told(editor.post(URL, SAID), 201)
    assert (made["version"], made["edited"], made["training"], made["refreshed_at"]) == (1, True, {}, None)
    scored()
    assert told(viewer.get(f"{URL}health/"))["refreshed_at"] == "2026-03-10T10:00:00Z"
    assert told(viewer.get("/api/accounts/acme/scores/"))["results"] == [
        {
            "slug": "health",
            "value": 0.75,
            "at": "2026-03-10T10:00:00Z",
            "trained": False,
            "parts": [{"part": "fit", "points": 3, "of": 3}, {"part": "usage", "points": 0, "of": 1}],
            "signs": [
                {"part": "fit", "name": "Pays", "points": 3, "holds": True},
                {"part": "usage", "name": "Is there", "points": 1, "holds": False},
            ],
        }
    ]
    told(viewer.get("/api/accounts/nobody/scores/"), 404)


def test_changed_signs_are_a_new_version_by_which_all_are_measured_anew(editor: Caller, time: Time) -> None:
    account = an_account(plan="pro")
    told(editor.post(URL, SAID), 201)
    scored()
    assert told(editor.patch(f"{URL}health/", {"name": "Other"}))["version"] == 1
    assert scored() == {}
    assert told(editor.patch(f"{URL}health/", {"signs": SIGNS[:1]}))["version"] == 2
    assert scored() == {"health": {account.pk}}


@pytest.mark.parametrize(
    ("signs", "sentence"),
    [
        ([], "signs: must be a list"),
        ("x", "signs: must be a list"),
        ([a_sign("fit", PAID, 1, str(number)) for number in range(21)], "signs: has more than 20"),
        ([{"part": "fit"}], "signs[0]: must have part, name, points, if"),
        ([SIGNS[0] | {"points": True}], "signs[0].points: must be a number"),
        ([SIGNS[0], SIGNS[1] | {"points": -1}], "signs[1].points: must be a number"),
        ([SIGNS[0] | {"part": ""}], "signs[0].part: must be a text"),
        ([SIGNS[0] | {"if": {"all": []}}], "signs[0].if.all: must be"),
        ([SIGNS[0] | {"if": used(1) | {"of": "person"}}], "signs[0].if.of: It asks about a person"),
        ([SIGNS[0] | {"if": {"fact": "segment", "slug": "x", "op": "is", "value": True}}], "asks about a person"),
        ([SIGNS[0] | {"if": {"fact": "score", "name": "x", "op": "at_least", "value": 0.5}}], "another score"),
        ([SIGNS[0], SIGNS[0]], "two have the same name"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_place(editor: Caller, signs: Any, sentence: str) -> None:
    errors = told(editor.post(URL, SAID | {"signs": signs}), 400)["errors"]
    assert any(sentence in one["message"] for one in errors), errors
    assert not ScoreDefinition.objects.exists()


def test_it_is_trained_and_used_only_if_it_could_be(editor: Caller, time: Time) -> None:
    told(editor.post(URL, SAID), 201)
    assert told(editor.post(f"{URL}health/train/", {}), 202)["training_asked_at"] == "2026-03-10T10:00:00Z"
    training.run()
    found = told(editor.get(f"{URL}health/"))
    assert found["training_asked_at"] is None
    assert "There are 0 answers" in found["training"]["problem"]
    errors = told(editor.patch(f"{URL}health/", {"trained": True}), 400)["errors"]
    assert "It could not be trained" in errors[0]["message"]
    told(editor.post(f"{URL}nothing/train/", {}), 404)


def test_what_a_live_signal_asks_for_stays(editor: Caller, time: Time) -> None:
    an_account(plan="pro")
    told(editor.post(URL, SAID), 201)
    scored()
    rule = {"fact": "score", "name": "health", "op": "at_least", "value": 0.7}
    SignalDefinition.objects.create(
        slug="fine", name="Fine", detector="rule", config={"rule": rule}, live=True
    )
    told(editor.call("DELETE", f"{URL}health/"), 409)
    errors = told(editor.patch(f"{URL}health/", {"live": False}), 400)["errors"]
    assert "the signal fine refers to it" in errors[0]["message"]
    SignalDefinition.objects.update(live=False)
    told(editor.call("DELETE", f"{URL}health/"), 204)
    assert not Score.objects.exists()


def test_viewers_look_only(viewer: Caller) -> None:
    a_definition(signs=SIGNS)
    told(viewer.post(URL, SAID), 403)
    told(viewer.patch(f"{URL}health/", {"live": False}), 403)
    told(viewer.post(f"{URL}health/train/", {}), 403)


def test_staff_need_the_right(client: Client) -> None:
    a_definition(signs=SIGNS)
    an_account("acme")
    staff = User.objects.create(username="sam", is_staff=True)
    client.force_login(staff)
    for path in (URL, "/api/accounts/acme/scores/"):
        assert client.get(path).status_code == 403
    for codename in ("view_scoredefinition", "view_score"):
        staff.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(User.objects.get(pk=staff.pk))
    for path in (URL, "/api/accounts/acme/scores/"):
        assert client.get(path).status_code == 200
