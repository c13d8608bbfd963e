"""The movable clock goes from due time to due time: a day that is skipped is a day that happened."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from campaigns_app import advance, sandbox
from campaigns_app.models import ContactPolicy, Delivery, Enrollment
from signals_app.models import Envelope
from tests.build import a_person, a_source
from tests.engine import begun, enrolled, somebody, touches, work
from upsell_project.lib import clock
from upsell_project.lib.models import ClockOffset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
CLOSE = timedelta(seconds=30)
A_HOP = sandbox.HOP + CLOSE


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
    assert not sandbox.busy()
    enrolled(somebody())
    assert sandbox.busy()
    work()
    assert not sandbox.busy()
    assert Enrollment.objects.filter(state="active").exists()


def test_what_failed_and_rests_is_not_waited_for() -> None:
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
