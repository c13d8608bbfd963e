"""A source that falls silent is noticed, one that never said much is not; the clock is moved, nothing waits."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from signals_app import health
from signals_app.ingest import Opened
from signals_app.models import Envelope, Source, SourceAlert, SourceHour
from tests.build import a_source
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
Shape = Callable[[datetime], int]


def steady(at: datetime) -> int:
    return 100


def office(at: datetime) -> int:
    return 100 if at.weekday() < 5 and 8 <= at.hour < 18 else 0


def nightly(at: datetime) -> int:
    return 5_000 if at.hour == 3 else 0


def seldom(at: datetime) -> int:
    return 2 if at.hour == 12 and at.weekday() == 0 else 0


def a_past(shape: Shape, time: Time, weeks: float = 5) -> Source:
    """A source that sent in this shape up to this moment."""
    source = a_source()
    hour, rows = health.hour_of(time.now - WEEK * weeks), []
    while hour < time.now - HOUR / 2:
        if shape(hour):
            rows.append(SourceHour(source=source, hour=hour, accepted=shape(hour)))
            source.last_seen_at = min(hour + HOUR, time.now)
        hour += HOUR
    SourceHour.objects.bulk_create(rows)
    source.save()
    return source


def found() -> list[str]:
    return [alert.kind for alert in health.check(clock.now())]


def comes(source: Source, accepted: int = 1, **counts: int) -> None:
    now = clock.now()
    row, _ = SourceHour.objects.get_or_create(source=source, hour=health.hour_of(now))
    row.accepted += accepted
    for name, more in counts.items():
        setattr(row, name, getattr(row, name) + more)
    row.save()
    Source.objects.filter(pk=source.pk).update(last_seen_at=now)


def test_a_steady_source_that_stops_is_noticed_within_the_hour_and_once(time: Time) -> None:
    source = a_past(steady, time)
    time.move(minutes=10)
    assert found() == []
    time.move(minutes=10)
    assert found() == ["silent"]
    alert = SourceAlert.objects.get()
    assert alert.source == source and alert.closed_at is None
    assert "Nothing has come since 2026-03-10 10:00 UTC" in alert.sentence
    time.move(hours=5)
    assert found() == []
    assert SourceAlert.objects.count() == 1


def test_it_closes_by_itself_when_events_come_again(time: Time) -> None:
    source = a_past(steady, time)
    time.move(hours=1)
    found()
    comes(source)
    assert found() == [] and SourceAlert.objects.get().closed_at is None, "that event came before it opened"
    time.move(minutes=1)
    comes(source)
    found()
    assert SourceAlert.objects.get().closed_at == time.now


def test_silence_that_lasts_does_not_become_usual(time: Time) -> None:
    a_past(steady, time)
    time.move(hours=1)
    found()
    time.move(weeks=8)
    assert found() == []
    assert SourceAlert.objects.get().closed_at is None


def test_a_source_that_falls_silent_again_is_told_again(time: Time) -> None:
    source = a_past(steady, time)
    time.move(hours=1)
    found()
    time.move(minutes=1)
    comes(source)
    found()
    time.move(hours=1)
    assert found() == ["silent"]


@pytest.mark.parametrize("weeks", [0, 0.5, 1.5])
def test_a_fresh_source_gives_no_alarm(time: Time, weeks: float) -> None:
    a_past(steady, time, weeks=weeks)
    time.move(hours=12)
    assert found() == []


def test_a_source_that_never_sent_gives_no_alarm(time: Time) -> None:
    a_source()
    time.move(weeks=9)
    assert found() == []


def test_nights_and_weekends_of_an_office_are_no_silence(time: Time) -> None:
    a_past(office, time)
    time.set(datetime(2026, 3, 10, 10, 0, tzinfo=time.now.tzinfo))
    source = Source.objects.get()
    while time.now < datetime(2026, 3, 13, 18, 0, tzinfo=time.now.tzinfo):
        if office(time.now):
            comes(source, 50)
            time.move(minutes=30)
        else:
            assert found() == []
            time.move(hours=1)
    for _ in range(60):
        assert found() == []
        time.move(hours=1)
    assert f"{time.now:%a %H}" == "Mon 06"
    time.set(datetime(2026, 3, 16, 9, 59, tzinfo=time.now.tzinfo))
    assert found() == ["silent"]


def test_daylight_saving_moves_an_office_by_an_hour_without_alarm(time: Time) -> None:
    a_past(office, time)
    time.set(datetime(2026, 3, 10, 18, 0, tzinfo=time.now.tzinfo))
    comes(Source.objects.get(), 10)
    time.set(datetime(2026, 3, 11, 8, 59, tzinfo=time.now.tzinfo))
    assert found() == []


def test_a_nightly_batch_may_drift_but_not_fail(time: Time) -> None:
    source = a_past(nightly, time)
    time.set(datetime(2026, 3, 11, 3, 0, tzinfo=time.now.tzinfo))
    for _ in range(16):
        assert found() == []
        time.move(minutes=10)
    comes(source, 5_000)
    time.move(hours=20)
    assert found() == []
    time.set(datetime(2026, 3, 12, 6, 1, tzinfo=time.now.tzinfo))
    assert found() == ["silent"]


def test_a_source_that_says_little_gives_no_alarm_in_a_quiet_week(time: Time) -> None:
    a_past(seldom, time)
    time.move(days=12)
    assert found() == []


def test_one_outage_of_a_week_does_not_spoil_what_is_usual(time: Time) -> None:
    source = a_past(steady, time)
    SourceHour.objects.filter(hour__gte=time.now - 2 * WEEK, hour__lt=time.now - WEEK).delete()
    time.move(hours=1)
    assert found() == ["silent"]
    assert source.alerts.count() == 1


def test_an_inactive_source_gives_no_alarm_and_closes_its_own(time: Time) -> None:
    source = a_past(steady, time)
    time.move(hours=1)
    found()
    Source.objects.filter(pk=source.pk).update(active=False)
    assert found() == []
    assert SourceAlert.objects.get().closed_at == time.now


def test_much_that_is_rejected_is_noticed_and_ends_with_what_is_sound(time: Time) -> None:
    source = a_source()
    comes(source, 100, rejected=19)
    assert found() == []
    comes(source, 0, rejected=11)
    assert found() == ["rejecting"]
    assert "30 of 130 items" in SourceAlert.objects.get().sentence
    time.move(hours=2)
    comes(source, 100)
    assert found() == []
    assert SourceAlert.objects.get().closed_at == time.now


def test_bad_signatures_are_counted_and_noticed(time: Time) -> None:
    source = a_source("stripe")
    for _ in range(4):
        health.signature_failed(source.pk)
    assert found() == []
    health.signature_failed(source.pk)
    assert found() == ["signature"]
    source.refresh_from_db()
    assert source.signature_failures == 5
    time.move(hours=2)
    found()
    assert SourceAlert.objects.get().closed_at == time.now


def test_a_batch_is_counted_in_the_hour_it_was_received(time: Time) -> None:
    one, two = a_source(), a_source()

    def opened(source: Source, items: int, rejected: int, ago: timedelta = timedelta(0)) -> Opened:
        envelope = Envelope(source=source, received_at=time.now - ago)
        return Opened(envelope, source, [None] * items, [None] * rejected)  # type: ignore[list-item]

    health.count([opened(one, 3, 1), opened(one, 2, 0), opened(two, 1, 0), opened(one, 7, 0, HOUR)])
    health.count([opened(one, 1, 1)])
    rows = SourceHour.objects.order_by("source", "hour").values_list("source", "hour", "accepted", "rejected")
    assert list(rows) == [
        (one.pk, time.now - HOUR, 7, 0),
        (one.pk, time.now, 6, 2),
        (two.pk, time.now, 1, 0),
    ]
    health.count([])


def test_what_waits_for_a_worker_or_is_parked_is_no_silence(time: Time) -> None:
    source = a_past(steady, time)
    time.move(minutes=40)
    envelope = Envelope.objects.create(source=source, call="batch", body=b"{}", received_at=time.now)
    assert found() == [], "workers are behind; the source is not"
    Envelope.objects.filter(pk=envelope.pk).update(state="parked")
    assert found() == ["parked"]
    time.move(hours=1)
    assert found() == ["silent"], "nothing came after that one"


def test_silence_ends_though_what_comes_cannot_be_read(time: Time) -> None:
    source = a_past(steady, time)
    time.move(hours=1)
    assert found() == ["silent"]
    time.move(minutes=1)
    Envelope.objects.create(source=source, call="batch", body=b"{", received_at=time.now, state="parked")
    assert found() == ["parked"]
    assert SourceAlert.objects.get(kind="silent").closed_at == time.now


def test_parked_requests_are_told_of_until_they_are_taken_in(time: Time) -> None:
    source = a_source()
    for state in ("parked", "parked", "pending", "done"):
        Envelope.objects.create(source=source, call="batch", body=b"{}", received_at=time.now, state=state)
    assert found() == ["parked"]
    assert SourceAlert.objects.get().sentence.startswith("2 of its requests could not be taken in")
    assert found() == []
    Envelope.objects.filter(state="parked").update(state="done")
    assert found() == []
    assert SourceAlert.objects.get().closed_at == time.now


def now_and_then(at: datetime) -> int:
    """15 in a week, on Monday, Wednesday and Friday, at another hour each time."""
    return 5 if at.weekday() in (0, 2, 4) and at.hour == at.toordinal() * 5 % 24 else 0


def test_a_small_source_without_a_rhythm_is_missed_after_whole_weeks(time: Time) -> None:
    a_past(now_and_then, time, weeks=6)
    time.move(days=13)
    assert found() == []
    time.move(days=2)
    assert found() == ["silent"]


def test_a_source_that_is_too_young_for_weeks_is_missed_after_a_day(time: Time) -> None:
    a_past(steady, time, weeks=1.3)
    time.move(hours=26)
    assert found() == []
    time.move(hours=2)
    assert found() == ["silent"]


def test_an_office_that_is_too_young_for_weeks_may_rest_on_its_weekend(time: Time) -> None:
    time.set(datetime(2026, 3, 13, 18, 0, tzinfo=time.now.tzinfo))
    a_past(office, time, weeks=1.6)
    time.move(days=2, hours=14)
    assert found() == []
