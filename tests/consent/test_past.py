"""What was permitted at a moment that has passed, from records that are only ever added."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent_app import ledger, past, permission
from people_app.models import ContactPoint, Person
from tests.build import a_person
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(time: Time) -> Person:
    return a_person(email="ada@corp.test")


def open_then(person: Person, hours_ago: float, channel: str = "email", topic: str = "upgrades") -> bool:
    at = clock.now() - timedelta(hours=hours_ago)
    return past.of(person.pk, at).open_to(channel, topic, "DE", at)


def test_it_works(person: Person, time: Time) -> None:
    ledger.grant(person, channels=["email"], how="form")
    time.move(hours=10)
    ledger.withdraw(person, how="one_click")
    time.move(hours=10)
    ledger.grant(person, channels=["email"], topic="upgrades", how="preference_center")
    assert [open_then(person, hours) for hours in (0, 5, 15, 25)] == [True, False, True, False]
    assert not open_then(person, 0, topic="seats")


def test_what_was_told_late_was_not_known_then(person: Person, time: Time) -> None:
    """A yes of long ago counts from when it was on record, not from when it was given."""
    time.move(hours=10)
    ledger.grant(person, channels=["email"], how="import", collected_at=clock.now() - timedelta(days=9))
    assert open_then(person, 0)
    assert not open_then(person, 1)


def test_a_yes_that_has_run_out_since_held_then(person: Person, time: Time) -> None:
    proof = {"collected_in_sale": "order 7"}
    ledger.grant(person, channels=["email"], basis="soft_opt_in", how="sale", proof=proof)
    record = person.consent_records.get()
    record.expires_at = clock.now() + timedelta(hours=10)
    record.save()
    time.move(hours=20)
    assert [open_then(person, hours) for hours in (5, 15)] == [False, True]


def test_an_address_that_was_barred_or_dead_is_told_from_that_day_on(person: Person, time: Time) -> None:
    point = ContactPoint.objects.get(person=person, channel="email")
    time.move(hours=10)
    ledger.suppress("email", point.address, "complaint")
    point.dead_at = clock.now()
    time.move(hours=10)
    now = clock.now()
    told = [gate.gate for gate in past.barred(point, now - timedelta(hours=5))]
    assert told == ["no_contact_point", "suppressed"]
    assert list(past.barred(point, now - timedelta(hours=15))) == []
    point.changed_at = now
    assert list(past.barred(point, now - timedelta(hours=5))) == [], "it was another address then"
    assert list(past.barred(None, now)) == []


SAYINGS = st.lists(
    st.tuples(
        st.sampled_from(["yes", "soft", "no", "late"]),
        st.sampled_from(["email", "sms"]),
        st.sampled_from(["*", "upgrades", "seats"]),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=SAYINGS)
def test_at_each_moment_it_is_what_was_permitted_then(time: Time, said: list[tuple[str, str, str]]) -> None:
    person = a_person()
    then = []
    for what, channel, topic in said:
        time.move(hours=1)
        if what == "no":
            ledger.withdraw(person, channel=channel, topic=topic, how="widget")
        elif what == "soft":
            proof = {"collected_in_sale": "order"}
            ledger.grant(
                person, channels=[channel], topic=topic, basis="soft_opt_in", how="sale", proof=proof
            )
        else:
            at = clock.now() - timedelta(hours=2) if what == "late" else None
            ledger.grant(person, channels=[channel], topic=topic, how="form", collected_at=at)
        then.append((clock.now(), _words(permission.of(person.pk, clock.now()))))
    for at, words in then:
        assert _words(past.of(person.pk, at)) == words


def _words(standing: permission.Standing) -> set[permission.Word]:
    return set(standing.words)
