"""A definition tried on one person: what is missing, in words, and an event to begin with."""

from typing import Any

import pytest

from signals_app import examples, try_out
from signals_app.intents import LABELS
from signals_app.models import Meter, SignalDefinition
from signals_app.try_out import TriedPart
from tests.admin.world import a_definition
from tests.build import a_person, an_account
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
PLAN = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
OF_ACCOUNT, OF_PERSON = {"fact": "trait", "of": "account"}, {"fact": "trait", "of": "person"}
SEASON = {"fact": "season", "name": "black_friday", "before": 30, "op": "one_of", "value": ["before"]}
METERED = {"fact": "meter", "resource": "exports", "window": {"days": 7}, "op": "at_least", "value": 1}
DROP = {"fact": "change", "turn": "drop", "op": "is", "value": True}
NEAR = {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8}
LEFT = NEAR | {"share": "days_left", "op": "at_most", "value": 7}
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
        (METERED, "how much of exports is used: no meter counts it"),
        (NEAR | {"share": "used"}, "how much of exports is used: no meter counts it"),
        (LEFT, "when exports run out: no meter counts how much of it is used"),
    ],
)
def test_what_is_not_known_is_named(rule: Any, missing: str) -> None:
    part = tried({"any": [rule, rule, PLAN | {"value": "pro"}]})
    assert part.why_not == f"It depends on what is not known: {missing}."
    assert [line.missing for line in part.lines] == ["", missing, missing, ""]


@pytest.mark.parametrize("rule", [PLAN, NEAR, METERED])
def test_of_whom_no_account_is_known_that_is_what_is_missing(rule: Any) -> None:
    person = a_person("ana")
    person.memberships.create(account=an_account("other"), joined_at=clock.now())
    (part,) = try_out.on_person(ruled(rule), person, clock.now()).parts
    assert "which account it is about" in part.why_not


@pytest.mark.parametrize(
    ("rule", "event", "properties"),
    [
        ({"all": [PLAN, PREMIUM]}, "Feature Used", {"cart": {"total": 5}, "tier": "premium"}),
        (NEAR, "Report Exported", {}),
        (METERED, "Report Exported", {}),
        ({"all": [{"not": METERED}, DROP | {"names": ["Walked"]}]}, "Walked", {}),
        (DROP | {"names": ["Walked"]}, "Walked", {}),
        (DROP, examples.FALLBACK, {}),
        (SEASON, examples.FALLBACK, {}),
    ],
)
def test_the_example_is_an_event_that_it_asks_for(rule: Any, event: str, properties: dict[str, Any]) -> None:
    Meter.objects.create(resource="exports", label="reports", verb="exported", event="Report Exported")
    found = examples.event(ruled(rule), "ana")
    assert found == {"type": "track", "userId": "ana", "event": event, "properties": properties}


@pytest.mark.parametrize("resource", ["rows", "stored", "users", "calls"])
def test_the_example_of_what_is_metered_is_an_event_that_fulfils_it(resource: str) -> None:
    """With as much of the property as it takes; where different values are counted, one of them."""
    for name, aggregate, path in (
        ("rows", "sum", "items.1.rows"),
        ("stored", "last", "disk.gigabytes"),
        ("users", "distinct", "user"),
        ("calls", "count", ""),
    ):
        Meter.objects.create(
            resource=name,
            label=name,
            verb="used",
            event=f"Used {name}",
            where={"api.version": 2, "live": True},
            aggregate=aggregate,
            property=path,
        )
    least = 1 if resource in ("users", "calls") else 50
    asked = METERED | {"resource": resource, "op": "more_than", "value": least - 1}
    definition, ana = ruled(asked), a_person("ana", an_account("acme"))
    call = examples.event(definition, "ana")
    assert call["event"] == f"Used {resource}"
    (part,) = try_out.with_event(definition, ana, call, clock.now()).parts
    assert (part.lines[0].found, part.would_be_found) == (least, True)


@pytest.mark.parametrize("label", LABELS)
def test_the_example_of_a_text_is_a_ticket_that_means_it(label: str) -> None:
    meant = {"fact": "intent", "label": label, "window": {"days": 7}, "op": "at_least", "value": 0.9}
    definition, ana = ruled(meant), a_person("ana")
    call = examples.event(definition, "ana")
    assert call["event"] == "Ticket Created"
    assert try_out.with_event(definition, ana, call, clock.now()).parts[0].would_be_found


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (PLAN | {"value": "pro"}, "group"),
        (PLAN | {"op": "one_of", "value": ["pro", "team"]}, "group"),
        (OF_ACCOUNT | {"name": "renews_at", "op": "within", "value": [-45, -10]}, "group"),
        (OF_ACCOUNT | {"name": "trial_ends_at", "op": "known"}, "group"),
        (OF_ACCOUNT | {"name": "prepaid", "op": "known"}, "group"),
        (OF_ACCOUNT | {"name": "mrr", "op": "between", "value": [10.5, 20]}, "group"),
        (OF_ACCOUNT | {"name": "addons", "op": "contains", "value": "sso"}, "group"),
        (OF_ACCOUNT | {"name": "office.city", "op": "is", "value": "Bern"}, "group"),
        (OF_ACCOUNT | {"name": "plan", "op": "unknown"}, "group"),
        (NEAR | {"resource": "seats"}, "group"),
        (NEAR | {"share": "cap", "value": 50}, "group"),
        (OF_PERSON | {"name": "role", "op": "is", "value": "admin"}, "identify"),
        (OF_PERSON | {"name": "level", "op": "more_than", "value": 3}, "identify"),
    ],
)
def test_the_example_of_a_trait_is_a_call_that_says_it(asked: Any, kind: str) -> None:
    definition, ana = ruled(asked), a_person("ana", an_account("acme"))
    call = examples.event(definition, "ana", "acme")
    assert call["type"] == kind
    assert not try_out.on_person(definition, ana, clock.now()).parts[0].would_be_found
    assert try_out.with_event(definition, ana, call, clock.now()).parts[0].would_be_found


def test_the_example_of_a_pasted_event_makes_a_frequent_one_true() -> None:
    definition = a_definition(detector="frequency", config={"event": "W", "count": 1, "days": 7})
    person = a_person("ana", an_account("acme"))
    found = try_out.with_event(definition, person, examples.event(definition, "ana"), clock.now())
    assert [part.would_be_found for part in found.parts] == [True]


def test_what_cannot_be_read_has_an_example_all_the_same() -> None:
    definition = a_definition(detector="rule", config={"rule": {"fact": "moon"}})
    assert examples.event(definition, "ana")["event"] == examples.FALLBACK
