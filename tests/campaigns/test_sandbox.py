"""The movable clock goes from due time to due time: a day that is skipped is a day that happened."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from campaigns_app import advance, outbox, sandbox, sweeps
from campaigns_app.models import ContactPolicy, Delivery, Enrollment
from signals_app.models import Envelope, Score, Signal, SignalDefinition
from signals_app.scores import compute
from signals_app.segments import refresh
from tests.build import a_person, a_source, an_event
from tests.campaigns.test_sweeps import RENEWAL, a_definition
from tests.engine import account_of, begun, enrolled, somebody, touches
from tests.engine import work as steps
from tests.signals.segments_world import a_segment, inside, used
from upsell_project.lib import clock
from upsell_project.lib.models import ClockOffset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
CLOSE = timedelta(seconds=30)
A_HOP = sandbox.HOP + CLOSE


def work() -> None:
    """What workers do, until nothing is due."""
    steps()
    while sandbox.busy():
        for job in (compute.run, refresh.run, sweeps.run, steps):
            job()


@pytest.fixture(autouse=True)
def real_time(settings: Any) -> Iterator[None]:
    """Here nothing is frozen; any hour is allowed, or the result would depend on the time of the day."""
    settings.HOLDOUT_PERCENT = 0
    ContactPolicy.objects.update(hours={})
    yield
    clock.forget()


def test_it_works() -> None:
    before = clock.now()
    after = sandbox.advance(timedelta(hours=12), settle=work)
    assert timedelta(hours=12) <= after - before < timedelta(hours=12) + CLOSE
    assert ClockOffset.objects.get().seconds == pytest.approx(12 * 3600, abs=2)


def test_everything_on_the_way_happens_at_its_own_time() -> None:
    person = somebody()
    start = clock.now()
    run = begun(person)
    sandbox.advance(timedelta(days=3), settle=work)
    (_, banner), (channel, mail) = touches(person)
    assert channel == "email"
    assert timedelta(0) <= mail - banner - timedelta(hours=12) < A_HOP
    run.refresh_from_db()
    assert run.end_reason == "no_engagement"
    assert run.ended_at
    assert timedelta(0) <= run.ended_at - start - timedelta(hours=36) < 2 * A_HOP


def test_what_is_due_already_is_done_first() -> None:
    run = enrolled(somebody())
    sandbox.advance(timedelta(minutes=1), settle=work)
    run.refresh_from_db()
    assert run.step
    assert run.step.kind == "wait_until"


def test_reset_goes_back_to_real_time() -> None:
    sandbox.advance(timedelta(days=1), settle=work)
    assert abs(sandbox.reset() - clock.real()) < CLOSE


@pytest.mark.parametrize("span", [timedelta(0), timedelta(days=-1)])
def test_it_only_moves_forward(span: timedelta) -> None:
    with pytest.raises(ValueError, match="only moves forward"):
        sandbox.advance(span, settle=work)


def test_outside_a_sandbox_it_is_refused(settings: Any) -> None:
    settings.SANDBOX = False
    with pytest.raises(sandbox.NotASandbox):
        sandbox.advance(timedelta(days=1), settle=work)
    with pytest.raises(sandbox.NotASandbox):
        sandbox.reset()
    assert not ClockOffset.objects.exists()


def test_busy_is_said_until_nothing_is_due() -> None:
    work()
    assert not sandbox.busy()
    enrolled(somebody())
    assert sandbox.busy()
    work()
    assert not sandbox.busy()
    assert Enrollment.objects.filter(state="active").exists()


def test_what_failed_and_rests_is_not_waited_for(monkeypatch: Any) -> None:
    monkeypatch.setattr(sandbox, "_time_is_looked_at", bool)
    run = begun(somebody())
    sandbox.advance(timedelta(hours=13), settle=advance_all)
    assert sandbox.busy()
    later = clock.real() + timedelta(minutes=1)
    mail = Delivery.objects.get(enrollment=run, channel="email")
    Delivery.objects.filter(pk=mail.pk).update(state="intended", attempts=0, retry_at=later)
    Enrollment.objects.update(wake_at=None)
    assert not sandbox.busy()
    source = a_source()
    envelope = Envelope.objects.create(source=source, call="track", body=b"{}", received_at=clock.now())
    assert sandbox.busy()
    Envelope.objects.filter(pk=envelope.pk).update(error="It failed", lease_until=later)
    assert not sandbox.busy()
    Envelope.objects.filter(pk=envelope.pk).update(lease_until=clock.real())
    assert sandbox.busy()


def test_a_mail_leaves_at_the_time_of_who_intended_it() -> None:
    """Another process moved the clock and intended it; this one has read the clock a moment ago."""
    person = somebody()
    begun(person)
    sandbox.advance(timedelta(hours=11), settle=work)
    sandbox._set(clock.offset() + timedelta(hours=2))
    advance_all()
    clock._cached = (time.monotonic(), clock.offset() - timedelta(hours=2))
    assert outbox.send() == 1
    mail = Delivery.objects.get(person=person, channel="email")
    assert mail.state == "accepted"
    assert mail.sent_at
    assert mail.intended_at
    assert mail.sent_at >= mail.intended_at


def advance_all() -> None:
    """Steps, but nobody carries the mail."""
    while advance.due():
        pass


def test_many_due_within_minutes_take_a_stop_a_minute() -> None:
    playbook = begun(somebody())
    soon = clock.now() + timedelta(hours=6)
    for second in range(200):
        run = Enrollment.objects.get(pk=playbook.pk)
        run.pk, run.state, run.wake_at = None, "active", soon + timedelta(seconds=second)
        run.person = a_person()
        run.save(force_insert=True)
    stops = []
    sandbox.advance(timedelta(hours=7), settle=lambda: stops.append(park_due()))
    assert sum(stops) == 200
    assert len(stops) <= 2 + 4, "at the start and the end, and once for each minute with something due"


def park_due() -> int:
    return Enrollment.objects.filter(state="active", wake_at__lte=clock.now()).update(state="parked")


def test_of_two_who_move_the_clock_the_second_waits_and_then_gives_up(monkeypatch: Any) -> None:
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [sandbox.LOCK])
    monkeypatch.setattr(sandbox, "PATIENCE_SECONDS", 0.2)
    with pytest.raises(sandbox.NobodyWorks, match="Somebody else"):
        sandbox.advance(timedelta(hours=1), settle=work)
    other.close()
    sandbox.advance(timedelta(hours=1), settle=work)


def test_what_is_due_by_the_hour_is_waited_for() -> None:
    work()
    for table, stop in (("segment", refresh.run), ("scoredefinition", compute.run)):
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE signals_app_{table} SET refreshed_at = refreshed_at - interval '1 hour'")
        assert sandbox.busy(), table
        stop()
        work()
    SignalDefinition.objects.filter(live=True).update(swept_at=clock.now() - timedelta(hours=1))
    assert sandbox.busy()
    sweeps.run()
    work()
    assert not sandbox.busy()


def test_a_long_jump_finds_by_days_what_each_day_brings() -> None:
    SignalDefinition.objects.update(live=False)
    person = somebody()
    account = account_of(person)
    account.renews_at = clock.now() + timedelta(days=60)
    account.save()
    for days in (0, 40):
        an_event(person, "Report Exported", timedelta(days=-days))
    definition = a_definition("calendar", RENEWAL, about="account")
    a_segment("quiet", {"not": used(1, days=10)})
    start = clock.now()
    stops: list[datetime] = []

    def settle() -> None:
        work()
        stops.append(clock.now())

    sandbox.advance(timedelta(days=20), settle=settle)
    signal = Signal.objects.get(definition=definition)
    assert timedelta(0) <= signal.detected_at - start - timedelta(days=15) <= sandbox.LOCAL_DAY + CLOSE
    assert inside("quiet") == {person.user_id}
    assert Score.objects.filter(account=account).exists()
    assert len(stops) <= 24, "once a local day, and when a run is due"
    assert max(b - a for a, b in pairwise(stops)) <= sandbox.LOCAL_DAY + CLOSE
