"""The terms of an offer for one account, from price rows alone: pure, so that nothing else can state an amount.

In whose currency: the account's own; where nobody said it, that of its country (Babel's list of what is legal tender
there on the day), else the deployment's, else the first there is a price in. An account that is billed in a currency
is never quoted another. Of several periods the one the account is billed by, else month, year, once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from babel.numbers import get_territory_currencies

from upsell_project.lib import money

NAMES = ("price", "currency", "period", "renews", "cancel_anytime", "trial_days", "incentive")
_PERIODS = ("month", "year", "once")


class Priced(Protocol):
    """One row of the price list."""

    currency: str
    period: str
    amount: Decimal
    renews: bool
    cancel_anytime: bool


class Deal(Protocol):
    """What an offer adds to the price of its product."""

    trial_days: int | None
    incentive_kind: str
    incentive_value: Decimal | None
    incentive_currency: str
    incentive_ends_at: datetime | None

    @property
    def bonus(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Billed:
    """How an account is billed as far as anybody said; empty where not."""

    currency: str = ""
    country: str = ""
    period: str = ""


def price(prices: Sequence[Priced], billed: Billed, default: str, now: datetime) -> Priced | None:
    """The row that fits the account; None where there is none in its currency."""
    for currency in _currencies(prices, billed, default, now):
        fitting = [one for one in prices if one.currency == currency]
        if fitting:
            return min(fitting, key=lambda one: _rank(one.period, billed.period))
    return None


def stated(fitting: Priced | None, deal: Deal, now: datetime) -> dict[str, Any] | None:
    """The contract's `terms`; null in it: does not apply. None where there is nothing to state."""
    incentive = _incentive(fitting, deal, now)
    if fitting is None:
        rest = {"trial_days": deal.trial_days, "incentive": incentive}
        return dict.fromkeys(NAMES) | rest if any(rest.values()) else None
    return {
        "price": money.text(fitting.amount, fitting.currency),
        "currency": fitting.currency,
        "period": None if fitting.period == "once" else fitting.period,
        "renews": fitting.renews,
        "cancel_anytime": fitting.cancel_anytime,
        "trial_days": _free_days(deal, incentive),
        "incentive": incentive,
    }


def _currencies(prices: Sequence[Priced], billed: Billed, default: str, now: datetime) -> Iterator[str]:
    if billed.currency:
        yield billed.currency
        return
    yield from _tender(billed.country, now.year, now.month, now.day)
    yield default
    yield from sorted({one.currency for one in prices})


@lru_cache(maxsize=1_000)
def _tender(country: str, year: int, month: int, day: int) -> tuple[str, ...]:
    """Newest first; nothing for a country that Babel does not know."""
    at = datetime(year, month, day)  # noqa: DTZ001 only the day counts
    return (
        tuple(get_territory_currencies(country, start_date=at.date(), end_date=at.date())) if country else ()
    )


def _rank(period: str, wanted: str) -> tuple[bool, int]:
    return (period != wanted, _PERIODS.index(period) if period in _PERIODS else len(_PERIODS))


def _incentive(fitting: Priced | None, deal: Deal, now: datetime) -> Mapping[str, Any] | None:
    """`{kind, value, ends_at}`; None once it is over, or where its amount is in another currency than the price, or
    more than it."""
    kind, ends = deal.incentive_kind, deal.incentive_ends_at
    if not kind or (ends is not None and ends <= now):
        return None
    if kind == "amount" and not (fitting and _may_be_taken_off(fitting, deal)):
        return None
    value = _value(kind, deal)
    return {"kind": kind, "value": value, "ends_at": ends.isoformat() if ends else None} if value else None


def _may_be_taken_off(fitting: Priced, deal: Deal) -> bool:
    """The price may be lower by now than when the deal was made."""
    amount = deal.incentive_value
    return fitting.currency == deal.incentive_currency and amount is not None and 0 < amount <= fitting.amount


def _value(kind: str, deal: Deal) -> int | float | str | None:
    """Percent and days as numbers, an amount as money is written, a bonus in words."""
    amount = deal.incentive_value
    if kind == "bonus":
        return deal.bonus
    if amount is None:
        return None
    if kind == "amount":
        return money.text(amount, deal.incentive_currency)
    return int(amount) if amount == int(amount) else float(amount)


def _free_days(deal: Deal, incentive: Mapping[str, Any] | None) -> int | None:
    """All of them: those of everybody, and those of the incentive on top."""
    more = int(incentive["value"]) if incentive and incentive["kind"] == "trial_days" else 0
    return (deal.trial_days or 0) + more or None
