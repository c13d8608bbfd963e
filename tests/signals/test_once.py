"""Each event is taken once: for a month at least, across the change of key partitions, by any number of workers."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction

from signals_app import events, once
from signals_app.models import Event, EventKey
from upsell_project.lib import bulk

FIRST = datetime(2026, 2, 7, tzinfo=UTC)
"""A change of partition."""
NEXT = FIRST + once.PERIOD
AT = datetime(2026, 3, 1, tzinfo=UTC)


def insert(now: datetime, *messages: str, source: int = 1) -> list[str]:
    ids = once.take([(source, one) for one in messages], now)
    new = [(id, message) for id, message in zip(ids, messages, strict=True) if id]
    assert new == sorted(new, key=lambda pair: pair[0])
    properties = bulk.jsonb({})
    events.write([(id, source, one, "track", "E", None, None, None, properties, AT, AT) for id, one in new])
    return [message for _, message in new]


def test_periods_are_31_days_and_begin_where_this_file_says() -> None:
    assert once.period(FIRST.date()) == FIRST.date()
    assert once.period((FIRST - timedelta(seconds=1)).date()) == (FIRST - once.PERIOD).date()
    assert once.period(date(1970, 1, 31)) == date(1970, 1, 1)


@pytest.mark.django_db
def test_it_works() -> None:
    assert insert(FIRST, "a", "b") == ["a", "b"]
    assert insert(FIRST, "b", "c") == ["c"]
    assert insert(FIRST, "a", source=2) == ["a"]
    assert [event.message_id for event in Event.objects.order_by("pk")] == ["a", "b", "c", "a"]


@pytest.mark.django_db
def test_an_order_is_kept_and_a_second_statement_adds_nothing() -> None:
    many = [f"m{number * 7919 % 1000}" for number in range(1000)]
    assert insert(FIRST, *many) == many
    assert insert(FIRST, *many) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "begins",
    [timedelta(0), timedelta(hours=1), timedelta(days=2), timedelta(days=15), timedelta(days=30, hours=23)],
)
def test_it_is_recognized_for_30_days_whenever_it_came(begins: timedelta) -> None:
    start = FIRST + begins
    insert(start, "a")
    for days in (*range(30), 29.99):
        assert insert(start + timedelta(days=days), "a") == [], days


@pytest.mark.django_db
def test_the_keys_of_a_first_day_are_in_both_partitions_and_later_ones_in_one() -> None:
    insert(FIRST + timedelta(hours=23), "early")
    insert(FIRST + timedelta(hours=25), "late")
    periods = list(EventKey.objects.order_by("period").values_list("period", flat=True))
    assert periods == [(FIRST - once.PERIOD).date(), FIRST.date(), FIRST.date()]


@pytest.mark.django_db
def test_the_digest_in_sql_is_half_of_sha_256() -> None:
    insert(FIRST + timedelta(days=2), "grün")
    assert EventKey.objects.get().digest.hex == "".join(
        bulk.select("SELECT left(encode(sha256('grün'::bytea), 'hex'), 32)")[0]
    )


class Other:
    """A worker in a thread and transaction of its own: inserts at once, ends when it is told to."""

    def __init__(self, now: datetime, *messages: str) -> None:
        self.inserted = threading.Event()
        self.may_end = threading.Event()
        self.found: list[str] = []
        self.thread = threading.Thread(target=self._run, args=(now, messages))
        self.thread.start()

    def _run(self, now: datetime, messages: tuple[str, ...]) -> None:
        try:
            with transaction.atomic():
                self.found = insert(now, *messages)
                self.inserted.set()
                self.may_end.wait(20)
        finally:
            connections.close_all()

    def end(self) -> list[str]:
        self.may_end.set()
        self.thread.join(20)
        return self.found


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("one", "two"),
    [
        (NEXT - MINUTE, NEXT + MINUTE),
        (NEXT + MINUTE, NEXT - MINUTE),
        (NEXT - 22 * HOUR, NEXT + 1 * HOUR),
        (NEXT + DAY - MINUTE, NEXT + DAY + MINUTE),
        (NEXT + DAY + MINUTE, NEXT + DAY - MINUTE),
        (NEXT + MINUTE, NEXT + DAY + MINUTE),
        (NEXT + 5 * DAY, NEXT + 5 * DAY),
    ],
)
def test_two_transactions_around_a_change_of_partition_take_it_once(one: datetime, two: datetime) -> None:
    """The first has inserted and not committed when the second begins: it must wait for it."""
    first = Other(one, "same", "first")
    assert first.inserted.wait(20)
    second = Other(two, "second", "same")
    assert not second.inserted.wait(0.3), "it waits"
    found = first.end() + second.end()
    assert sorted(found) == ["first", "same", "second"]
    assert Event.objects.filter(message_id="same").count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_rolled_back_transaction_held_is_taken_by_the_next() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        insert(NEXT - MINUTE, "same")
        raise ZeroDivisionError
    assert insert(NEXT + MINUTE, "same") == ["same"]


@pytest.mark.django_db(transaction=True)
def test_batches_that_share_events_in_any_order_do_not_deadlock() -> None:
    names = [f"m{number}" for number in range(300)]
    found: list[str] = []
    errors: list[Exception] = []

    def take(order: Callable[[list[str]], list[str]], now: datetime) -> None:
        try:
            for _ in range(5):
                found.extend(insert(now, *order(names)))
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    jobs = [(list, NEXT + MINUTE), (lambda all: all[::-1], NEXT + MINUTE), (sorted, NEXT - MINUTE)]
    threads = [threading.Thread(target=take, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert sorted(found) == sorted(names)


@pytest.mark.django_db
def test_looking_up_reads_two_partitions_and_no_others() -> None:
    statement = once._statement((FIRST + 5 * DAY).date())
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement, ["{}", "{}"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    scanned = {
        word.removesuffix("_pkey") for word in plan.split() if word.startswith("signals_app_eventkey_")
    }
    assert len(scanned) <= 1, plan
