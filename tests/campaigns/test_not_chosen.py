"""Asked about an offer that lost, explain tells that offer's own gates and score, from the stored decision."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns_app import explain, not_chosen
from offers_app.models import Decision
from people_app.models import Person
from tests.campaigns.deciding import Server, noticed
from tests.conftest import Time
from tests.engine import MORNING, act, last_decision
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
OFFERS = ["pro-plan", "analytics-addon", "extra-seats", "team-reporting"]


@pytest.fixture
def person(time: Time, settings: Any) -> Person:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)
    person = noticed()
    Server().ask(person, offers=OFFERS, template="smart-nudge")
    return person


def weighed(person: Person) -> dict[str, dict[str, Any]]:
    return {one["offer"]: one for one in last_decision(person).candidates}


def stopped(candidate: dict[str, Any]) -> str:
    return next((gate["gate"] for gate in candidate["gates"] if not gate["passed"]), "")


@pytest.mark.parametrize("slug", OFFERS)
def test_each_that_was_weighed_is_told_by_its_own_gates(person: Person, slug: str) -> None:
    candidate = weighed(person)[slug]
    (told,) = explain.evaluations(person, slug)
    assert (told["offer"], told["derived"], told["at"]) == (slug, False, MORNING)
    own = [gate["gate"] for gate in candidate["gates"]]
    codes = [gate["gate"] for gate in told["gates"]]
    assert codes[0] == "erased" and [code for code in codes if code in own] == own
    if candidate.get("chosen"):
        assert (told["outcome"], told["gate"]) == ("delivered", "")
    else:
        assert (told["outcome"], told["gate"]) == ("excluded", stopped(candidate) or "not_chosen")
        assert told["reason"] and told["must_happen"]


def test_one_that_passed_and_lost_is_told_with_its_score_and_the_winners(person: Person) -> None:
    candidates = weighed(person)
    (winner,) = [one for one in candidates.values() if one.get("chosen")]
    loser = next(one for one in candidates.values() if "score" in one and not one["chosen"])
    (told,) = explain.evaluations(person, loser["offer"])
    assert told["gate"] == "not_chosen"
    assert told["input"]["value"] == {"score": loser["score"], "chance": loser["chance"]}
    assert told["threshold"]["value"]["offer"] == winner["offer"]
    assert told["threshold"]["value"]["score"] == winner["score"]


def test_one_that_was_worth_too_little_says_so(person: Person) -> None:
    row = last_decision(person)
    loser = next(one for one in row.candidates if "score" in one and not one["chosen"])
    loser["chance"], row.policy["least"] = 0.0, 99.0
    row.save()
    (told,) = explain.evaluations(person, loser["offer"])
    assert (told["gate"], told["threshold"]["value"]) == ("not_worth", 99.0)


def test_what_stopped_contact_stopped_it_too(person: Person, time: Time) -> None:
    (offer,) = [one.proposition_set.get() for one in Decision.objects.all()]
    act(person, offer, "declined")
    time.move(days=1)
    Server().ask(person, offers=OFFERS, template="smart-nudge")
    loser = next(slug for slug in OFFERS if slug != last_decision(person).offer)
    newest = explain.evaluations(person, loser)[0]
    assert (newest["gate"], newest["at"]) == ("cooldown", clock.now())


def test_the_page_the_api_and_the_command_tell_it(person: Person, admin_client: Client) -> None:
    slug = next(slug for slug, one in weighed(person).items() if stopped(one))
    (told,) = explain.evaluations(person, slug)
    shown = admin_client.get("/admin/why/", {"person": str(person.user_id), "offer": slug})
    assert told["gate"].replace("_", " ") in shown.content.decode()
    answer = admin_client.get("/api/explain/", {"person": str(person.user_id), "offer": slug}).json()
    assert [one["gate"] for one in answer["evaluations"]] == [told["gate"]]
    out = StringIO()
    call_command("explain", str(person.user_id), offer=slug, stdout=out)
    assert f"stopped  {told['gate']}" in out.getvalue()


def test_what_was_in_force_then_is_the_last_that_weighed_it(person: Person, time: Time) -> None:
    time.move(hours=1)
    Decision.objects.create(
        at=clock.now(), person=person, channel="in_app", offer="other", outcome="excluded"
    )
    (told,) = explain.evaluations(person, "team-reporting", at=clock.now())
    assert told["at"] == MORNING


def test_only_so_many_are_looked_through_by_one_statement(
    person: Person, monkeypatch: pytest.MonkeyPatch, time: Time
) -> None:
    monkeypatch.setattr(not_chosen, "LOOKED_AT", 3)
    row = last_decision(person)
    for _ in range(5):
        time.move(hours=1)
        row.pk, row.at = None, clock.now()
        row.save(force_insert=True)
    slug = next(slug for slug in OFFERS if slug != row.offer)
    with CaptureQueriesContext(connection) as captured:
        assert len(explain.evaluations(person, slug)) == 3
    assert len(captured) == 1
    assert len(explain.evaluations(person, row.offer)) == 6
