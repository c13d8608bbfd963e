"""The job that looks for what time alone makes true: on time, once, and on from where it was interrupted."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from campaigns_app import dispatch, sweeps
from campaigns_app.models import Enrollment, Playbook
from offers_app.models import Decision
from people_app.models import Person
from signals_app import detect, sweeping
from signals_app.models import DetectorState, Signal, SignalDefinition, Sweep
from tests.build import a_person, a_source, an_account, an_event
from tests.conftest import Time
from tests.engine import receive, used
from upsell_project.lib import clock, queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]
RENEWAL: dict[str, Any] = {
    "trait": "renews_at",
    "from": -45,
    "to": 0,
    "activity": {"events": ["Report Exported"], "at_least": 1, "days": 90},
}


@pytest.fixture(autouse=True)
def no_other_definition() -> None:
    SignalDefinition.objects.update(live=False)


def a_definition(detector: str, config: dict[str, Any], **fields: Any) -> SignalDefinition:
    return SignalDefinition.objects.create(
        slug=uuid.uuid4().hex, name=detector, detector=detector, config=config, **{"live": True, **fields}
    )


def a_renewal(**fields: Any) -> SignalDefinition:
    return a_definition("calendar", RENEWAL, about="account", **fields)


def a_silence(**fields: Any) -> SignalDefinition:
    rule = {"fact": "events", "names": [], "window": {"days": 14}, "op": "less_than", "value": 1}
    return a_definition("rule", {"rule": rule}, **fields)


def somebody(days: float, **fields: Any) -> Person:
    """Active in an account that renews in so many days."""
    account = an_account(renews_at=clock.now() + timedelta(days=days), **fields)
    person = a_person(account=account)
    an_event(person, "Report Exported", timedelta(days=1))
    return person


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The people or accounts that are judged."""
    judged: list[int] = []
    swept = detect.swept

    def noted(pairs: Iterable[Any], *more: Any) -> list[Signal]:
        pairs = list(pairs)
        judged.extend(subject.person or subject.account for _, subject in pairs)
        return swept(pairs, *more)

    with monkeypatch.context() as patch:
        patch.setattr(detect, "swept", noted)
        yield judged


def people() -> list[int | None]:
    return list(Signal.objects.order_by("pk").values_list("person_id", flat=True))


def test_it_works(time: Time) -> None:
    person = somebody(50)
    definition = a_renewal()
    playbook = Playbook.objects.get()
    playbook.signals.add(definition)
    assert sweeps.waiting()
    sweeps.run()
    assert people() == [] and not sweeps.waiting()
    time.move(days=5)
    assert sweeps.waiting() and "sweeps" in dispatch.DUE
    sweeps.run()
    (signal,) = Signal.objects.all()
    assert (signal.person, signal.definition) == (person, definition)
    assert signal.account == person.memberships.get().account
    assert Enrollment.objects.get(signal=signal).playbook == playbook
    definition.refresh_from_db()
    assert definition.swept_at == time.now
    assert Sweep.objects.get().found == 1


def test_it_is_found_once(time: Time) -> None:
    somebody(40)
    a_renewal()
    for _ in range(50):
        sweeps.run()
        time.move(hours=1)
    assert len(people()) == 1


def test_within_the_hour_nothing_is_due(time: Time) -> None:
    a_renewal()
    sweeps.run()
    time.move(minutes=59)
    assert not sweeps.waiting()
    time.move(minutes=1)
    assert sweeps.waiting()


def test_what_is_not_live_is_not_looked_for(time: Time) -> None:
    somebody(40)
    a_renewal(live=False)
    assert not sweeps.waiting()
    sweeps.run()
    assert people() == []


FREQUENT: dict[str, Any] = {"event": "Report Exported", "count": 2, "days": 9}


def test_what_time_cannot_make_true_costs_nobody_a_look_after_the_first(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(40)
    an_event(person, "Report Exported")
    definition = a_definition("frequency", FREQUENT | {"count": 3})
    sweeps.run()
    with counted(monkeypatch) as judged:
        time.move(hours=1)
        sweeps.run()
    assert judged == []
    definition.refresh_from_db()
    assert definition.swept_at == time.now


def used_a_limit() -> Person:
    """12 of 15, by a total that no event of today moves."""
    account = an_account(caps={"exports": 15})
    used(account, 12)
    person = a_person(account=account)
    an_event(person, "Session Started")
    return person


def test_going_live_finds_whoever_fulfils_it_already(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    frequent, near = somebody(90), used_a_limit()
    an_event(frequent, "Report Exported")
    a_definition("frequency", FREQUENT)
    a_definition("threshold", {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7}, about="account")
    with counted(monkeypatch) as judged:
        sweeps.run()
    assert sorted(people(), key=str) == sorted([frequent.pk, near.pk])
    assert judged == [frequent.pk, near.memberships.get().account_id], "and nobody else is judged"
    time.move(hours=1)
    sweeps.run()
    assert len(people()) == 2


def test_switched_off_and_on_again_everybody_is_looked_at(time: Time) -> None:
    definition = a_definition("frequency", FREQUENT)
    sweeps.run()
    definition.refresh_from_db()
    definition.live = False
    definition.save(update_fields=["live"])
    person = somebody(90)
    an_event(person, "Report Exported")
    definition.live = True
    definition.save()
    sweeps.run()
    assert people() == [person.pk]


def test_switched_off_in_the_middle_of_a_sweep_it_begins_anew(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = somebody(90)
    definition = a_silence()
    sweeps.run()
    time.move(days=30)
    monkeypatch.setattr(sweeping, "ids", partial(sweeping.ids, chunk=1))
    monkeypatch.setattr(sweeps, "_gives_way", lambda seconds, patience: True)
    a_person()
    sweeps.run()
    sweep = Sweep.objects.get()
    assert sweep.running and sweep.since and sweep.upto > first.pk
    definition.refresh_from_db()
    for live in (False, True):
        definition.live = live
        definition.save()
    sweeps.run()
    sweep.refresh_from_db()
    assert sweep.since is None


def test_nobody_is_looked_at_twice_on_a_day_without_need(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    near, other = somebody(40, plan="enterprise"), somebody(40, plan="free")
    accounts = [person.memberships.get().account_id for person in (near, other)]
    somebody(100, plan="enterprise")
    # What a text contains is not asked of PostgreSQL.
    big = {"fact": "trait", "of": "account", "name": "plan", "op": "contains", "value": "enter"}
    a_renewal(condition=big)
    with counted(monkeypatch) as judged:
        for _ in range(24):  # ends at 10:00 of the next day, by UTC
            sweeps.run()
            time.move(hours=1)
    assert sorted(judged) == sorted([*accounts, accounts[1]]), (
        "who was found rests, the other one has a new day"
    )


def test_a_late_event_is_judged_when_it_comes_and_not_again(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = a_source("http")
    account = an_account("acme", renews_at=time.now + timedelta(days=30))
    person = a_person("ana", account=account)
    a_renewal()
    sweeps.run()
    assert people() == []
    time.move(hours=2)
    days_ago = (clock.now() - clock.offset() - timedelta(days=4)).isoformat()
    call = {"type": "track", "userId": "ana", "event": "Report Exported", "timestamp": days_ago}
    receive(source, call | {"context": {"groupId": "acme"}})
    assert people() == [person.pk]
    with counted(monkeypatch) as judged:
        sweeps.run()
    assert judged == []


def test_a_drop_is_found_at_local_midnight(time: Time) -> None:
    account = an_account(timezone="America/New_York")
    person = a_person(account=account)
    for day in range(4, 60):
        for _ in range(5):
            an_event(person, "Report Exported", timedelta(days=day, hours=4))
    a_definition("change", {"turn": "drop", "span": "week", "events": ["Report Exported"]}, about="account")
    assert _hours_until_found(time) == 18, "04:00 of UTC, in summer"


def _hours_until_found(time: Time) -> int | None:
    for hour in range(24):
        sweeps.run()
        if people():
            return hour
        time.move(hours=1)
    return None


def test_what_is_quiet_for_two_weeks_is_found_within_the_hour(time: Time) -> None:
    person = a_person()
    an_event(person, "Report Exported", timedelta(days=13, hours=20))
    a_silence()
    assert _hours_until_found(time) == 4


def test_after_a_jump_of_days_one_sweep_finds_all_that_is_true(time: Time) -> None:
    first, passed = somebody(60), somebody(50)
    a_renewal()
    sweeps.run()
    time.move(days=55)
    sweeps.run()
    assert people() == [first.pk]
    assert passed.pk not in people(), "that came and went"
    assert not sweeps.waiting()


def test_a_clock_that_was_set_back_begins_anew(time: Time) -> None:
    a_renewal()
    time.move(days=300)
    sweeps.run()
    person = somebody(-260)
    time.move(days=-300)
    an_event(person, "Report Exported")
    assert sweeps.waiting()
    sweeps.run()
    assert people() == [person.pk]


def test_what_must_hold_for_a_day_is_found_after_a_day(time: Time) -> None:
    person = a_person()
    a_silence(hold_hours=24)
    sweeps.run()
    assert people() == [] and DetectorState.objects.get().fired_at is None
    time.move(hours=23)
    sweeps.run()
    assert people() == []
    time.move(hours=1)
    sweeps.run()
    assert people() == [person.pk]


def test_what_ceased_to_hold_waits_anew(time: Time) -> None:
    person = a_person()
    a_silence(hold_hours=24)
    sweeps.run()
    time.move(hours=2)
    an_event(person, "Report Exported")
    sweeps.run()
    assert not DetectorState.objects.exists()


def test_a_changed_definition_is_looked_at_from_the_beginning(time: Time) -> None:
    person = somebody(40)
    definition = a_renewal()
    definition.config = RENEWAL | {"from": -10}
    definition.save()
    sweeps.run()
    assert people() == []
    definition.config, definition.version = RENEWAL, 2
    definition.save()
    assert sweeps.waiting()
    sweeps.run()
    assert people() == [person.pk]


class Killed(BaseException):
    """As a process that is killed leaves: nothing is caught, nothing is cleaned up."""


def test_killed_in_the_middle_it_goes_on_and_finds_each_once(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = [a_person().pk for _ in range(10)]
    a_silence()
    monkeypatch.setattr(sweeping, "ids", partial(sweeping.ids, chunk=3))
    swept, calls = detect.swept, []

    def kills(pairs: Any, *more: Any) -> list[Signal]:
        calls.append(1)
        found = swept(pairs, *more)
        if len(calls) == 3:
            raise Killed
        return found

    monkeypatch.setattr(detect, "swept", kills)
    with pytest.raises(Killed):
        sweeps.run()
    assert people() == everybody[:6]
    assert Sweep.objects.get().running and sweeps.waiting()
    with counted(monkeypatch) as judged:
        sweeps.run()
    assert people() == everybody
    assert judged == everybody[6:]
    assert not sweeps.waiting()


def test_it_gives_way_to_others_and_goes_on(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = [a_person().pk for _ in range(5)]
    a_silence()
    monkeypatch.setattr(sweeping, "ids", partial(sweeping.ids, chunk=2))
    monkeypatch.setattr(sweeps, "SECONDS_A_JOB", -1.0)
    monkeypatch.setattr(sweeps, "_gives_way", lambda seconds, patience: True)
    nudged: list[str] = []
    monkeypatch.setattr(queue, "nudge_now", nudged.append)
    sweeps.run()
    assert people() == everybody[:2] and nudged == ["sweeps"]
    for _ in range(3):
        sweeps.run()
    assert people() == everybody and not sweeps.waiting()


def test_who_cannot_be_judged_keeps_nobody_from_it(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = a_person(), a_person()
    a_silence()
    swept = detect.swept

    def fails(pairs: Any, *more: Any) -> list[Signal]:
        pairs = list(pairs)
        if any(subject.person == bad.pk for _, subject in pairs):
            raise ValueError
        return swept(pairs, *more)

    monkeypatch.setattr(detect, "swept", fails)
    sweeps.run()
    assert people() == [good.pk] and not sweeps.waiting()


@pytest.mark.parametrize("error", [ValueError, OperationalError])
def test_what_goes_wrong_with_everybody_leaves_nobody_out(
    time: Time, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    everybody = [a_person().pk for _ in range(25)]
    a_silence()

    def fails(*_: Any) -> list[Signal]:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(detect, "swept", fails)
        sweeps.run()
    assert not sweeps.waiting(), "it rests"
    Sweep.objects.update(retry_at=clock.real())
    sweeps.run()
    assert people() == everybody and not Sweep.objects.get().error


@pytest.mark.parametrize("change", [{"live": False}, {"version": 2}])
def test_what_is_switched_off_or_changed_meanwhile_is_judged_no_more(
    time: Time, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    for _ in range(3):
        a_person()
    definition = a_silence()
    monkeypatch.setattr(sweeping, "ids", partial(sweeping.ids, chunk=1))
    swept = detect.swept

    def once(*given: Any) -> list[Signal]:
        SignalDefinition.objects.filter(pk=definition.pk).update(**change)
        return swept(*given)

    monkeypatch.setattr(detect, "swept", once)
    sweeps.run()
    assert len(people()) == 1
    sweeps.run()
    assert len(people()) == (1 if "live" in change else 3)


def test_a_definition_that_fails_rests_and_keeps_none_from_it(time: Time) -> None:
    person = a_person()
    broken = a_definition("rule", {"rule": {"fact": "nonsense"}})
    a_silence()
    sweeps.run()
    assert people() == [person.pk]
    assert Sweep.objects.get(definition=broken).error and not sweeps.waiting()
    Sweep.objects.update(retry_at=clock.real())
    assert sweeps.waiting()


def test_of_two_workers_one_sweeps_a_definition(time: Time) -> None:
    definition = a_silence()
    person = a_person()
    settings = connection.settings_dict
    other = psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"],
        password=settings["PASSWORD"], dbname=settings["NAME"],
    )  # fmt: skip
    with other:
        other.execute(f"SELECT pg_advisory_lock({sweeps._LOCK}, {definition.pk})")
        sweeps.run()
        assert people() == [] and sweeps.waiting()
    sweeps.run()
    assert people() == [person.pk]


def test_a_refusal_to_enter_is_kept(time: Time) -> None:
    person = somebody(40)
    definition = a_renewal()
    playbook = Playbook.objects.get()
    playbook.signals.add(definition)
    Playbook.objects.update(live=False)
    sweeps.run()
    assert Decision.objects.get().person_id == person.pk
