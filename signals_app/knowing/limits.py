"""What an account may use of a resource, how much of it is used, and when it runs out at the present rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from signals_app import usage
from signals_app.knowing import growth
from signals_app.knowing.profile import Profile
from signals_app.knowing.questions import Answer, Question, Row
from signals_app.models.meter import Meter, Window
from signals_app.usage import periods
from upsell_project.lib import forecast
from upsell_project.lib.rules.facts import Entitlement, Share, Value

SEATS = "seats"
"""Held, not used up: the account itself says how many."""
_HISTORY = timedelta(days=forecast.WEEKS * forecast.WEEK)
_LONGEST = 366
_PER_DAY = 2

Used = Mapping[tuple[int, str], tuple[Decimal, datetime]]
Evidence = dict[str, Any]


@dataclass(slots=True)
class Level:
    """`used` is None where nothing counts it; `cap` where none is known, or it is unlimited."""

    used: Decimal | None
    cap: Decimal | None
    period: date | None
    """None: it does not begin anew."""


def level(account: int, resource: str, profile: Profile, meter: Meter | None, used: Used) -> Level:
    """How much of it is used, in the present window of its meter."""
    cap = profile.caps.get(resource)
    held = (profile.account or {}).get("seats_used") if resource == SEATS else None
    if held is not None:
        return Level(Decimal(held), cap, None)
    amount = used.get((account, resource), (None, None))[0]
    if amount is None and (meter or resource in profile.caps):
        amount = Decimal(0)
    period = periods.period_of(meter, profile.there.now, profile.calendar)
    return Level(amount, cap, None if period == usage.ALWAYS else period)


def value(fact: Entitlement, now: Level) -> tuple[Value, Evidence]:
    """Of every share but the days that are left. A share of nothing is not known."""
    more = {"period": now.period.isoformat() if now.period else None}
    found: Value = None
    if fact.share is Share.CAP:
        found = now.cap
    elif fact.share is Share.USED:
        found = now.used
    elif now.used is not None and now.cap is not None:
        if fact.share is Share.REMAINING:
            found = now.cap - now.used
        elif now.cap > 0:
            found = now.used / now.cap
    return found, more


def question(meter: Meter | None, profile: Profile) -> Question | None:
    """Of the use from which a rate comes; None where nothing runs out: a rolling window gives back what it took."""
    if meter is None or meter.window == Window.ROLLING:
        return None
    zone = ZoneInfo(_zone(meter, profile))
    now = profile.there.now
    first = now.astimezone(zone).date() - _HISTORY
    since = datetime.combine(first, time.min, zone).astimezone(UTC)
    return growth.question(meter, profile.calendar, since, now, zone.key)


def days_left(meter: Meter, profile: Profile, now: Level, answer: Answer) -> tuple[Value, Evidence]:
    """None where the limit is not reached before the period ends, as far as can be known; nor is it known where too
    many events would have to be read."""
    if now.used is None or now.cap is None or now.cap <= 0 or isinstance(answer, int):
        return None, {}
    zone = ZoneInfo(_zone(meter, profile))
    today = profile.there.now.astimezone(zone).date()
    if isinstance(answer, list):
        rows = [row for row in answer if isinstance(row, Row)]
        counts = growth.by_day(meter, profile.calendar, rows, zone)
    else:
        first = today - _HISTORY - timedelta(days=1)
        numbered = answer if isinstance(answer, dict) else {}
        counts = {first + timedelta(days=number): Decimal(count) for number, count in numbered.items()}
    amounts = [(day, float(count)) for day, count in counts.items()]
    starts, ends = _period(meter, profile)
    found = forecast.reached(amounts, today, starts, ends, float(now.cap), used=float(now.used))
    return found.days_left, {
        "expected": _iso(found.expected),
        "earliest": _iso(found.earliest),
        "latest": _iso(found.latest),
        "per_day": found.per_day,
        "used": found.used,
        "why": found.why,
        "period": _iso(now.period),
    }


def _zone(meter: Meter, profile: Profile) -> str:
    """Bills run by days of UTC."""
    billed = meter.window == Window.BILLING and profile.there.billing_from is not None
    return "UTC" if billed else profile.there.zone


def _period(meter: Meter, profile: Profile) -> tuple[date, date]:
    """The first and the last day of the period that runs."""
    # A month is the same for all of a zone, whatever their bills.
    billed = meter.window == Window.BILLING
    calendar = profile.calendar if billed else periods.Facts(profile.calendar.zone)
    return _running(meter.window, profile.there.now, _zone(meter, profile), calendar)


@lru_cache(maxsize=1_024)
def _running(window: str, now: datetime, zone: str, calendar: periods.Facts) -> tuple[date, date]:
    meter = Meter(window=window)
    first = periods.bucket(meter, now, calendar)
    near, far = 0, _LONGEST * _PER_DAY
    while far - near > 1:
        middle = (near + far) // 2
        same = periods.bucket(meter, now + timedelta(days=middle) / _PER_DAY, calendar) == first
        near, far = (middle, far) if same else (near, middle)
    return first, (now + timedelta(days=near) / _PER_DAY).astimezone(ZoneInfo(zone)).date()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
