"""Years of storage in slices: made ahead, filled from the default one, dropped by age, and never in anybody's way."""

import threading
import time as real_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, connections, transaction

from signals_app import ingest, partitions
from signals_app.models import Envelope, Event, EventKey, RejectedEvent, Source
from signals_app.partitions import ENVELOPES, EVENTS, KEYS
from tests.build import a_source
from tests.running_stack import until
from upsell_project.lib import bulk, clock

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


class Moved:
    """Both clocks, product and real, at one time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patch = monkeypatch

    def set(self, at: datetime) -> None:
        self.patch.setattr(clock, "real", lambda: at)
        clock._frozen.set(at)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[Moved]:
    with clock.frozen(NOW):
        moved = Moved(monkeypatch)
        moved.set(NOW)
        yield moved


@pytest.fixture
def bare(both: Moved) -> Iterator[None]:
    """No slices but the default ones; what the migration made is put back afterwards."""
    before = {sliced: partitions.slices(sliced) for sliced in partitions.TABLES}
    _drop_slices()
    yield
    for table in ("event", "envelope", "eventkey", "rejectedevent"):
        bulk.select(f"WITH gone AS (DELETE FROM signals_app_{table} RETURNING 1) SELECT 1")
    _drop_slices()
    for sliced, days in before.items():
        for day in days:
            partitions._make(sliced, day, 5)


def _drop_slices() -> None:
    with connection.cursor() as cursor:
        for sliced in partitions.TABLES:
            for day in partitions.slices(sliced):
                cursor.execute(f"DROP TABLE {sliced.name(day)}")


@pytest.fixture
def source() -> Source:
    return a_source("http")


def an_event(source: Source, at: datetime) -> Event:
    return Event.objects.create(source=source, kind="track", name="E", occurred_at=at, received_at=at)


def an_envelope(source: Source, at: datetime, state: str = "done") -> Envelope:
    return Envelope.objects.create(source=source, call="track", body=b"{}", received_at=at, state=state)


def place(row: Event | Envelope) -> str:
    """The partition that holds the row."""
    found = bulk.select(f"SELECT tableoid::regclass::text FROM {row._meta.db_table} WHERE id = %s", row.pk)
    return str(found[0][0])


def keep() -> partitions.Kept:
    kept = partitions.keep_house()
    assert kept and not kept.failed
    return kept


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_it_works(source: Source) -> None:
    early, late = an_event(source, NOW), an_envelope(source, NOW)
    assert (place(early), place(late)) == ("signals_app_event_default", "signals_app_envelope_default")
    keep()
    assert partitions.slices(EVENTS) == [date(2026, month, 1) for month in (3, 4, 5, 6)]
    assert partitions.slices(ENVELOPES) == [date(2026, 3, 9) + timedelta(days=7 * n) for n in range(4)]
    assert (place(early), place(late)) == ("signals_app_event_20260301", "signals_app_envelope_20260309")
    assert place(an_event(source, NOW + timedelta(days=100))) == "signals_app_event_20260601"
    assert (keep().made, keep().dropped) == ([], [])


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_keys_lie_in_slices_of_31_days_from_1970_on() -> None:
    keep()
    first = partitions.slices(KEYS)
    assert first[0] <= NOW.date() < first[1]
    assert {(two - one).days for one, two in pairwise(first)} == {31}
    assert (first[0] - date(1970, 1, 1)).days % 31 == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_every_bound_is_the_next_ones_beginning(source: Source) -> None:
    keep()
    edge = datetime(2026, 4, 1, tzinfo=UTC)
    assert place(an_event(source, edge)) == "signals_app_event_20260401"
    assert place(an_event(source, edge - timedelta(microseconds=1))) == "signals_app_event_20260301"
    monday = datetime(2026, 3, 16, tzinfo=UTC)
    assert place(an_envelope(source, monday)) == "signals_app_envelope_20260316"
    assert place(an_envelope(source, monday - timedelta(microseconds=1))) == "signals_app_envelope_20260309"


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_imported_history_gets_slices_of_its_own(source: Source) -> None:
    old = [an_event(source, NOW - timedelta(days=days)) for days in (40, 200, 700)]
    ancient = an_event(source, NOW - timedelta(days=4000))
    keep()
    assert [place(event) for event in old] == [
        f"signals_app_event_{name}" for name in ("20260101", "20250801", "20240401")
    ]
    assert not Event.objects.filter(pk=ancient.pk).exists(), "older than is kept"


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_five_years_pass_and_25_months_and_five_weeks_are_there(source: Source, both: Moved) -> None:
    for month in range(60):
        at = NOW + timedelta(days=30.5 * month)
        both.set(at)
        an_event(source, at)
        an_envelope(source, at)
        keep()
    oldest = at.replace(day=1, hour=0) - timedelta(days=25 * 30.5)
    assert 26 <= Event.objects.count() <= 27
    earliest = Event.objects.earliest("occurred_at").occurred_at
    assert abs(earliest - oldest) < timedelta(days=32)
    assert len(partitions.slices(EVENTS)) == 25 + 1 + 3
    assert 2 <= Envelope.objects.count() <= 3
    assert len(partitions.slices(KEYS)) <= 2 + 3
    assert place(Event.objects.latest("id")).endswith(f"{at:%Y%m}01")


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_what_waits_is_never_dropped_nor_is_what_is_parked_for_long(
    source: Source, both: Moved, caplog: pytest.LogCaptureFixture
) -> None:
    keep()
    done = an_envelope(source, NOW)
    held = [an_envelope(source, NOW, state) for state in ("pending", "parked")]
    both.set(NOW + timedelta(days=90))
    young = an_envelope(source, NOW + timedelta(days=1), "parked")
    kept = keep()
    assert "signals_app_envelope_20260309" not in kept.dropped
    assert set(Envelope.objects.values_list("pk", flat=True)) == {young.pk, *(one.pk for one in held)}
    assert not Envelope.objects.filter(pk=done.pk).exists(), "the rest of the slice is deleted all the same"
    both.set(NOW + timedelta(days=96))
    keep()
    assert set(Envelope.objects.values_list("pk", flat=True)) == {held[0].pk, young.pk}
    assert "1 parked envelopes" in caplog.text
    Envelope.objects.update(state="done")
    assert "signals_app_envelope_20260309" in keep().dropped
    assert not Envelope.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_what_was_refused_is_kept_as_long_as_its_envelope(source: Source, settings: Any) -> None:
    settings.ENVELOPE_RETENTION_DAYS = 10
    for days in (9, 11):
        at = NOW - timedelta(days=days)
        RejectedEvent.objects.create(source=source, envelope_id=days, index=0, reason="no", received_at=at)
    assert keep().deleted == 1
    assert RejectedEvent.objects.get().envelope_id == 9


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_a_sandbox_clock_that_leaps_ahead_deletes_nothing(source: Source) -> None:
    event, envelope = an_event(source, NOW), an_envelope(source, NOW)
    keep()
    clock._frozen.set(NOW + timedelta(days=3650))
    keep()
    assert date(2036, 3, 1) in partitions.slices(EVENTS), "and its own time has slices too"
    assert Event.objects.filter(pk=event.pk).exists() and Envelope.objects.filter(pk=envelope.pk).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_keys_are_kept_for_31_days_at_least_and_dropped_after(both: Moved) -> None:
    keep()
    first = partitions.slices(KEYS)[0]
    last_moment = datetime.combine(first, datetime.min.time(), UTC) + timedelta(days=31, seconds=-1)
    for days, there in ((30, True), (31, True), (33, False)):
        both.set(last_moment + timedelta(days=days))
        keep()
        assert (first in partitions.slices(KEYS)) is there, days


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("bare")
def test_there_is_one_maintainer_at_a_time() -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_lock({partitions._LOCK})")
        assert partitions.keep_house() is None
        with other.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({partitions._LOCK})")
    finally:
        other.close()
    keep()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("bare")
def test_a_reader_that_stays_holds_up_the_maintainer_and_nobody_behind_it(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "TRIES", 1)
    monkeypatch.setattr(partitions, "LOCK_MILLISECONDS", 80)
    reader = connection.copy()
    slowest: list[float] = []
    stop = threading.Event()

    def accept() -> None:
        while not stop.is_set():
            started = real_time.monotonic()
            ingest.accept(source.pk, "batch", b"{}", {})
            slowest.append(real_time.monotonic() - started)
        connections.close_all()

    reader.set_autocommit(False)
    with reader.cursor() as cursor:
        cursor.execute("SELECT 1 FROM signals_app_event, signals_app_envelope, signals_app_eventkey LIMIT 1")
    thread = threading.Thread(target=accept)
    thread.start()
    try:
        kept = partitions.keep_house()
    finally:
        stop.set()
        thread.join(30)
        reader.close()
    assert kept and not kept.made and len(kept.failed) == 12
    assert len(slowest) > 50
    assert max(slowest) < 2.0
    keep()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("bare")
def test_no_row_is_lost_while_slices_are_made_and_dropped_under_it(source: Source, both: Moved) -> None:
    """Four threads write into March and April from before there are slices; in the end all rows are there."""
    ends = threading.Event()
    written: list[int] = []

    def write(lane: int) -> None:
        with clock.frozen(NOW):
            while not ends.is_set():
                for days in (0, 7, 30):
                    written.append(an_event(source, NOW + timedelta(days=days)).pk)
                    ingest.accept(source.pk, "batch", b"{}", {})
        connections.close_all()

    threads = [threading.Thread(target=write, args=(lane,)) for lane in range(3)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(written) > 60, "rows are written", 30)
        keep()
        soon = len(written) + 60
        until(lambda: len(written) > soon, "and written on", 30)
    finally:
        ends.set()
        for thread in threads:
            thread.join(30)
    assert sorted(Event.objects.values_list("pk", flat=True)) == sorted(written)
    assert Envelope.objects.count() == len(written)
    assert EventKey.objects.count() == 0


@pytest.mark.django_db
def test_the_migration_made_slices_for_now() -> None:
    today = clock.real().date()
    for sliced in partitions.TABLES:
        assert sliced.start(today) in partitions.slices(sliced), sliced.table
        with transaction.atomic():
            assert bulk.select(f"SELECT count(*) FROM {sliced.default}") == [(0,)]
