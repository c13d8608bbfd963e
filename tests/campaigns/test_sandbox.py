"""The movable clock goes from due time to due time: a day that is skipped is a day that happened."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import sandbox
from campaigns_app.models import ContactPolicy, Enrollment
from tests.engine import begun, enrolled, somebody, touches, work
from upsell_project.lib import clock
from upsell_project.lib.models import ClockOffset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
CLOSE = timedelta(seconds=30)


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
    assert timedelta(0) <= mail - banner - timedelta(hours=12) < CLOSE
    run.refresh_from_db()
    assert run.end_reason == "no_engagement"
    assert run.ended_at
    assert timedelta(0) <= run.ended_at - start - timedelta(hours=36) < CLOSE


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
