"""The segment that somebody is learned of is none that an answer to an offer could bring them into."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from people_app.models import Person
from signals_app.models import Segment, SegmentMember
from signals_app.segments import smallest
from tests.build import a_person
from tests.rules import drawn
from upsell_project.lib.rules.facts import SHOWN, Member
from upsell_project.lib.rules.tree import Rule
from upsell_project.lib.rules.tree import facts as facts_of
from upsell_project.lib.rules.writing import written

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
DAYS = {"window": {"days": 30}, "op": "at_least", "value": 1}
PLAN = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
DECLINED = {"fact": "answer", "answer": "declined", **DAYS}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture
def person() -> Person:
    return a_person()


def inside(person: Person, slug: str, rule: dict[str, Any] | None = None, counted: int = 5) -> Segment:
    kind = "rule" if rule else "list"
    segment = Segment.objects.create(slug=slug, name=slug, kind=kind, rule=rule or {}, counted=counted)
    SegmentMember.objects.create(segment=segment, person=person, since=NOW)
    return segment


def test_it_works(person: Person) -> None:
    inside(person, "customers", counted=900)
    inside(person, "free", PLAN, counted=40)
    off = inside(person, "off", counted=1)
    Segment.objects.filter(pk=off.pk).update(live=False)
    alone = a_person()
    assert smallest.of({person.pk, alone.pk}) == {person.pk: "free"}


@pytest.mark.parametrize(
    "rule",
    [
        DECLINED,
        {"fact": "answer", "answer": SHOWN, "offer": "pro", **DAYS},
        {"not": DECLINED},
        {"all": [PLAN, {"any": [PLAN, {"not": DECLINED}]}]},
        {"weighed": [{"weight": 1, "if": PLAN}, {"weight": 2, "if": DECLINED}], "at_least": 0.5},
        {"fact": "score", "name": "propensity", "op": "at_least", "value": 0.5},
        {"fact": "signal", "slug": "declined-lately", **DAYS},
        {"fact": "events", "names": ["Report Exported", "Unsubscribed"], **DAYS},
        {"fact": "events", **DAYS},
        {"fact": "events", "names": [], **DAYS},
    ],
)
def test_what_an_answer_could_change_is_left_out(person: Person, rule: dict[str, Any]) -> None:
    inside(person, "everybody", PLAN, counted=900)
    inside(person, "moved", rule, counted=1)
    assert smallest.of({person.pk}) == {person.pk: "everybody"}


def test_so_is_what_refers_to_it_whoever_is_in_that(person: Person) -> None:
    inside(person, "everybody", PLAN, counted=900)
    Segment.objects.create(slug="decliners", name="Decliners", rule=DECLINED, live=False)
    Segment.objects.create(slug="between", name="Between", rule=_not_in("decliners"))
    inside(person, "moved", {"all": [PLAN, _not_in("between")]}, counted=1)
    assert smallest.of({person.pk}) == {person.pk: "everybody"}


def test_segments_that_refer_to_each_other_end(person: Person) -> None:
    inside(person, "one", _not_in("two"), counted=1)
    inside(person, "two", _not_in("one"), counted=2)
    assert smallest.of({person.pk}) == {person.pk: "one"}


def _not_in(slug: str) -> dict[str, Any]:
    return {"not": {"fact": "segment", "slug": slug, "op": "is", "value": True}}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(drawn.rules)
def test_the_statement_says_of_a_stored_rule_what_its_facts_say(person: Person, rule: Rule) -> None:
    facts = [one for one in facts_of(rule) if not isinstance(one, Member)]
    with transaction.atomic():
        inside(person, "drawn", written(rule))
        assert bool(smallest.of({person.pk})) == (not any(map(smallest.moves, facts)))
        transaction.set_rollback(True)
