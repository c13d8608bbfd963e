"""Terms come from price rows alone: the account's currency and period, and a deal that is still true."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_app import terms
from offers_app.terms import Billed

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)


@dataclass
class Row:
    currency: str
    period: str = "month"
    amount: Decimal = Decimal(49)
    renews: bool = True
    cancel_anytime: bool = True


@dataclass
class Deal:
    trial_days: int | None = None
    incentive_kind: str = ""
    incentive_value: Decimal | None = None
    incentive_currency: str = ""
    incentive_ends_at: datetime | None = None
    bonus: str = "a free session"


ALL = [Row(currency, period) for currency in ("GBP", "EUR", "USD") for period in ("year", "month", "once")]


def chosen(rows: list[Row], billed: Billed, default: str = "EUR") -> tuple[str, str] | None:
    row = terms.price(rows, billed, default, NOW)
    return (row.currency, row.period) if row else None


@pytest.mark.parametrize(
    ("billed", "currency"),
    [
        (Billed("USD", "DE"), "USD"),
        (Billed("", "US"), "USD"),
        (Billed("", "GB"), "GBP"),
        (Billed("", "FR"), "EUR"),
        (Billed("", "PL"), "EUR"),
        (Billed("", "XX"), "EUR"),
        (Billed(), "EUR"),
    ],
)
def test_it_works_in_the_accounts_currency_else_its_countrys_else_ours(billed: Billed, currency: str) -> None:
    assert chosen(ALL, billed) == (currency, "month")


def test_who_is_billed_in_another_currency_is_quoted_none() -> None:
    assert chosen(ALL, Billed("JPY", "US")) is None
    assert chosen([], Billed()) is None


def test_without_our_own_currency_any_price_is_better_than_none() -> None:
    assert chosen([Row("USD"), Row("GBP")], Billed("", "PL"), default="CHF") == ("GBP", "month")


@pytest.mark.parametrize(
    ("there", "billed_by", "found"),
    [
        ("month year once", "year", "year"),
        ("month year once", "month", "month"),
        ("once year month", "", "month"),
        ("once year", "", "year"),
        ("once", "year", "once"),
        ("month", "year", "month"),
    ],
)
def test_the_period_is_that_of_the_account_where_there_is_one(there: str, billed_by: str, found: str) -> None:
    rows = [Row("EUR", period) for period in there.split()]
    assert chosen(rows, Billed(period=billed_by)) == ("EUR", found)


def test_the_countrys_currency_is_that_of_the_day() -> None:
    before = datetime(2001, 1, 1, tzinfo=UTC)
    rows = [Row("DEM"), Row("USD")]
    assert terms.price(rows, Billed(country="DE"), "USD", before) is rows[0]
    assert terms.price(rows, Billed(country="DE"), "USD", NOW) is rows[1]


def test_terms_are_those_of_the_contract() -> None:
    deal = Deal(14, "percent", Decimal("20.00"))
    assert terms.stated(Row("EUR", "year", Decimal("49.000")), deal, NOW) == {
        "price": "49.00",
        "currency": "EUR",
        "period": "year",
        "renews": True,
        "cancel_anytime": True,
        "trial_days": 14,
        "incentive": {"kind": "percent", "value": 20, "ends_at": None},
    }


@pytest.mark.parametrize(("currency", "price"), [("JPY", "5880"), ("EUR", "5880.00"), ("KWD", "5880.000")])
def test_a_price_has_the_decimals_of_its_currency(currency: str, price: str) -> None:
    stated = terms.stated(Row(currency, amount=Decimal(5880)), Deal(), NOW)
    assert stated
    assert stated["price"] == price


def test_what_is_paid_once_has_no_period() -> None:
    stated = terms.stated(Row("EUR", "once", renews=False), Deal(), NOW)
    assert stated
    assert (stated["period"], stated["renews"]) == (None, False)


@pytest.mark.parametrize(
    ("deal", "incentive"),
    [
        (Deal(incentive_kind="percent", incentive_value=Decimal("12.50")), ("percent", 12.5)),
        (
            Deal(incentive_kind="amount", incentive_value=Decimal(5), incentive_currency="EUR"),
            ("amount", "5.00"),
        ),
        (Deal(incentive_kind="amount", incentive_value=Decimal(5), incentive_currency="USD"), None),
        (Deal(incentive_kind="trial_days", incentive_value=Decimal(16)), ("trial_days", 16)),
        (Deal(incentive_kind="bonus"), ("bonus", "a free session")),
        (Deal(incentive_kind="bonus", bonus=""), None),
        (Deal(incentive_kind="percent"), None),
        (Deal(), None),
    ],
)
def test_an_incentive_is_named_where_it_is_one(deal: Deal, incentive: tuple[str, Any] | None) -> None:
    stated = terms.stated(Row("EUR"), deal, NOW)
    assert stated
    shown = stated["incentive"]
    assert ((shown["kind"], shown["value"]) if shown else None) == incentive


def test_free_days_of_an_incentive_come_on_top() -> None:
    stated = terms.stated(Row("EUR"), Deal(14, "trial_days", Decimal(16)), NOW)
    assert stated
    assert stated["trial_days"] == 30


def test_an_incentive_that_is_over_is_not_named() -> None:
    ends = NOW + timedelta(days=1)
    deal = Deal(14, "trial_days", Decimal(16), incentive_ends_at=ends)
    during, after = terms.stated(Row("EUR"), deal, NOW), terms.stated(Row("EUR"), deal, ends)
    assert during
    assert after
    assert during["incentive"]["ends_at"] == ends.isoformat()
    assert (after["incentive"], after["trial_days"]) == (None, 14)


def test_what_is_not_for_sale_states_nothing() -> None:
    assert terms.stated(None, Deal(), NOW) is None
    free = terms.stated(None, Deal(trial_days=7), NOW)
    assert free
    assert (free["price"], free["trial_days"]) == (None, 7)


rows = st.builds(
    Row,
    st.sampled_from(["EUR", "USD", "GBP", "JPY"]),
    st.sampled_from(["month", "year", "once"]),
    st.decimals(0, 10**6, places=0),
)
billed = st.builds(
    Billed,
    st.sampled_from(["", "EUR", "USD", "CHF"]),
    st.sampled_from(["", "DE", "US", "CH", "XX"]),
    st.sampled_from(["", "month", "year"]),
)


@given(st.lists(rows, max_size=6), billed)
def test_every_amount_that_is_stated_is_on_the_price_list(prices: list[Row], account: Billed) -> None:
    row = terms.price(prices, account, "EUR", NOW)
    stated = terms.stated(row, Deal(), NOW)
    assert (row is None) == (stated is None)
    if stated:
        listed = [one for one in prices if one.currency == stated["currency"]]
        assert Decimal(stated["price"]) in [one.amount for one in listed]
        assert not account.currency or stated["currency"] == account.currency
        periods = {one.period for one in listed}
        assert (stated["period"] or "once") == (account.period if account.period in periods else min(
            periods, key=("month", "year", "once").index))  # fmt: skip
    else:
        assert not any(not account.currency or one.currency == account.currency for one in prices)


@pytest.mark.parametrize(("off", "stated"), [("49", "49.00"), ("49.01", None), ("0", None)])
def test_no_more_is_taken_off_than_the_price_is_by_now(off: str, stated: str | None) -> None:
    deal = Deal(incentive_kind="amount", incentive_value=Decimal(off), incentive_currency="EUR")
    said = terms.stated(Row("EUR"), deal, NOW)
    assert said and (said["incentive"] or {}).get("value") == stated
