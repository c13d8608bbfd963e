"""A meter is counted by another definition from now on: what cannot be counted anew is kept as what it was."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from people_app.models import Account
from signals_app import usage
from signals_app.models import Event, Meter, MeterTotal, PastTotal, Recount, Source
from signals_app.usage import recount
from tests.build import a_source, an_account
from tests.conftest import Time
from tests.signals.test_usage import a_meter, did, settle, used
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
DROPPED = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def source() -> Source:
    return a_source()


def a_year(source: Source, account: Account) -> None:
    """Two events of 5 rows in each month but this one; what is older than DROPPED is gone then."""
    for year, month in ((2025, 11), (2025, 12), (2026, 1), (2026, 2)):
        for day in (10, 20):
            did(source, None, None, datetime(year, month, day, tzinfo=UTC), named=account, rows=5)
    Event.objects.filter(occurred_at__lt=DROPPED).delete()
    usage.dropped(DROPPED)


def totals(model: type[MeterTotal] | type[PastTotal]) -> list[tuple[str, int]]:
    rows = model.objects.order_by("period").values_list("period", "used")
    return [(f"{period:%Y-%m-%d}", int(amount)) for period, amount in rows]


OLD = [("2025-11-01", 2), ("2025-12-01", 2), ("2026-01-01", 2)]


def test_months_whose_events_are_gone_stay_under_the_definition_by_which_they_were_counted(
    source: Source,
) -> None:
    a_meter()
    settle()
    a_year(source, an_account("acme"))
    (definition,) = Recount.objects.values_list("counted_as", flat=True)
    Meter.objects.update(aggregate="sum", property="rows")
    settle()
    assert totals(PastTotal) == OLD
    assert set(PastTotal.objects.values_list("counted_as", flat=True)) == {definition}
    assert totals(MeterTotal) == [("2026-02-01", 10)]


def test_the_next_definition_adds_nothing_to_them_and_takes_nothing_away(source: Source) -> None:
    a_meter()
    settle()
    acme = an_account("acme")
    a_year(source, acme)
    for fields in (
        {"aggregate": "sum", "property": "rows"},
        {"aggregate": "distinct"},
        {"window": "rolling", "days": 60},
    ):
        Meter.objects.update(**fields)
        settle()
        usage.ask_recount([acme.pk])
        settle()
    assert totals(PastTotal) == OLD
    assert totals(MeterTotal) == [("2026-02-10", 1), ("2026-02-20", 1)]


def test_a_definition_that_is_changed_back_before_anybody_counted_changes_nothing(source: Source) -> None:
    a_meter()
    settle()
    a_year(source, an_account("acme"))
    Meter.objects.update(aggregate="sum", property="rows")
    Meter.objects.update(aggregate="count", property="")
    settle()
    assert totals(MeterTotal) == [*OLD, ("2026-02-01", 2)]
    assert totals(PastTotal) == []


def test_a_period_that_is_open_is_counted_from_what_is_left(source: Source, time: Time) -> None:
    """It has to say how much of the limit is used by the new definition."""
    a_meter(window="billing")
    settle()
    acme = an_account("acme", period_started_at=datetime(2025, 12, 15, tzinfo=UTC), billing_period="year")
    a_year(source, acme)
    Meter.objects.update(aggregate="sum", property="rows")
    settle()
    assert totals(PastTotal) == [("2024-12-15", 3)]
    assert used(acme) == 10


def test_what_is_not_counted_anew_yet_is_not_read_by_the_new_definition(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5 million bytes must not pass for 5 million files while a recount is under way."""
    monkeypatch.setattr(recount, "ACCOUNTS", 1)
    a_meter(aggregate="sum", property="bytes")
    settle()
    first, second = an_account("first"), an_account("second")
    for account in (first, second):
        did(source, None, None, named=account, bytes=5_000_000)
    Meter.objects.update(aggregate="count", property="")
    seen = [(used(first), used(second))]
    while recount.step():
        seen.append((used(first), used(second)))
    assert seen[0] == (0, 0)
    assert (1, 0) in seen
    assert seen[-1] == (1, 1)
    late = an_account("late")
    did(source, None, None, named=late)
    assert used(late) == 1


def test_accounts_that_are_merged_put_their_past_together(source: Source) -> None:
    a_meter()
    settle()
    kept, gone = an_account("kept"), an_account("gone")
    for account in (kept, gone):
        a_year(source, account)
    Meter.objects.update(aggregate="sum", property="rows")
    settle()
    usage.merge(kept.pk, gone.pk)
    assert [(total.account_id, total.used) for total in PastTotal.objects.order_by("period")] == [
        (kept.pk, Decimal(4))
    ] * 3


@pytest.mark.parametrize(("zone", "from_february"), [("", 2), ("America/New_York", 2), ("Asia/Tokyo", 7)])
def test_a_month_is_counted_anew_only_if_all_of_it_is_there(
    source: Source, zone: str, from_february: int, time: Time
) -> None:
    """In Tokyo the first hours of February are gone with January."""
    a_meter()
    settle()
    acme = an_account("acme", timezone=zone)
    a_year(source, acme)
    given: dict[str, Any] = {"used": 7}
    MeterTotal.objects.update(**given)
    usage.ask_recount([acme.pk])
    settle()
    assert MeterTotal.objects.get(period="2026-02-01").used == from_february
    assert MeterTotal.objects.get(period="2026-01-01").used == 7
    assert clock.now().month == 3
