"""Devices as apps and browsers name them become the one contact point of pushes: the device that was used last."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people_app import identify, reach
from people_app.item import Trust
from people_app.models import ContactPoint, Person
from signals_app.incoming import Incoming

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PHONE, TABLET = "fcm:phone-token-1", "fcm:tablet-token-2"


def used(
    device: str, minutes: int = 0, user: str | None = "ana", trust: Trust = Trust.FULL, **fields: Any
) -> None:
    given = {"kind": "track", "name": "E", "user_id": user, "context": {"push_address": device}, **fields}
    item = Incoming(message_id="m", occurred_at=AT + timedelta(minutes=minutes), **given)
    identify.resolve([item], "http" if trust is Trust.FULL else "web", AT + timedelta(days=1), trust=trust)


def push(user: str = "ana") -> ContactPoint | None:
    return ContactPoint.objects.filter(person__user_id=user, channel="push").first()


def address(user: str = "ana") -> str:
    point = push(user)
    return point.address if point else ""


def died(minutes: int) -> None:
    ContactPoint.objects.filter(channel="push").update(dead_at=AT + timedelta(minutes=minutes))


def alive() -> bool:
    point = push()
    assert point
    return point.dead_at is None


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_several_devices_the_one_used_last_is_told_in_whatever_order_it_is_heard(
    order: tuple[int, ...],
) -> None:
    for minute in order:
        used((PHONE, TABLET, PHONE)[minute], minute)
    assert address() == PHONE
    used(TABLET, 3)
    assert address() == TABLET


def test_a_token_keeps_its_case() -> None:
    used("fcm:AbCdEf-GhIjKl")
    assert address() == "fcm:AbCdEf-GhIjKl"


@pytest.mark.parametrize(
    "device", ["fcm:", "ana@x.test", "https://evil.test/x#a.b", "device:a b c d e", "x" * 2000]
)
def test_what_is_no_device_is_left_out(device: str) -> None:
    used(device)
    assert push() is None


def test_a_dead_device_is_alive_again_once_it_is_used_and_not_by_what_was_before() -> None:
    used(PHONE)
    died(10)
    used(PHONE, 5)
    assert not alive()
    used(PHONE, 11)
    assert alive()
    died(20)
    used(TABLET, 12)
    assert alive()


def test_an_address_of_mail_stays_dead() -> None:
    used(PHONE, kind="identify", name="", traits={"email": "ana@x.test"})
    ContactPoint.objects.filter(channel="email").update(dead_at=AT + timedelta(minutes=1))
    used(PHONE, 5, kind="identify", name="", traits={"email": "ana@x.test"})
    assert ContactPoint.objects.get(channel="email").dead_at


@pytest.mark.parametrize("user", ["ana", None])
def test_a_public_key_names_no_device_of_anybody(user: str | None) -> None:
    """Or whoever knows a user id would read what is pushed to them."""
    used(PHONE, user=user, trust=Trust.ANYBODY, anonymous_id="anon")
    used(PHONE, trust=Trust.HEARSAY)
    identify.resolve(
        [Incoming("alias", "m", AT + timedelta(minutes=1), user_id="ana", previous_id="anon")], "http", AT
    )
    assert not ContactPoint.objects.filter(channel="push").exists()


def test_with_a_token_of_their_own_they_name_their_device() -> None:
    used(PHONE, trust=Trust.THEMSELVES)
    assert address() == PHONE


def test_whoever_turns_out_to_be_the_same_is_told_on_the_device_used_last() -> None:
    used(PHONE, 1)
    used(TABLET, 2, user="ana2")
    identify.resolve(
        [Incoming("alias", "m", AT + timedelta(minutes=3), user_id="ana", previous_id="ana2")], "http", AT
    )
    assert address() == TABLET
    point = push()
    assert point and not reach.elsewhere([point]), "the one they were is nobody else"


def test_a_device_that_somebody_else_uses_now_is_no_longer_theirs() -> None:
    def given_away() -> set[str | None]:
        points = ContactPoint.objects.filter(channel="push").select_related("person")
        gone = reach.elsewhere(points)
        return {point.person.user_id for point in points if point.pk in gone}

    used(PHONE, 0)
    assert given_away() == set()
    used(PHONE, 0, user="ben")
    assert given_away() == {"ana", "ben"}, "to the minute nobody knows who came last"
    used(PHONE, 5, user="ben")
    assert given_away() == {"ana"}
    used(PHONE, 9)
    assert given_away() == {"ben"}
    used(TABLET, 12, user="ben")
    assert given_away() == set()


def test_a_device_is_no_consent_and_no_trait() -> None:
    used(PHONE)
    ana = Person.objects.get(user_id="ana")
    assert ana.traits == {}
    assert not ana.permissions.exists()
