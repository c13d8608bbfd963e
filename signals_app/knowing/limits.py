"""What an account may use of a resource, how much of it is used, and when it runs out at the present rate."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from signals_app import paths, usage, values
from signals_app.knowing.profile import Profile
from signals_app.knowing.questions import Answer, Form, Question, Row, keys_of, midnights
from signals_app.models.meter import Aggregate, Meter, Window
from signals_app.usage import periods
from upsell_project.lib import forecast
from upsell_project.lib.rules.facts import Entitlement, Of, Share, Value

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
    if meter.aggregate == Aggregate.COUNT and not meter.where:
        days = midnights(since, now, zone.key)
        return Question(Form.DAILY, Of.ACCOUNT, (meter.event,), since, now, days=days, tracked=True)
    keys = keys_of(meter.property, *meter.where)
    return Question(Form.ROWS, Of.ACCOUNT, (meter.event,), since, now, keys=keys, tracked=True)


def days_left(meter: Meter, profile: Profile, now: Level, answer: Answer) -> tuple[Value, Evidence]:
    """None where the limit is not reached before the period ends, as far as can be known."""
    if now.used is None or now.cap is None or now.cap <= 0:
        return None, {}
    zone = ZoneInfo(_zone(meter, profile))
    today = profile.there.now.astimezone(zone).date()
    if isinstance(answer, list):
        rows = [row for row in answer if isinstance(row, Row)]
        amounts = [(day, float(amount)) for day, amount in _growth(meter, profile, rows, zone)]
    else:
        first = today - _HISTORY - timedelta(days=1)
        counts = answer if isinstance(answer, dict) else {}
        amounts = [(first + timedelta(days=number), float(count)) for number, count in counts.items()]
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
    return _running(meter.window, profile.there.now, profile.calendar, _zone(meter, profile))


@lru_cache(maxsize=1_024)
def _running(window: str, now: datetime, calendar: periods.Facts, zone: str) -> tuple[date, date]:
    meter = Meter(window=window)
    first = periods.bucket(meter, now, calendar)
    near, far = 0, _LONGEST * _PER_DAY
    while far - near > 1:
        middle = (near + far) // 2
        same = periods.bucket(meter, now + timedelta(days=middle) / _PER_DAY, calendar) == first
        near, far = (middle, far) if same else (near, middle)
    return first, (now + timedelta(days=near) / _PER_DAY).astimezone(ZoneInfo(zone)).date()


def _growth(
    meter: Meter, profile: Profile, rows: list[Row], zone: ZoneInfo
) -> Iterator[tuple[date, Decimal]]:
    """By how much each event moved the total of its period."""
    seen: dict[date, set[str]] = defaultdict(set)
    newest: Decimal | None = None
    for row in sorted(rows, key=lambda row: (row.at, row.id)):
        if not paths.matches(row.properties, meter.where):
            continue
        found = paths.read(row.properties, meter.property) if meter.property else None
        amount = Decimal(1) if meter.aggregate == Aggregate.COUNT else values.amount(found)
        if meter.aggregate == Aggregate.DISTINCT:
            digest = values.digest(found)
            of = seen[periods.bucket(meter, row.at, profile.calendar)]
            amount = Decimal(digest not in of) if digest else None
            of |= {digest} if digest else set()
        elif meter.aggregate == Aggregate.LAST and amount is not None:
            newest, amount = amount, amount - (amount if newest is None else newest)
        if amount is not None:
            yield row.at.astimezone(zone).date(), amount


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
