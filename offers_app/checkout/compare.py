"""Whether a provider charges what we show: both as figures, in words that name both. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from upsell_project.lib import money

ONCE = "once"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is paid for one: so much, in whole units of the currency, once or again every `period` (`month`, `year`, or
    what else a provider may have: `3 months`). `free_days`: what comes before; None: not for the price to say."""

    amount: Decimal
    currency: str
    period: str
    free_days: int | None = None

    def __str__(self) -> str:
        every = ONCE if self.period == ONCE else f"every {self.period}"
        free = f" after {self.free_days} free days" if self.free_days else ""
        return f"{money.text(self.amount, self.currency)} {self.currency} {every}{free}"


def difference(shown: Figures, charged: Sequence[Figures]) -> str:
    """What differs, as a sentence; empty: nothing. `charged`: of several currencies each, and each that somebody could
    be charged in ours must be as shown; more free days than shown are no harm. Nothing, where nobody could be asked."""
    if not charged:
        return ""
    ours = [one for one in charged if one.currency == shown.currency] or charged[:1]
    wrong = next((one for one in ours if not _as_shown(one, shown)), None)
    return f"We show {shown}, but the provider charges {wrong}." if wrong else ""


def _as_shown(charged: Figures, shown: Figures) -> bool:
    free = charged.free_days is None or charged.free_days >= (shown.free_days or 0)
    same = (charged.amount, charged.currency, charged.period) == (shown.amount, shown.currency, shown.period)
    return free and same


def every(interval: str, count: int) -> str:
    """A provider's cycle as our period."""
    if (interval, count) == ("month", 12):
        return "year"
    return interval if count == 1 else f"{count} {interval}s"
