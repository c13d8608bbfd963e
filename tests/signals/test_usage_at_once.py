"""Workers count while meters and zones change and recounts run: in the end each event counts once, where it belongs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from threading import Event as Flag
from typing import Any

import pytest
from django.db import connection, transaction

from people_app.models import Account
from signals_app import usage
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.models import Event, Meter, MeterTotal, MeterValue, Recount, Source
from signals_app.usage import recount
from tests.at_once import until_one_waits
from tests.build import a_source, an_account
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)
EDGE = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
WORKERS, BATCHES = 3, 25
DEFINITIONS: Iterator[dict[str, Any]] = cycle(
    [
        {"aggregate": "sum", "property": "rows", "window": "rolling", "days": 300},
        {"aggregate": "distinct", "property": "rows", "window": "calendar", "days": None},
        {"aggregate": "last", "property": "rows", "window": "rolling", "days": 300},
    ]
)


def a_batch(
    source: Source, accounts: list[Account], worker: int, number: int, since: datetime = EDGE
) -> None:
    """Stored and counted in one transaction, as the pipeline does."""
    with transaction.atomic():
        stored = []
        for place, account in enumerate(accounts):
            at = since + timedelta(hours=(worker + number + place) % 24)
            properties = {"rows": number * 10 + worker}
            row = Event.objects.create(
                source=source,
                message_id=f"{worker}:{number}:{place}",
                kind="track",
                name="Exported",
                account=account,
                properties=properties,
                occurred_at=at,
                received_at=at,
            )
            item = Incoming(
                kind="track", message_id="m", occurred_at=at, name="Exported", properties=properties
            )
            stored.append(Stored(row.pk, source.pk, item, None, account.pk))
        usage.add(stored, usage.meters())


def closing(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            with clock.frozen(NOW):
                work()
        finally:
            connection.close()

    return run


def kept() -> list[tuple[object, ...]]:
    totals = MeterTotal.objects.exclude(used=0).order_by("account", "resource", "period")
    seen = MeterValue.objects.filter(seen__gt=0).order_by("account", "resource", "period", "digest")
    return [
        *totals.values_list("account", "resource", "period", "used", "last_event_at"),
        *seen.values_list("account", "resource", "period", "digest", "seen"),
    ]


def test_recounts_among_busy_workers_lose_and_double_nothing() -> None:
    source, accounts = a_source(), [an_account(f"g{n}") for n in range(3)]
    for resource in ("exports", "rows"):
        Meter.objects.create(resource=resource, label=resource, verb="used", event="Exported")
    done = Flag()

    def adding(worker: int) -> Callable[[], None]:
        def run() -> None:
            for number in range(BATCHES):
                a_batch(source, accounts, worker, number)

        return run

    def changing() -> None:
        zones = cycle(["Asia/Tokyo", "America/New_York", "Europe/Berlin"])
        while not done.is_set():
            with transaction.atomic():
                Account.objects.filter(pk=accounts[0].pk).update(timezone=next(zones))
                usage.ask_recount([accounts[0].pk])
            Meter.objects.filter(resource="rows").update(**next(DEFINITIONS))
            recount.step()

    with ThreadPoolExecutor(WORKERS + 2) as pool:
        changes = [pool.submit(closing(changing)) for _ in range(2)]
        for future in [pool.submit(closing(adding(worker))) for worker in range(WORKERS)]:
            future.result(timeout=120)
        done.set()
        for future in changes:
            future.result(timeout=120)
    with clock.frozen(NOW):
        recount.run()
        assert not usage.recounts_waiting()
        found = kept()
        for table in (MeterTotal, MeterValue):
            table.objects.all().delete()
        usage.ask_recount([account.pk for account in accounts])
        recount.run()
    assert sum(total.used for total in MeterTotal.objects.filter(resource="exports")) == WORKERS * BATCHES * 3
    assert found == kept()


@pytest.mark.parametrize("half_way", [False, True])
def test_a_meter_that_is_changed_and_changed_back_is_counted_anew(
    half_way: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was counted in between was counted by another definition, though the first one holds again."""
    source, accounts = a_source(), [an_account(f"g{n}") for n in range(2)]
    meter = Meter.objects.create(resource="rows", label="x", verb="x", event="Exported")
    monkeypatch.setattr(recount, "ACCOUNTS", 1)
    with clock.frozen(NOW):
        if half_way:
            recount.step()
            assert Recount.objects.get().upto == accounts[0].pk
        else:
            recount.run()
        Meter.objects.filter(pk=meter.pk).update(window="rolling", days=30)
        a_batch(source, accounts, 0, 0)
        assert {total.period.day for total in MeterTotal.objects.all()} != {1}
        Meter.objects.filter(pk=meter.pk).update(window="calendar", days=None)
        assert usage.recounts_waiting()
        recount.run()
    totals = MeterTotal.objects.order_by("account").values_list("account", "used", "period__day")
    assert [*totals] == [(account.pk, Decimal(1), 1) for account in accounts]


def test_words_about_a_meter_cost_no_recount() -> None:
    meter = Meter.objects.create(resource="rows", label="x", verb="x", event="Exported")
    recount.run()
    assert not usage.recounts_waiting()
    Meter.objects.filter(pk=meter.pk).update(label="Rows")
    assert not usage.recounts_waiting()


def test_a_recount_waits_for_who_counts_by_the_old_definition() -> None:
    source, acme = a_source(), an_account("acme")
    Meter.objects.create(resource="exports", label="x", verb="x", event="Exported")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            a_batch(source, [acme], 0, 0)
            other = pool.submit(closing(recount.run))
            until_one_waits()
        other.result(timeout=60)
    assert MeterTotal.objects.get(account=acme).used == 1
