"""What was said by an address alone is theirs who has the address, whenever that is learned."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people_app import identify, settling
from people_app.models import Account, ContactPoint, Identity, Person, TurnedAddress
from signals_app.incoming import Incoming

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=1)
MAIL: dict[str, Any] = {"email": "ana@x.test"}


def item(kind: str = "track", minute: float = 0, **fields: Any) -> Incoming:
    return Incoming(kind=kind, message_id="m", occurred_at=START + timedelta(minutes=minute), **fields)


def resolve(*items: Incoming) -> identify.Resolved:
    found = identify.resolve(list(items), "zendesk", NOW)
    while settling.settle(NOW):
        pass
    return found


def says(user_id: str, minute: float = 0, **traits: Any) -> Incoming:
    return item("identify", minute, user_id=user_id, traits=traits)


def owner(kind: str = "hashed_email") -> str | None:
    person = Identity.objects.get(kind=kind).person
    return person.user_id if person else None


@pytest.mark.parametrize("order", [1, -1])
def test_it_works(order: int) -> None:
    for one in [says("ana", **MAIL), item(lookup={"email": " ANA@x.test"})][::order]:
        resolve(one)
    assert owner() == "ana"
    assert Person.objects.get(user_id="ana").last_seen_at == START


def test_it_creates_nobody_and_keeps_no_plain_address() -> None:
    who = resolve(item(lookup=MAIL)).who[0]
    name = Identity.objects.get()
    assert (who.person_id, who.identity_id, name.person) == (None, name.pk, None)
    assert "ana" not in name.value
    assert not Person.objects.exists()
    assert not TurnedAddress.objects.exists()


@pytest.mark.parametrize("order", [1, -1])
def test_an_address_of_two_people_is_nobodys_until_it_is_one_persons(order: int) -> None:
    for one in [says("ana", **MAIL), says("ben", **MAIL), item(lookup=MAIL)][::order]:
        resolve(one)
    assert owner() is None
    resolve(says("ben", 1, email="ben@x.test"))
    assert owner() == "ana"
    resolve(says("ana", 1, email="new@x.test"))
    assert owner() is None


def test_it_follows_people_who_are_merged() -> None:
    resolve(says("ana", **MAIL), says("ben", **MAIL), item(lookup=MAIL))
    resolve(item("alias", user_id="ana", previous_id="ben"))
    assert owner() == "ana"


@pytest.mark.parametrize("order", [1, -1])
def test_a_providers_id_that_came_with_an_address_is_theirs_who_has_it(order: int) -> None:
    ids = {"zendesk_requester_id": "77"}
    for one in [says("ana", **MAIL), item(lookup=MAIL, person_ids=ids)][::order]:
        resolve(one)
    assert owner("zendesk_requester_id") == "ana"
    resolve(says("ana", 1, email="new@x.test"))
    assert owner("zendesk_requester_id") is None
    assert Identity.objects.get(kind="zendesk_requester_id").person, "a stranger, as before"
    resolve(item(user_id="ben", person_ids=ids, minute=2), says("ana", 2, **MAIL))
    assert owner("zendesk_requester_id") == "ben", "who said so with a user id"


def test_what_was_said_under_it_goes_along_but_no_address() -> None:
    told = item(
        "identify", 1, lookup=MAIL, traits={"first_name": "Ana", "email": "b@x.test", "phone": "+49170"}
    )
    resolve(told)
    resolve(says("ana", **MAIL))
    ana = Person.objects.get(user_id="ana")
    points = dict(ContactPoint.objects.filter(person=ana).values_list("channel", "address"))
    assert (ana.first_name, points) == ("Ana", {"in_app": "", "email": "ana@x.test", "sms": "+49170"})


def test_what_it_implies_of_an_account_is_said_of_their_home() -> None:
    resolve(item(name="Cancellation Requested", lookup=MAIL))
    resolve(item("group", user_id="ana", group_id="acme"), says("ana", **MAIL))
    assert Account.objects.get(group_id="acme").cancelling
    resolve(says("ana", 1, email="new@x.test"))
    assert not Account.objects.get(group_id="acme").cancelling


def test_a_number_finds_as_an_address_does() -> None:
    resolve(item(lookup={"phone": "+49 (0) 170-1"}))
    resolve(says("ana", phone="+49 170 1"))
    assert owner("hashed_phone") == "ana"
