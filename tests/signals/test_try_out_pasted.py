"""What a pasted call says of somebody and their account is tried as the live way in would have it, and not stored."""

from datetime import timedelta
from typing import Any

import pytest

from people_app.models import Account, AccountName, Entitlement, Identity, Membership, Person
from signals_app import pasted, try_out
from signals_app.models import Event, EventMapping, Meter, SignalDefinition, Source
from signals_app.try_out import Tried
from tests.admin.world import a_definition
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
KEPT = (Account, AccountName, Entitlement, Event, Identity, Membership, Person)
DAYS = {"days": 30}


def of_account(name: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"fact": "trait", "of": "account", "name": name, "op": op} | (
        {} if value is None else {"value": value}
    )


def of_person(name: str, op: str, value: Any = None) -> dict[str, Any]:
    return of_account(name, op, value) | {"of": "person"}


def limit(resource: str, share: str, least: float) -> dict[str, Any]:
    return {"fact": "entitlement", "resource": resource, "share": share, "op": "at_least", "value": least}


def ruled(rule: Any, about: str = "person", **fields: Any) -> SignalDefinition:
    return a_definition(detector="rule", config={"rule": rule}, about=about, **fields)


def group(**traits: Any) -> dict[str, Any]:
    return {"type": "group", "groupId": "acme", "traits": traits}


def identify(**traits: Any) -> dict[str, Any]:
    return {"type": "identify", "traits": traits}


def track(event: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "properties": properties}


def rows() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in KEPT]


def known(found: Tried) -> list[Any]:
    """What was found, line by line."""
    return [(part.name, [(one.found, one.holds) for one in part.lines]) for part in found.parts]


@pytest.fixture
def ana() -> Person:
    """At home at Acme, of which her server told a little already."""
    ana = a_person("ana", an_account("acme", caps={"exports": 20}))
    Meter.objects.create(resource="exports", label="reports", verb="exported", event="Exported")
    receive(a_source("http"), group(plan="team", seats_used=4, limits={"api": 9}) | {"userId": "ana"})
    return ana


SEASON = {"fact": "season", "name": "black_friday", "before": 300, "op": "is", "value": "before"}
SOON, LATER = "2026-03-30T12:00:00Z", "2027-03-30"
CASES = [
    (of_account("plan", "is", "pro"), group(plan="pro")),
    (of_account("plan", "unknown"), group(plan=None)),
    (of_account("renews_at", "within", [-45, 0]), group(renews_at=SOON)),
    (of_account("trial_ends_at", "within", [-45, 0]), track("Trial Started", product="crm", ends_at=SOON)),
    (of_account("trial_ends_at", "known"), group(trial_ends_at="soon")),
    (of_account("cancelling", "is", True), track("Cancellation Requested")),
    (of_account("mrr", "at_least", 12.5), group(mrr="12.5")),
    (of_account("addons", "contains", "sso"), group(addons=["sso", "audit"])),
    (of_account("employees", "at_least", 1.5), group(employees=1.5)),
    (of_account("office", "is", "Bern"), group(office="Bern")),
    (of_account("office.city", "is", "Bern"), group(office={"city": "Bern"})),
    (of_account("next", "within", [-400, 0]), group(next=LATER)),
    (of_account("timezone", "is", "Asia/Tokyo"), group(timezone="Asia/Tokyo")),
    (limit("seats", "ratio", 0.8), group(seats=5, seats_used=4)),
    (limit("seats", "used", 5), group(seats_used=5)),
    (limit("exports", "cap", 30), group(limits={"exports": 30})),
    (limit("exports", "ratio", 0.05), track("Exported")),
    (limit("api", "cap", 10), group(limits={"api": None})),
    (limit("days", "remaining", 3), group(limits={"days": 3})),
    (of_person("role", "is", "admin"), identify(role="admin")),
    (of_person("firstName", "is", "Ana"), identify(firstName="Ana")),
    (of_person("level", "at_least", 3), identify(level=3.5)),
    (of_person("locale", "is", "de-CH"), track("Walked") | {"context": {"locale": "de-CH"}}),
    (of_person("last_seen_at", "within", [0, 1]), identify(role="admin")),
    (SEASON, group(industry="retail")),
    ({"fact": "events", "names": ["Walked"], "window": DAYS, "op": "at_least", "value": 1}, identify(role="x")),
    (of_account("plan", "is", "pro"), {"batch": [identify(role="x"), group(plan="pro"), track("Walked")]}),
]  # fmt: skip


@pytest.mark.parametrize("about", ["person", "account"])
@pytest.mark.parametrize(("rule", "call"), CASES)
def test_it_is_found_as_it_would_be_had_it_come(
    ana: Person, rule: Any, call: Any, about: str, time: Time
) -> None:
    if about == "account" and rule.get("of") == "person":
        rule = {"all": [rule, of_account("plan", "known")]}
        about = "person"
    definition = ruled(rule, about)
    time.move(minutes=90)
    before = rows()
    tried = try_out.with_event(definition, ana, call, clock.now())
    assert rows() == before
    assert tried.parts
    calls = call.get("batch", [call])
    receive(Source.objects.get(), *({**one, "userId": "ana"} for one in calls))
    assert rows() != before
    assert known(tried) == known(try_out.on_person(definition, ana, clock.now()))


def test_a_limit_that_it_brings_is_one_of_all_that_there_are(ana: Person) -> None:
    config = {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7}
    definition = a_definition(detector="threshold", config=config, about="account")
    call = group(seats=5, seats_used=4, limits={"api": None})
    tried = try_out.with_event(definition, ana, call, clock.now())
    assert [(one.name, one.would_be_found) for one in tried.parts] == [("exports", False), ("seats", True)]
    assert not Entitlement.objects.filter(resource="seats").exists()
    assert tried.event == "group"


def test_what_is_known_by_a_newer_word_stays(ana: Person, time: Time) -> None:
    time.move(hours=2)
    old = (clock.now() - timedelta(days=9)).isoformat()
    (part,) = try_out.with_event(
        ruled(of_account("plan", "is", "team")), ana, group(plan="pro") | {"timestamp": old}, clock.now()
    ).parts
    assert (part.lines[0].found, part.holds) == ("team", True)


def test_what_it_says_is_mapped_first(ana: Person) -> None:
    EventMapping.objects.create(event="quit", name="Cancellation Requested", live=True)
    definition = ruled(of_account("cancelling", "is", True))
    tried = try_out.with_event(definition, ana, track("quit"), clock.now())
    assert (tried.event, tried.parts[0].would_be_found) == ("Cancellation Requested", True)


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (group(plan="pro", role="Admin"), True),
        (identify(role="admin"), True),
        (group(plan="pro"), False),
    ],
)
def test_who_is_told_goes_by_the_role_that_it_says(ana: Person, call: Any, found: bool) -> None:
    Person.objects.filter(pk=ana.pk).update(role="user")
    definition = ruled(of_account("plan", "known"), "account", route_to=["admin"])
    (part,) = try_out.with_event(definition, ana, call, clock.now()).parts
    assert part.would_be_found is found
    assert found or "Nobody in the account" in part.why_not


class TestInTwoAccounts:
    """Of somebody at home in two accounts the call says which it is about."""

    @pytest.fixture
    def bea(self) -> Person:
        bea = a_person("bea", an_account("acme", plan="pro"))
        bea.memberships.create(account=an_account("beta", plan="free"), joined_at=clock.now())
        return bea

    @pytest.mark.parametrize("about", ["person", "account"])
    def test_the_account_that_it_names_is_the_one(self, bea: Person, about: str) -> None:
        definition = ruled(of_account("plan", "is", "pro"), about)
        shown = {
            name: try_out.with_event(
                definition, bea, track("Walked") | {"context": {"groupId": name}}, clock.now()
            )
            for name in ("acme", "beta")
        }
        assert {name: known(one) for name, one in shown.items()} == {
            "acme": [("", [("pro", True)])],
            "beta": [("", [("free", False)])],
        }

    def test_what_it_counts_counts_there(self, bea: Person) -> None:
        counted = {
            "fact": "events",
            "of": "account",
            "names": ["Walked"],
            "window": DAYS,
            "op": "at_least",
            "value": 2,
        }
        receive(a_source("http"), track("Walked") | {"userId": "bea", "context": {"groupId": "beta"}})
        definition = ruled(counted, "account")
        for name, count in (("acme", 1), ("beta", 2)):
            call = track("Walked") | {"context": {"groupId": name}}
            assert known(try_out.with_event(definition, bea, call, clock.now()))[0][1][0][0] == count

    @pytest.mark.parametrize(
        ("about", "said"), [("person", "which account it is"), ("account", "or in several")]
    )
    def test_without_it_none_is_guessed(self, bea: Person, about: str, said: str) -> None:
        definition = ruled(of_account("plan", "is", "pro"), about)
        tried = try_out.with_event(definition, bea, track("Walked"), clock.now())
        assert said in "".join([tried.note, *(one.why_not for one in tried.parts)])

    def test_an_account_that_there_is_not_is_said(self, bea: Person) -> None:
        definition = ruled(of_account("plan", "known"))
        call = track("Walked") | {"context": {"groupId": "gamma"}}
        tried = try_out.with_event(definition, bea, call, clock.now())
        assert (tried.parts, tried.note) == ([], pasted.NO_ACCOUNT.format("gamma"))
        both = {"batch": [call, group(plan="pro")]}
        assert try_out.with_event(definition, bea, both, clock.now()).note == pasted.SEVERAL
        assert Account.objects.count() == 2


def test_whoever_it_makes_a_member_is_one(ana: Person) -> None:
    """Acting in a group under one's user id does."""
    an_account("beta", plan="pro")
    definition = ruled(of_account("plan", "is", "pro"), "account")
    call = track("Walked") | {"context": {"groupId": "beta"}}
    (part,) = try_out.with_event(definition, ana, call, clock.now()).parts
    assert part.would_be_found
    assert Membership.objects.count() == 1
