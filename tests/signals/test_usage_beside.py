"""A recount of many events goes on beside those who count: they hardly wait, and nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction

from people_app.models import Account
from signals_app import usage
from signals_app.models import Event, Meter, MeterTotal, MeterValue, RecountDue, Source
from signals_app.usage import compare, correct, due, recount
from tests.build import a_source, an_account
from tests.signals.test_usage_at_once import NOW, a_batch, closing, kept
from upsell_project.lib import bulk, clock

pytestmark = pytest.mark.django_db(transaction=True)
MANY, FEW = 1_000, 100
METERS: dict[str, dict[str, Any]] = {
    "exports": {},
    "rows": {"aggregate": "sum", "property": "rows", "window": "rolling", "days": 30},
    "largest": {"aggregate": "last", "property": "rows"},
    "files": {"aggregate": "distinct", "property": "rows", "window": "rolling", "days": 30},
}


@pytest.fixture
def source() -> Source:
    for resource, fields in METERS.items():
        Meter.objects.create(resource=resource, label=resource, verb="used", event="Exported", **fields)
    with clock.frozen(NOW):
        recount.run()
    return a_source()


def a_history(source: Source, account: Account, events: int) -> None:
    """Stored and not counted: a recount finds it."""
    bulk.run(_MANY, source.pk, account.pk, NOW, NOW, events)
    with clock.frozen(NOW):
        usage.ask_recount([account.pk])


_MANY = """
INSERT INTO signals_app_event
    (source_id, message_id, kind, name, account_id, properties, occurred_at, received_at)
SELECT %s, 'm' || n, 'track', 'Exported', %s, jsonb_build_object('rows', n %% 5000),
    %s - n * interval '37 seconds', %s
FROM generate_series(1, %s) n
"""


def reference() -> dict[str, list[tuple[Any, ...]]]:
    """By PostgreSQL, from the raw events: what their buckets hold by month and by day."""
    return {resource: bulk.select(sql) for resource, sql in _REFERENCE.items()}


_OF = "FROM signals_app_event WHERE account_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
_MONTH = "SELECT account_id, date_trunc('month', occurred_at AT TIME ZONE 'UTC')::date"
_DAY = "SELECT account_id, (occurred_at AT TIME ZONE 'UTC')::date"
_ROWS = "(properties ->> 'rows')::int"
_REFERENCE = {
    "exports": f"{_MONTH}, count(*), max(occurred_at) {_OF}",
    "rows": f"{_DAY}, sum({_ROWS}), max(occurred_at) {_OF}",
    "largest": f"{_MONTH}, (array_agg({_ROWS} ORDER BY occurred_at DESC, {_ROWS} DESC))[1], max(occurred_at) {_OF}",
    "files": f"{_DAY}, count(DISTINCT {_ROWS}), max(occurred_at) {_OF}",
}


def counted() -> dict[str, list[tuple[Any, ...]]]:
    sql = (
        "SELECT account_id, period, used, last_event_at FROM signals_app_metertotal"
        " WHERE resource = %s ORDER BY 1, 2"
    )
    return {resource: bulk.select(sql, resource) for resource in _REFERENCE}


def test_who_counts_hardly_waits_for_a_recount_of_many_events(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker counts while events are read and before each step of the correction: nobody holds it up. A step
    takes few rows; only those it waits for."""
    acme, other = an_account("acme"), an_account("other")
    a_history(source, acme, MANY)
    assert correct.ROWS <= 2_000, "what is written in some milliseconds"
    monkeypatch.setattr(correct, "ROWS", FEW)
    numbers, steps = count(), count()
    with ThreadPoolExecutor(1) as pool, clock.frozen(NOW):

        def others_count() -> None:
            batch = partial(a_batch, source, [acme, other], 8, next(numbers))
            pool.submit(closing(batch)).result(timeout=30)

        def others_count_before_a_step() -> None:
            others_count()
            next(steps)

        monkeypatch.setattr(compare, "_count", after(others_count, compare._count, every=MANY // 4))
        monkeypatch.setattr(due, "alone", after(others_count_before_a_step, due.alone))
        recount.run()
        assert next(numbers) > next(steps) > MANY // FEW, "they counted while it read, and between its steps"
        monkeypatch.undo()
        recount.run()
        assert not usage.recounts_waiting()
    assert counted() == reference()


def after(first: Callable[[], object], then: Callable[..., None], every: int = 1) -> Callable[..., None]:
    """`then`, before which `first` is done now and again."""
    calls = count(1)

    def both(*given: Any) -> None:
        if next(calls) % every == 0:
            first()
        then(*given)

    return both


@pytest.mark.parametrize("wrong", ["too much", "too little", "too late", "nothing", "elsewhere"])
def test_what_is_counted_between_the_look_and_the_correction_stays(
    source: Source, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was wrong, and whatever comes in meanwhile: newer or older than all before."""
    acme = an_account("acme")
    a_history(source, acme, 50)
    with clock.frozen(NOW):
        recount.run()
        spoil(wrong)
        usage.ask_recount([acme.pk])
    look, meanwhile = compare.look, [0]

    def looking(*given: Any) -> compare.Found:
        found = look(*given)
        if meanwhile[0] < 3:
            meanwhile[0] += 1
            for number in (0, 3, 9):
                a_batch(source, [acme], meanwhile[0], number)
                a_batch(source, [acme], meanwhile[0], number, since=NOW)
        return found

    monkeypatch.setattr(recount, "look", looking)
    with clock.frozen(NOW):
        recount.run()
        assert not RecountDue.objects.exists()
    assert meanwhile[0] >= 1
    assert counted() == reference()
    values = MeterValue.objects.filter(resource="files").values_list("period", "seen")
    by_day = {period: sum(seen for day, seen in values if day == period) for period, _ in values}
    events = Event.objects.values_list("occurred_at", flat=True)
    assert by_day == {day: sum(at.date() == day for at in events) for day in by_day}


def spoil(how: str) -> None:
    late = NOW + timedelta(days=10)
    totals = MeterTotal.objects.all()
    match how:
        case "too much":
            totals.update(used=10**6)
            MeterValue.objects.update(seen=7)
        case "too little":
            totals.update(used=1, last_event_at=NOW - timedelta(days=20))
            MeterValue.objects.filter(digest__lt="8").delete()
        case "too late":
            totals.update(last_event_at=late, used=3)
        case "nothing":
            totals.delete()
            MeterValue.objects.all().delete()
        case _:
            bulk.run("UPDATE signals_app_metertotal SET period = period - 200")
            bulk.run("UPDATE signals_app_metervalue SET period = period - 200")


def test_accounts_that_are_merged_during_a_recount_are_counted_once_more(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, gone = an_account("one"), an_account("gone")
    a_history(source, gone, 40)
    look: Callable[..., compare.Found] = compare.look
    merged: list[bool] = []

    def looking(*given: Any) -> compare.Found:
        found = look(*given)
        if not merged:
            merged.append(True)
            with transaction.atomic():
                Event.objects.filter(account=gone).update(account=one)
                usage.merge(one.pk, gone.pk)
                Account.objects.filter(pk=gone.pk).update(merged_into=one)
        return found

    monkeypatch.setattr(recount, "look", looking)
    with clock.frozen(NOW):
        recount.run()
    assert counted() == reference()
    assert not MeterTotal.objects.filter(account=gone).exists()


def test_of_two_recounts_one_waits_for_its_turn(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both would add what is missing."""
    acme = an_account("acme")
    a_history(source, acme, 40)
    look = compare.look
    turns: list[bool] = []

    def looking(*given: Any) -> compare.Found:
        found = look(*given)
        if not turns:
            turns.append(True)
            with ThreadPoolExecutor(1) as pool:
                turns.append(pool.submit(stepping).result(timeout=30))
        return found

    def stepping() -> bool:
        try:
            with clock.frozen(NOW):
                return recount.step()
        finally:
            connection.close()

    monkeypatch.setattr(recount, "look", looking)
    with clock.frozen(NOW):
        recount.run()
    assert turns == [True, False]
    assert counted() == reference()
    assert kept()


def test_a_step_takes_fewer_accounts_where_they_have_many_events() -> None:
    pace, sizes = recount.Pace(), []
    for seconds in (0.1, 0.1, 0.1, 0.1, 9, 9, 1, 9, 9, 9, 9, 0.1):
        pace.took(seconds)
        sizes.append(pace.now())
    assert sizes == [8, 16, 32, 50, 25, 12, 12, 6, 3, 1, 1, 2]
