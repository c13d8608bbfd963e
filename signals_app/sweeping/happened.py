"""What was done, said, found and answered in a window: whether there is anything at all."""

from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

from signals_app.intents import TEXT_EVENTS
from signals_app.knowing.stored_events import KINDS
from signals_app.sweeping import numbers, reach
from signals_app.sweeping.asking import TRUE, Asking, any_of
from upsell_project.lib.rules import windows
from upsell_project.lib.rules.facts import (
    Answered,
    Events,
    Found,
    Measure,
    Metered,
    Of,
    Op,
    Said,
    Sequence,
    Unit,
    Window,
)
from upsell_project.lib.rules.tree import Test

ROLLING = (Unit.HOURS, Unit.DAYS)
_NOTHING_IS_ZERO = (Measure.COUNT, Measure.DAYS, Measure.SESSION)
"""Measures that are above 0 as soon as there is an event."""
_ONE_EACH = (*_NOTHING_IS_ZERO, Measure.DISTINCT, Measure.SWITCHES)
"""Each event makes one more of it at most."""
_AT_LEAST = (Op.AT_LEAST, Op.MORE_THAN, Op.IS)
MOST_COUNTED = 50


def events(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Events)
    if test.op in (Op.KNOWN, Op.UNKNOWN):
        last = fact.measure is Measure.LAST and (test.op is Op.KNOWN) is wanted
        return _any(fact.names, fact.of, fact.window, asking) if last else TRUE
    if fact.measure is Measure.LAST or not numbers.at_zero(test.op, test.value, wanted):
        times = _fewest(test, fact.measure, wanted)
        return _any(fact.names, fact.of, fact.window, asking, times)
    sure = fact.measure in _NOTHING_IS_ZERO and not fact.where and fact.window.unit in ROLLING
    if sure and numbers.only_zero(test.op, test.value, wanted):
        return _none(fact.names, fact.of, fact.window, asking)
    return TRUE


def metered(test: Test, asking: Asking, wanted: bool) -> str:
    """Who used nothing used 0 of it, whatever the meter makes of events."""
    fact = test.fact
    assert isinstance(fact, Metered)
    if _needs_any(test, wanted):
        return _any((asking.meters[fact.resource],), Of.ACCOUNT, fact.window, asking)
    return TRUE


def sequence(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Sequence)
    if _needs_any(test, wanted):
        return _any(fact.names[-1:], fact.of, fact.window, asking)
    return TRUE


def said(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Said)
    if _needs_any(test, wanted):
        return _any(tuple(sorted(TEXT_EVENTS)), asking.of, fact.window, asking)
    return TRUE


def found(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Found)
    if not _needs_any(test, wanted):
        return TRUE
    slug, since = asking.value(fact.slug), asking.value(_since(fact.window, asking))
    whose = ("i.person_id = p.id", "i.account_id = a.id")
    return any_of(
        *(_FOUND.format(slug=slug, since=since, whose=one) for one in whose[asking.of is Of.ACCOUNT :])
    )


def answered(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Answered)
    if not _needs_any(test, wanted):
        return TRUE
    whose = "w.person_id = p.id" if asking.of is Of.PERSON else "w.account_id = a.id"
    since = asking.value(_since(fact.window, asking))
    return _ANSWERED.format(whose=whose, answer=asking.value(fact.answer), since=since)


def named(names: tuple[str, ...], asking: Asking) -> str:
    """Events of these names; without any all that are events."""
    return f"e.name = ANY({asking.value(list(names))}::text[])" if names else f"e.kind IN {KINDS}"


def _needs_any(test: Test, wanted: bool) -> bool:
    if test.op in (Op.KNOWN, Op.UNKNOWN):
        return False
    return not numbers.at_zero(test.op, test.value, wanted)


def _fewest(test: Test, measure: Measure, wanted: bool) -> int:
    """So many events at least make so much of these measures."""
    value = test.value
    if not wanted or measure not in _ONE_EACH or test.op not in _AT_LEAST:
        return 1
    return max(1, min(ceil(value), MOST_COUNTED)) if isinstance(value, int | Decimal) else 1


def _any(names: tuple[str, ...], of: Of, window: Window, asking: Asking, times: int = 1) -> str:
    if not asking.looks_up:
        return TRUE
    since = asking.value(_since(window, asking))
    return reach.happened(asking, of, f"{named(names, asking)} AND e.occurred_at >= {since}", times)


def _none(names: tuple[str, ...], of: Of, window: Window, asking: Asking) -> str:
    """Only asked of people: of an account more counts than is looked up here."""
    if of is Of.ACCOUNT or not asking.looks_up:
        return TRUE
    since, now = asking.value(_since(window, asking)), asking.value(asking.now)
    within = f"e.occurred_at > {since} AND e.occurred_at <= {now}"
    return f"NOT {reach.happened(asking, of, f'{named(names, asking)} AND {within}')}"


def _since(window: Window, asking: Asking) -> datetime:
    return asking.now - windows.longest(window)


def leaving(window: Window, asking: Asking) -> tuple[datetime, datetime]:
    """What happened then has left the window since time was looked at."""
    assert asking.since is not None
    length, instant = windows.longest(window), timedelta(seconds=1)
    return asking.since - length - instant, asking.now - length + instant


_FOUND = """
EXISTS (SELECT FROM signals_app_signal i JOIN signals_app_signaldefinition d ON d.id = i.definition_id
    WHERE d.slug = {slug} AND i.detected_at >= {since} AND {whose})
"""
_ANSWERED = """
EXISTS (SELECT FROM signals_app_answer w WHERE {whose} AND w.answer = {answer} AND w.at >= {since})
"""
