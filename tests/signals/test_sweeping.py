"""Whom a sweep looks at: those on whose day, hour, wait or rest something turned, and nobody twice without need."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from people_app.models import Account, Person
from signals_app import compiled, sweeping
from signals_app.models import SignalDefinition
from signals_app.subjects import Subject
from signals_app.sweeping import zones
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from tests.signals.sweeping_world import a_definition, a_state

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def renewal(first: int = -45, **fields: Any) -> SignalDefinition:
    activity = {"events": ["Report Exported"], "at_least": 1, "days": 90}
    config = {"trait": "renews_at", "from": first, "to": 0, "activity": activity}
    return a_definition("renewal", config, detector="calendar", **{"about": "account", **fields})


def quiet(days: int = 14, **fields: Any) -> SignalDefinition:
    rule = {"fact": "events", "names": [], "window": {"days": days}, "op": "less_than", "value": 1}
    return a_definition("quiet", {"rule": rule}, **fields)


def found(definition: SignalDefinition, since: datetime | None, now: datetime) -> list[int]:
    one = compiled.of(definition)
    return [id for ids in sweeping.ids(one, since, now) for id in ids]


def acme(time: Time, days: float, **fields: Any) -> Account:
    """Renews in so many days."""
    account = an_account(renews_at=time.now + timedelta(days=days), **fields)
    an_event(a_person(account=account, timezone=""), "Report Exported", timedelta(days=20))
    return account


def test_it_works(time: Time) -> None:
    near, _ = acme(time, 30), acme(time, 60)
    assert found(renewal(), None, time.now) == [near.pk]


def test_whom_something_is_a_matter_of_rule_but_not_of_time_for_is_looked_for_once(time: Time) -> None:
    person = a_person()
    an_event(person, "Report Exported")
    often = a_definition("often", {"event": "Report Exported", "count": 1, "days": 9}, detector="frequency")
    assert found(often, None, time.now) == [person.pk]
    assert found(often, time.now - timedelta(days=30), time.now) == []


def test_on_one_day_nobody_is_looked_at_twice(time: Time) -> None:
    acme(time, 30)
    definition = renewal()
    assert found(definition, time.now - HOUR, time.now) == []
    assert len(found(definition, time.now - timedelta(days=1), time.now)) == 1


def test_the_day_is_that_of_the_account(time: Time) -> None:
    berlin, york = acme(time, 30, timezone="Europe/Berlin"), acme(time, 30, timezone="America/New_York")
    definition = renewal()
    midnight = datetime(2026, 3, 10, 23, tzinfo=UTC)  # in Berlin
    assert found(definition, midnight - HOUR / 2, midnight + HOUR / 2) == [berlin.pk]
    midnight = datetime(2026, 3, 11, 4, tzinfo=UTC)  # in New York
    assert found(definition, midnight - HOUR / 2, midnight + HOUR / 2) == [york.pk]
    assert found(definition, midnight, midnight + HOUR / 2) == []


def test_a_zone_that_is_not_known_turns_each_time(time: Time) -> None:
    person = a_person(timezone="Mars/Olympus_Mons")
    assert "Mars/Olympus_Mons" not in zones.same_day(time.now, time.now)
    assert found(quiet(), time.now - HOUR, time.now) == [person.pk]


def test_a_moment_is_found_when_it_has_come_and_not_at_midnight(time: Time) -> None:
    account = acme(time, 45 + 11.5 / 24)
    definition = renewal()
    assert found(definition, time.now, time.now + 11 * HOUR) == []
    assert found(definition, time.now + 11 * HOUR, time.now + 12 * HOUR) == [account.pk]
    assert found(definition, time.now + 12 * HOUR, time.now + 13 * HOUR) == []


def test_what_leaves_a_window_is_found_within_the_hour(time: Time) -> None:
    person, other = a_person(), a_person()
    an_event(person, "Report Exported", timedelta(days=13, hours=23, minutes=30))
    an_event(other, "Report Exported", timedelta(days=13))
    definition = quiet()
    assert found(definition, time.now - HOUR, time.now) == []
    assert found(definition, time.now, time.now + HOUR) == [person.pk]
    assert found(definition, time.now + HOUR, time.now + 2 * HOUR) == []


def test_a_clock_that_jumps_finds_all_that_is_true_then(time: Time) -> None:
    account, over = acme(time, 60), acme(time, 10)
    definition = renewal(-45)
    assert found(definition, time.now, time.now + timedelta(days=21)) == [account.pk]
    assert over.pk not in found(definition, time.now, time.now + timedelta(days=21))


def test_whoever_was_found_rests(time: Time) -> None:
    account = acme(time, 30)
    definition = renewal()
    a_state(definition, Subject(None, account.pk))
    assert found(definition, None, time.now) == []


def test_whose_rest_ends_is_looked_at_once(time: Time) -> None:
    person = a_person()
    definition = quiet(cooldown_hours=400)
    a_state(definition, Subject(person.pk, None), fired_at=time.now - timedelta(hours=400.5))
    assert found(definition, time.now - timedelta(hours=0.4), time.now) == []
    assert found(definition, time.now - HOUR, time.now) == [person.pk]
    a_state(definition, Subject(person.pk, None), fired_at=time.now, part="another")
    assert found(definition, None, time.now) == []


def test_whoever_waits_is_looked_at_each_time(time: Time) -> None:
    person = a_person()
    config = {"event": "Report Exported", "count": 1, "days": 9}
    held = a_definition("held", config, detector="frequency", hold_hours=24)
    assert found(held, None, time.now) == []
    a_state(held, Subject(person.pk, None), fired_at=None, holds_since=time.now)
    assert found(held, time.now - HOUR, time.now) == [person.pk]


def test_a_new_period_arms_it_again(time: Time) -> None:
    low = {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_most", "value": 0.1}
    definition = a_definition(
        "unused", {"rule": low, "rearm": low | {"op": "at_least", "value": 0.2}}, about="account"
    )
    account = an_account(caps={"exports": 5})
    a_state(definition, Subject(None, account.pk), period=date(2026, 3, 1))
    assert found(definition, None, time.now) == []
    assert found(definition, time.now, time.now + timedelta(days=30)) == [account.pk]


def test_a_season_that_was_found_is_found_again_next_year(time: Time) -> None:
    season = {"season": "black_friday", "before": 3, "after": 0}
    definition = a_definition("season", season, detector="calendar", about="account")
    account = an_account(industry="retail", country="US")
    there = datetime(2026, 11, 25, 12, tzinfo=UTC)
    an_account(industry="mining")
    assert found(definition, None, there) == [account.pk]
    a_state(definition, Subject(None, account.pk), period=date(2026, 11, 23))
    assert found(definition, there - timedelta(days=1), there) == []
    assert found(definition, there, there + timedelta(days=364)) == [account.pk]


def test_armed_again_by_time_they_are_looked_at(time: Time) -> None:
    silence = {"fact": "events", "names": ["A"], "window": {"days": 5}, "op": "at_most", "value": 0}
    again = silence | {"op": "at_least", "value": 1}
    definition = a_definition("rearmed", {"rule": again, "rearm": silence})
    person = a_person()
    an_event(person, "A", timedelta(days=5) - HOUR / 2)
    a_state(definition, Subject(person.pk, None))
    assert found(definition, time.now - HOUR, time.now) == []
    assert found(definition, time.now, time.now + HOUR) == [person.pk]


@pytest.mark.parametrize("field", ["merged_into", "erased_at", "user_id"])
def test_whoever_cannot_be_told_is_not_looked_for(time: Time, field: str) -> None:
    person, other = a_person(), a_person()
    value = {"merged_into": other, "erased_at": time.now, "user_id": None}[field]
    Person.objects.filter(pk=person.pk).update(**{field: value})
    assert found(quiet(), None, time.now) == [other.pk]


def test_a_person_of_several_accounts_is_one_and_has_no_home(time: Time) -> None:
    person = a_person(account=acme(time, 20))
    an_event(person, "Report Exported")
    person.memberships.create(account=acme(time, 30), joined_at=time.now)
    ids = found(renewal(about="person"), None, time.now)
    assert ids.count(person.pk) == 1
    assert sweeping.subjects(compiled.of(SignalDefinition.objects.get()).of, [person.pk], time.now) == [
        Subject(person.pk, None)
    ]


def test_chunks_are_in_order_and_begin_where_they_are_told_to(time: Time) -> None:
    people = [a_person().pk for _ in range(7)]
    one = compiled.of(quiet())
    assert list(sweeping.ids(one, None, time.now, chunk=3)) == [people[:3], people[3:6], people[6:]]
    assert list(sweeping.ids(one, None, time.now, first=people[4], chunk=3)) == [people[4:]]


def test_a_drop_is_found_at_local_midnight(time: Time) -> None:
    config = {"turn": "drop", "span": "week", "events": ["Report Exported"]}
    definition = a_definition("drop", config, detector="change", about="account")
    account, steady = (an_account(timezone="Asia/Kolkata") for _ in range(2))
    for one, last in ((account, 7), (steady, 0)):
        person = a_person(account=one)
        for day in range(60):
            if day >= last:
                for _ in range(4):
                    an_event(person, "Report Exported", timedelta(days=day, hours=1))
    midnight = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)
    assert found(definition, midnight - HOUR, midnight - HOUR / 2) == []
    assert found(definition, midnight - HOUR, midnight + HOUR / 2) == [account.pk]
