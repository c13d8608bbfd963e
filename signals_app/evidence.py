"""What a signal rests on: figures that a recipient could be shown, and each condition with its value for staff."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from signals_app import reveal, usage
from signals_app.arming import Moment
from signals_app.knowing import Known
from signals_app.models import Meter
from signals_app.models.meter import Window as MeterWindow
from signals_app.reveal import plain
from upsell_project.lib.rules import judging
from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Metered,
    Of,
    Said,
    Score,
    Season,
    Sequence,
    Share,
    Trait,
    Unit,
    Value,
    Window,
)

Evidence = dict[str, Any]
Meters = Mapping[str, Meter]

SHOWN = ("feature", "module", "integration", "resource", "seats", "addon", "product", "topic", "plan")
"""Of the event that completed it, what an offer may speak of."""
COUNTED = ("seats",)
LARGEST = 10**15
"""A number that anybody could read."""
LONGEST = 200
LONGEST_NAME = 40
MOST_WORDS = 3
MOST_DIGITS = 6


def of(moment: Moment, known: Known, meters: Meters, now: datetime) -> Evidence:
    """Of a moment that was found, without its events. What the first condition says goes before what later ones do."""
    found: Evidence = {}
    conditions = []
    for one in moment.part.conditions:
        verdict = one.holds(known.values, known.at)
        value = known.values.get(one.test.fact)
        shown = reveal.known(one.test.fact, value)
        conditions.append({"condition": one.sentence, "value": shown, "holds": verdict})
        if value is not None and (verdict or one.negated):
            found = figures(one.test.fact, known, meters) | found
    return found | {"conditions": conditions, "measured_at": now.isoformat()}


def figures(fact: Fact, known: Known, meters: Meters) -> Evidence:
    """What one fact says."""
    value, more = known.values.get(fact), known.more.get(fact, {})
    match fact:
        case Entitlement(resource):
            return _entitlement(fact, known, meters.get(resource), more)
        case Metered() | Events() | Sequence():
            return _done(fact, value, meters)
        case Changed(turn, names):
            return {"change": turn.value, "event": " or ".join(names), **more}
        case Season(name):
            return {"season": name, "phase": value, **more}
        case Trait(name, Of.ACCOUNT) if isinstance(value, date):
            return _date(name, value, known.at)
        case Said(label):
            return {"intent": label, **more}
        case Score(name):
            return {"score": name, "score_value": plain(value), **more}
        case Found(slug):
            return {"signal": slug}
    return {}


def shown(properties: Mapping[str, Any], *, own: bool, theirs: bool) -> Evidence:
    """What may be told of the event that completed it. `own`: the company's own servers told it; else it may be
    anybody's words, and only what reads like a name is told. `theirs`: they did it themselves; of a colleague no more
    is told than how many were asked for."""
    return {
        name: found[:LONGEST] if isinstance(found, str) else found
        for name in (SHOWN if theirs else COUNTED)
        if _is_plain(found := properties.get(name), words=theirs) and (own or is_name(str(found)))
    }


def _is_plain(found: Any, *, words: bool) -> bool:
    if isinstance(found, int | float) and not isinstance(found, bool):
        return abs(found) < LARGEST
    return words and isinstance(found, str)


def is_name(text: str) -> bool:
    """Whether it could be a feature or a product, such as "Export to CSV" or "v2.1": no sentence, address or number to
    call."""
    return (
        len(text) <= LONGEST_NAME
        and _NAME.fullmatch(text) is not None
        and len(text.split()) <= MOST_WORDS
        and sum(one.isnumeric() for one in text) <= MOST_DIGITS
    )


def _entitlement(fact: Entitlement, known: Known, meter: Meter | None, more: Mapping[str, Any]) -> Evidence:
    def share(which: Share) -> Any:
        value = known.values.get(Entitlement(fact.resource, which))
        return value if isinstance(value, int | Decimal) else None

    used, cap = share(Share.USED), share(Share.CAP)
    found = _of_resource(fact.resource, meter)
    if used is not None:
        found["used"] = plain(Decimal(used))
    if cap:
        found["cap"] = plain(Decimal(cap))
    if used is not None and cap:
        found["percent"] = int(Decimal(used) / Decimal(cap) * 100)
    found |= {name: value for name, value in more.items() if name != "period"}
    return found | _period(meter, more.get("period"))


def _of_resource(resource: str, meter: Meter | None) -> Evidence:
    label, verb = (meter.label, meter.verb) if meter else (resource, "used")
    return {"resource": resource, "resource_label": label, "verb": verb}


def _period(meter: Meter | None, period: str | None) -> Evidence:
    if meter is not None and meter.window != MeterWindow.CALENDAR:
        return {"window": usage.label_of(meter)}
    if period is None or period == usage.ALWAYS.isoformat():
        return {}
    return {"period": period, "period_label": usage.label_of(meter)}


def _done(fact: Metered | Events | Sequence, value: Value, meters: Meters) -> Evidence:
    match fact:
        case Metered(resource, window):
            return {**_of_resource(resource, meters.get(resource)), "amount": plain(value), **_window(window)}
        case Events():
            return _events(fact, None if isinstance(value, str) and not is_name(value) else value)
        case Sequence(names, window):
            return {"event": names[-1], "count": plain(value), **_window(window)}


def _events(fact: Events, value: Value) -> Evidence:
    return {
        "event": " or ".join(fact.names),
        _COUNTED.get(fact.measure, "count"): reveal.known(fact, value),
    } | _window(fact.window)


def _window(window: Window) -> Evidence:
    if window.unit in (Unit.DAYS, Unit.HOURS):
        return {window.unit.value: window.length}
    return {"within": window.unit.value}


def _date(name: str, value: date, at: judging.At) -> Evidence:
    day = _day(value, at) if isinstance(value, datetime) else value
    return {"date_of": name, "date": day.isoformat(), "days_until": (day - at.today).days}


def _day(moment: datetime, at: judging.At) -> date:
    try:
        return moment.astimezone(at.now.tzinfo).date()
    except OverflowError:  # at the ends of the calendar it is no day elsewhere
        return moment.date()


_NAME = re.compile(r"(?:[\w &'()/-]|\.(?=\d))+")
"""With a dot between digits only: mail programs make links of others."""
_COUNTED: Mapping[str, str] = {"sum": "sum", "last": "last", "minutes": "minutes"}
__all__ = ["Evidence", "figures", "of", "plain", "shown"]
