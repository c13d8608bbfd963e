"""How far a browser is believed: its key is public, so whom it names proves nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people_app import identify
from people_app.item import Trust
from people_app.models import Account, ContactPoint, Entitlement, Membership, Person
from signals_app.incoming import Incoming
from tests.build import a_person, an_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
START = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 5, tzinfo=UTC)
BROWSERS = [Trust.ANYBODY, Trust.THEMSELVES]
EVERYTHING = {
    "firstName": "Click here",
    "country": "US",
    "role": "owner",
    "preferred_channel": "sms",
    "locale": "en-US",
    "timezone": "America/New_York",
    "email": "evil@x.test",
    "phone": "+15550100",
    "colour": "red",
}


def item(kind: str = "identify", **fields: Any) -> Incoming:
    return Incoming(kind=kind, message_id="m", **{"occurred_at": LATER, **fields})


def resolve(*items: Incoming, trust: Trust) -> identify.Resolved:
    return identify.resolve(list(items), "web", LATER + timedelta(days=1), trust=trust)


def told(person: Person) -> tuple[Any, ...]:
    person.refresh_from_db()
    return person.first_name, person.country, person.role, person.locale, person.timezone, person.traits


@pytest.fixture
def ana() -> Person:
    return a_person("ana", account=an_account("acme"), first_name="Ana", role="admin", timezone="")


def test_a_public_key_says_nothing_of_a_known_person_not_even_what_is_blank(ana: Person) -> None:
    before = told(ana)
    found = resolve(
        item(user_id="ana", traits=EVERYTHING),
        item(
            "track", user_id="ana", context={"timezone": "Asia/Tokyo", "locale": "ja", "device_type": "ios"}
        ),
        trust=Trust.ANYBODY,
    )
    assert {who.person_id for who in found.who} == {ana.pk}, "the event is still theirs"
    assert told(ana) == before
    assert not ContactPoint.objects.exclude(channel="in_app").exists()


def test_an_anonymous_id_of_a_known_person_is_that_person(ana: Person) -> None:
    resolve(item("track", user_id="ana", anonymous_id="anon"), trust=Trust.ANYBODY)
    before = told(ana)
    resolve(item(anonymous_id="anon", traits=EVERYTHING), trust=Trust.ANYBODY)
    assert told(ana) == before


def test_with_a_token_people_describe_themselves_but_not_their_law_nor_their_reach(ana: Person) -> None:
    resolve(item(user_id="ana", traits=EVERYTHING), trust=Trust.THEMSELVES)
    assert told(ana) == ("Click here", "DE", "admin", "en-US", "America/New_York", {"colour": "red"})
    assert ana.preferred_channel == ""
    assert not ContactPoint.objects.exclude(channel="in_app").exists()


def test_what_a_stranger_said_is_kept_and_only_fills_gaps_of_whom_they_turn_out_to_be() -> None:
    resolve(item(anonymous_id="anon", traits=EVERYTHING), trust=Trust.ANYBODY)
    stranger = Person.objects.get()
    assert told(stranger) == ("Click here", "", "", "en-US", "America/New_York", {"colour": "red"})
    said = {"first_name": "Ana", "timezone": "Europe/Berlin"}
    identify.resolve([item(user_id="ana", traits=said, occurred_at=START)], "http", LATER)
    identify.resolve([item("alias", user_id="ana", previous_id="anon")], "http", LATER)
    ana = Person.objects.get(user_id="ana")
    assert told(ana) == ("Ana", "", "", "en-US", "Europe/Berlin", {"colour": "red"})


@pytest.mark.parametrize("trust", BROWSERS)
def test_a_browser_creates_no_account_and_joins_nobody_to_one(ana: Person, trust: Trust) -> None:
    other = an_account("other")
    found = resolve(
        item("group", user_id="ana", group_id="other", account_traits={"role": "owner"}),
        item("track", user_id="ana", group_id="new"),
        item("track", user_id="ana", group_id="acme"),
        item("track", anonymous_id="anon", group_id="acme"),
        trust=trust,
    )
    acme = Account.objects.get(group_id="acme")
    assert [who.account_id for who in found.who] == [acme.pk, acme.pk, acme.pk, None]
    assert Membership.objects.get().account == acme
    assert set(Account.objects.all()) == {acme, other}


@pytest.mark.parametrize("trust", BROWSERS)
def test_of_several_memberships_a_browser_may_name_one(ana: Person, trust: Trust) -> None:
    bolt = an_account("bolt")
    Membership.objects.create(person=ana, account=bolt, joined_at=START)
    named, unnamed = resolve(
        item("track", user_id="ana", group_id="bolt"), item("track", user_id="ana"), trust=trust
    ).who
    assert (named.account_id, unnamed.account_id) == (bolt.pk, None)


@pytest.mark.parametrize("trust", BROWSERS)
def test_a_browser_says_nothing_of_what_an_account_pays_for(ana: Person, trust: Trust) -> None:
    traits = {"plan": "pro", "limits": {"exports": 9}, "stripe_customer_id": "cus_1"}
    found = resolve(
        item("group", user_id="ana", group_id="acme", account_traits=traits),
        item("track", name="Plan Upgraded", user_id="ana", group_id="acme", properties={"plan": "pro"}),
        item("track", name="Cancellation Requested", user_id="ana", group_id="acme"),
        trust=trust,
    )
    acme = Account.objects.get(group_id="acme")
    assert (acme.plan, acme.cancelling, acme.stripe_customer_id) == ("free", False, "")
    assert found.changed_accounts == set()
    assert not Entitlement.objects.exists()


@pytest.mark.parametrize("trust", BROWSERS)
def test_a_browser_cannot_merge_known_people(ana: Person, trust: Trust) -> None:
    a_person("victim")
    found = resolve(
        item("alias", user_id="ana", previous_id="victim"),
        item("track", anonymous_id="anon"),
        item("track", user_id="ana", anonymous_id="anon"),
        trust=trust,
    )
    assert found.merges == []
    assert not Person.objects.exclude(merged_into=None).exists()
