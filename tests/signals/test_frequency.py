"""N events in a window, against a brute-force reference."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from signals_app.models import Signal, Source
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
QUICK = examples(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def server(time: Time, settings: Any) -> Source:
    settings.HOLDOUT_PERCENT = 0
    return a_source("http")


def at(moment: datetime) -> str:
    """The sender's real time for a moment of the product time: right to the second, as the clock's offset is kept."""
    return (moment - clock.offset()).isoformat()


def premium(source: Source, *moments: datetime, user: str = "ana", **properties: Any) -> None:
    call = {
        "type": "track",
        "userId": user,
        "event": "Feature Used",
        "context": {"groupId": "acme"},
        "properties": {"tier": "premium", "feature": "Cohorts", **properties},
    }
    receive(source, *[call | {"timestamp": at(moment)} for moment in moments])


def frequent() -> list[Signal]:
    return list(Signal.objects.filter(definition__slug="premium-feature-frequent").order_by("pk"))


def test_five_times_in_fourteen_days_works(server: Source, time: Time) -> None:
    ago = [time.now - timedelta(days=n) for n in (13, 9, 5, 1)]
    premium(server, *ago)
    assert frequent() == []
    premium(server, time.now, feature="Forecasts")
    (signal,) = frequent()
    assert (signal.evidence["count"], signal.evidence["days"], signal.evidence["feature"]) == (
        5,
        14,
        "Forecasts",
    )
    assert len(signal.evidence["event_ids"]) == 5


def test_the_feature_is_the_one_used_last_whatever_came_last(server: Source, time: Time) -> None:
    premium(server, *[time.now - timedelta(days=n) for n in (3, 4, 5)])
    receive(
        server,
        *[
            {
                "type": "track",
                "userId": "ana",
                "event": "Feature Used",
                "properties": {"tier": "premium", "feature": feature},
                "timestamp": at(time.now - timedelta(days=days)),
            }
            for feature, days in (("Newest", 0), ("Older", 1))
        ],
    )
    assert frequent()[0].evidence["feature"] == "Newest"


@pytest.mark.parametrize(("seconds", "found"), [(0, 0), (2, 1)])
def test_the_window_is_open_at_its_far_end(server: Source, time: Time, seconds: int, found: int) -> None:
    edge = time.now - timedelta(days=14) + timedelta(seconds=seconds)
    premium(server, edge, *[time.now] * 4)
    assert len(frequent()) == found


def test_other_features_people_and_events_do_not_count(server: Source, time: Time) -> None:
    premium(server, *[time.now] * 4)
    premium(server, time.now, tier="basic")
    premium(server, time.now, user="ben")
    assert frequent() == []


def test_a_page_counts_under_its_name(server: Source, time: Time) -> None:
    premium(server, *[time.now] * 4)
    receive(
        server, {"type": "page", "userId": "ana", "name": "Feature Used", "properties": {"tier": "premium"}}
    )
    assert len(frequent()) == 1


def test_it_is_not_found_again_within_its_cooldown(server: Source, time: Time) -> None:
    premium(server, *[time.now] * 5)
    time.move(days=14, seconds=-1)
    premium(server, *[time.now] * 5)
    assert len(frequent()) == 1
    time.move(seconds=1)
    premium(server, time.now)
    assert len(frequent()) == 2


batches = st.lists(
    st.tuples(st.integers(0, 9), st.lists(st.integers(0, 20 * 24), min_size=1, max_size=4)),
    min_size=1,
    max_size=6,
)


@given(batches)
@QUICK
def test_frequency_against_a_reference_over_random_histories(
    server: Source, time: Time, history: list[tuple[int, list[int]]]
) -> None:
    start = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
    with transaction.atomic():
        time.set(start)
        seen: list[datetime] = []
        last: datetime | None = None
        expected = 0
        for days, hours in history:
            time.move(days=days)
            moments = [time.now - timedelta(hours=n, minutes=30) for n in hours]
            premium(server, *moments)
            seen += moments
            count = sum(time.now - timedelta(days=14) < moment <= time.now for moment in seen)
            if count >= 5 and (last is None or last <= time.now - timedelta(days=14)):
                last, expected = time.now, expected + 1
        assert len(frequent()) == expected
        transaction.set_rollback(True)
        time.set(start)
