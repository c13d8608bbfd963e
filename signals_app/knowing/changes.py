"""Whether somebody suddenly does much or little: their local days, and what `lib.baseline` says of them."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from signals_app.knowing.measures import happened
from signals_app.knowing.questions import Form, Question, Row, keys_of, midnights
from signals_app.knowing.where_path import split
from upsell_project.lib import baseline
from upsell_project.lib.rules import measuring
from upsell_project.lib.rules.facts import Changed, Span, Turn, Value, Where
from upsell_project.lib.rules.measuring import Seen

DAYS = (baseline.WEEKS + 1) * baseline.WEEK
"""That the baseline looks at, the last one included."""
_INSTANT = timedelta(microseconds=1)


def question(fact: Changed, seen: Seen) -> Question:
    """Of all the days that are looked at."""
    return _of_days(fact, seen, DAYS)


def unusual(fact: Changed, seen: Seen) -> Question:
    """Of the day or week that is compared with those before."""
    return _of_days(fact, seen, baseline.WEEK if fact.span is Span.WEEK else 1)


def value(fact: Changed, seen: Seen, answer: Any) -> tuple[Value, dict[str, Any]]:
    """True, False, or None while the past is too short or too much to be read; and the evidence."""
    if isinstance(answer, int):
        return None, {}
    first = _first(fact, seen, DAYS)
    if isinstance(answer, list):
        counts = _by_day(fact.where, answer, seen)
    else:
        counts = [(first + timedelta(days=number - 1), count) for number, count in (answer or {}).items()]
    whole = fact.turn is Turn.DROP
    change = baseline.change(counts, _last(fact, seen), fact.span.value, whole=whole)
    found = None if change.verdict == "too_little_history" else change.verdict == fact.turn
    return found, {
        "observed": change.observed,
        "expected": change.expected,
        "usual": change.usual,
        "ratio": change.ratio,
        "days": change.days,
        "span": change.span,
    }


def _by_day(where: Iterable[Where], rows: list[Row], seen: Seen) -> list[tuple[date, int]]:
    here = ZoneInfo(seen.zone)
    fitting = (one for one in happened(rows) if measuring.fits(where, one))
    return [*Counter(one.at.astimezone(here).date() for one in fitting).items()]


def _of_days(fact: Changed, seen: Seen, length: int) -> Question:
    since = _midnight(_first(fact, seen, length), seen)
    until = min(seen.now, _midnight(_last(fact, seen) + timedelta(days=1), seen) - _INSTANT)
    path, rest = split(fact.where)
    if rest:
        keys = keys_of(*(one.path for one in rest))
        return Question(Form.ROWS, fact.of, fact.names, since, until, path, keys=keys)
    days = midnights(since, until, seen.zone)
    return Question(Form.DAILY, fact.of, fact.names, since, until, path, days=days)


def _first(fact: Changed, seen: Seen, length: int) -> date:
    return _last(fact, seen) - timedelta(days=length - 1)


def _last(fact: Changed, seen: Seen) -> date:
    """A day that is not over can be no drop."""
    today = seen.now.astimezone(ZoneInfo(seen.zone)).date()
    return today if fact.turn is Turn.SPIKE else today - timedelta(days=1)


def _midnight(day: date, seen: Seen) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(seen.zone)).astimezone(UTC)
