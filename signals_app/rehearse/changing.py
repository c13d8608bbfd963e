"""What depends on the calendar: a change against their own past, and the season of their industry."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from signals_app.knowing import seasonal
from signals_app.rehearse.past import Past, Teller
from upsell_project.lib import baseline
from upsell_project.lib.rules import measuring
from upsell_project.lib.rules.facts import Changed, Of, Season, Turn, Value

DAY = timedelta(days=1)


def teller(fact: Changed, past: Past) -> Teller:
    """By the days of their zone. A drop ends with yesterday; a spike is looked for up to the moment."""
    here = ZoneInfo(past.zone(fact.of))
    moments = [
        one.at
        for one in past.of(fact.of)
        if (not fact.names or one.name in fact.names) and measuring.fits(fact.where, one)
    ]
    days = [at.astimezone(here).date() for at in moments]

    def told(now: datetime) -> tuple[Value, Mapping[str, Any]]:
        today = now.astimezone(here).date()
        last = today - DAY if fact.turn is Turn.DROP else today
        first = last - DAY * (baseline.WEEKS + 1) * baseline.WEEK
        counts = Counter(day for day in days[: bisect_right(moments, now)] if day > first)
        change = baseline.change(counts.items(), last, fact.span.value, whole=fact.turn is Turn.DROP)
        found = None if change.verdict == "too_little_history" else change.verdict == fact.turn
        return found, _shown(change)

    return told


def _shown(change: baseline.Change) -> Mapping[str, Any]:
    return {
        "observed": change.observed,
        "expected": change.expected,
        "usual": list(change.usual) if change.usual else None,
        "ratio": change.ratio,
        "days": change.days,
        "span": change.span,
    }


def season(fact: Season, past: Past) -> Teller:
    """By the account's words for itself, as they are now, and by its days."""
    here = ZoneInfo(past.zone(Of.ACCOUNT))
    return lambda now: seasonal.value(fact, past.profile.account, now.astimezone(here).date())
