"""What was found in periods that are long over is forgotten, and nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest

from signals_app import partitions, usage
from signals_app.models import DetectorState, SignalDefinition
from tests.build import an_account
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def a_definition(slug: str, **fields: int) -> SignalDefinition:
    return SignalDefinition.objects.create(
        slug=slug, name=slug, detector="threshold", about="account", **fields
    )


def a_state(definition: SignalDefinition, period: date) -> int:
    state = DetectorState.objects.create(
        definition=definition,
        account=an_account(),
        part="exports",
        period=period,
        holds_since=NOW - timedelta(days=900),
        fired_at=NOW - timedelta(days=900),
    )
    return state.pk


def left() -> set[int]:
    partitions.keep_house()
    return set(DetectorState.objects.values_list("pk", flat=True))


def test_states_of_periods_long_over_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "real", lambda: NOW)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monthly, resting = a_definition("monthly"), a_definition("resting", cooldown_hours=24 * 500)
    today = NOW.date()
    over = a_state(monthly, today - timedelta(days=401))
    stay = {
        a_state(monthly, today - timedelta(days=399)),
        a_state(monthly, usage.ALWAYS),
        a_state(resting, today - timedelta(days=401)),
    }
    assert left() == stay, over


def test_a_sandbox_clock_that_leaps_ahead_forgets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "real", lambda: NOW)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=3650))
    state = a_state(a_definition("monthly"), NOW.date())
    assert left() == {state}
