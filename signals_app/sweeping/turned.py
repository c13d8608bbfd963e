"""Whose answer time can have changed since it was looked at.

Each subject is looked at once on each of their days. What has another hour than midnight is found when it has come:
events that leave a window, moments that are so many days ahead.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from signals_app.intents import TEXT_EVENTS
from signals_app.sweeping import happened, reach, traits, zones
from signals_app.sweeping.asking import FALSE, TRUE, Asking, all_of, any_of
from upsell_project.lib.rules import timing
from upsell_project.lib.rules.facts import (
    Answered,
    Entitlement,
    Events,
    Found,
    Metered,
    Of,
    Op,
    Said,
    Sequence,
    Trait,
    Unit,
)
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed, facts

_INSTANT = timedelta(seconds=1)


def turned(rule: Rule, asking: Asking) -> str:
    """True (in SQL) of all for whom time alone can have made `rule` true since `asking.since`, and of others."""
    if asking.since is None:
        return TRUE
    days = zones.turned(asking, utc=by_utc(rule))
    return days if days == TRUE else any_of(days, *_hours(rule, asking))


def by_days_only(rule: Rule) -> bool:
    """Whether it can become true at midnight alone."""
    return not any(_has_hours(test) for test, _ in _rising(rule, True))


def by_utc(rule: Rule) -> bool:
    """Whether it has to do with bills, whose days are those of UTC."""
    return any(
        isinstance(fact, Entitlement) or getattr(getattr(fact, "window", None), "unit", None) is Unit.BILLING
        for fact in facts(rule)
    )


def _hours(rule: Rule, asking: Asking) -> list[str]:
    return [_when(test, asking, wanted) for test, wanted in _rising(rule, True) if _has_hours(test)]


def _rising(rule: Rule, wanted: bool) -> Iterator[tuple[Test, bool]]:
    """Its questions that can come to be answered so that it holds."""
    match rule:
        case Test():
            if timing.rises(rule if wanted else Not(rule)):
                yield rule, wanted
        case Not(inner):
            yield from _rising(inner, not wanted)
        case AllOf(rules) | AnyOf(rules):
            for one in rules:
                yield from _rising(one, wanted)
        case Weighed(rules):
            for _, one in rules:
                yield from _rising(one, wanted)


def _has_hours(test: Test) -> bool:
    window = getattr(test.fact, "window", None)
    return test.op is Op.WITHIN or (window is not None and window.unit in happened.ROLLING)


def _when(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    if not asking.knows(fact):
        return FALSE
    match fact:
        case Trait():
            return _within(test, fact, asking, wanted)
        case Events() | Sequence():
            return _left(fact, fact.names, fact.of, asking)
        case Metered(resource):
            return _left(fact, (asking.meters[resource],), Of.ACCOUNT, asking)
        case Said():
            return _left(fact, tuple(sorted(TEXT_EVENTS)), asking.of, asking)
        case Found() | Answered():
            return _kept(fact, asking)
        case _:
            return TRUE


def _within(test: Test, fact: Trait, asking: Asking, wanted: bool) -> str:
    """The moment of its first day has come, or where it must not be within them that of its last one has gone."""
    assert asking.since is not None
    first_and_last: Any = test.value
    days = timedelta(days=first_and_last[0 if wanted else 1])
    earliest, latest = asking.since - days - _INSTANT, asking.now - days + _INSTANT
    column = traits.column_of(fact)
    if column is None:
        name = asking.value(fact.name)
        text = f"({traits.row_of(fact)}.traits #>> {asking.value(fact.name.split('.'))}::text[])"
        plain = f"({traits.row_of(fact)}.traits ->> {name})"
        return any_of(
            *(
                all_of(f"length({one}) > 10", traits.between(one, earliest, latest, asking))
                for one in (text, plain)
            )
        )
    if fact.name not in traits.MOMENTS:
        return TRUE
    return f"{column} BETWEEN {asking.value(earliest)} AND {asking.value(latest)}"


def _left(fact: Events | Sequence | Said | Metered, names: tuple[str, ...], of: Of, asking: Asking) -> str:
    """Something has left the window."""
    first, last = happened.leaving(fact.window, asking)
    within = f"e.occurred_at BETWEEN {asking.value(first)} AND {asking.value(last)}"
    events = reach.events(asking, of, "1", f"{happened.named(names, asking)} AND {within}")
    return asking.among(f"SELECT DISTINCT v.id FROM ({events}) v", "p.id" if of is Of.PERSON else "a.id")


def _kept(fact: Found | Answered, asking: Asking) -> str:
    first, last = happened.leaving(fact.window, asking)
    table, at = ("signal", "detected_at") if isinstance(fact, Found) else ("answer", "at")
    query = (
        "SELECT DISTINCT {whose}_id AS id FROM signals_app_{table}"
        " WHERE {at} BETWEEN {first} AND {last} AND {whose}_id IS NOT NULL"
    )
    bounds = {"table": table, "at": at, "first": asking.value(first), "last": asking.value(last)}
    whose = ["person"] if asking.of is Of.PERSON else ["account"]
    if isinstance(fact, Found) and asking.of is Of.PERSON:
        whose.append("account")
    return any_of(
        *(
            asking.among(query.format(whose=one, **bounds), "p.id" if one == "person" else "a.id")
            for one in whose
        )
    )
