"""A definition tried on one person: what is missing, in words, and an event to begin with."""

from typing import Any

import pytest

from signals_app import examples, try_out
from signals_app.models import Meter, SignalDefinition
from signals_app.try_out import TriedPart
from tests.admin.world import a_definition
from tests.build import a_person, an_account
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
PLAN = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
SEASON = {"fact": "season", "name": "black_friday", "before": 30, "op": "one_of", "value": ["before"]}
DROP = {"fact": "change", "turn": "drop", "op": "is", "value": True}
NEAR = {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8}
PREMIUM = {
    "fact": "events",
    "names": ["Feature Used"],
    "measure": "sum",
    "path": "cart.total",
    "window": {"days": 7},
    "where": [
        {"path": "tier", "op": "one_of", "value": ["premium", "pro"]},
        {"path": "old", "op": "unknown"},
        {"path": "cart.items.0", "op": "is", "value": 1},
    ],
    "op": "at_least",
    "value": 5,
}


def ruled(rule: Any, **fields: Any) -> SignalDefinition:
    return a_definition(detector="rule", config={"rule": rule}, **fields)


def tried(rule: Any, user_id: str = "ana") -> TriedPart:
    person = a_person(user_id, an_account("acme", plan="free"))
    (part,) = try_out.on_person(ruled(rule), person, clock.now()).parts
    return part


def test_groups_are_lines_of_their_own() -> None:
    part = tried({"all": [PLAN, {"any": [PLAN | {"value": "pro"}, PREMIUM]}]})
    assert [(line.level, line.op, line.holds) for line in part.lines] == [
        (0, "", False),
        (1, "is", True),
        (1, "", False),
        (2, "is", False),
        (2, "at least", False),
    ]


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        (SEASON, "the account's industry and country, by which the season matters to it, and when"),
        (PLAN | {"name": "fiscal_year_end"}, "the account's fiscal year end"),
        (PLAN | {"of": "person", "name": "role"}, "the person's role"),
        (NEAR, "the account's limit of exports, or what is used of it"),
        (DROP, "what is usual for them: their past is too short"),
    ],
)
def test_what_is_not_known_is_named(rule: Any, missing: str) -> None:
    part = tried({"any": [rule, rule, PLAN | {"value": "pro"}]})
    assert part.why_not == f"It depends on what is not known: {missing}."
    assert [line.missing for line in part.lines] == ["", missing, missing, ""]


def test_of_whom_no_account_is_known_that_is_what_is_missing() -> None:
    person = a_person("ana")
    person.memberships.create(account=an_account("other"), joined_at=clock.now())
    (part,) = try_out.on_person(ruled(PLAN), person, clock.now()).parts
    assert "which account it is about" in part.why_not


@pytest.mark.parametrize(
    ("rule", "event", "properties"),
    [
        ({"all": [PLAN, PREMIUM]}, "Feature Used", {"cart": {"total": 1}, "tier": "premium"}),
        (NEAR, "Report Exported", {}),
        (PLAN, examples.FALLBACK, {}),
        (DROP | {"names": ["Walked"]}, "Walked", {}),
    ],
)
def test_the_example_is_an_event_that_it_asks_for(rule: Any, event: str, properties: dict[str, Any]) -> None:
    Meter.objects.create(resource="exports", label="reports", verb="exported", event="Report Exported")
    found = examples.event(ruled(rule), "ana")
    assert found == {"type": "track", "userId": "ana", "event": event, "properties": properties}


def test_the_example_of_a_pasted_event_makes_a_frequent_one_true() -> None:
    definition = a_definition(detector="frequency", config={"event": "W", "count": 1, "days": 7})
    person = a_person("ana", an_account("acme"))
    found = try_out.with_event(definition, person, examples.event(definition, "ana"), clock.now())
    assert [part.would_be_found for part in found.parts] == [True]


def test_what_cannot_be_read_has_an_example_all_the_same() -> None:
    definition = a_definition(detector="rule", config={"rule": {"fact": "moon"}})
    assert examples.event(definition, "ana")["event"] == examples.FALLBACK
