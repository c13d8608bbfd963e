"""A call that a definition looks for, as an SDK would send it: to begin with where one is tried."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from people_app import shown, traits
from signals_app import compiled, reveal
from signals_app.columns import TYPES
from signals_app.compiled import Condition
from signals_app.intents.labels import EXAMPLES
from signals_app.models import Meter, SignalDefinition
from signals_app.models.meter import Aggregate
from upsell_project.lib import clock
from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Events,
    Measure,
    Metered,
    Of,
    Op,
    Said,
    Sequence,
    Share,
    Trait,
    Value,
    Where,
)
from upsell_project.lib.rules.tree import Test

FALLBACK = "Feature Used"
SOMETHING = "..."
MOST_PLACES = 20
"""So far down a list something is put."""
_WITHOUT = (Op.UNKNOWN, Op.IS_NOT)
_FEW = (*_WITHOUT, Op.AT_MOST, Op.LESS_THAN)
_ANY = {"number": 1, "yesno": True, "text": SOMETHING}
_TELLABLE = {Of.ACCOUNT: shown.PARSERS.keys(), Of.PERSON: traits.PARSERS.keys()}
Call = dict[str, Any]


def event(definition: SignalDefinition, user_id: str, group_id: str = "g1") -> Call:
    """Of the first question of its rule that an event answers, with the properties that count; else what somebody says
    of themselves or of their account, `group_id`."""
    asked = [one for ready in compiled.sound([definition]) for one in ready.part(_first(ready)).conditions]
    asked.sort(key=_is_against)
    tests = [one.test for one in asked]
    call = _of_first(tests, _done) or _of_first(tests, _said) or _track(FALLBACK, {})
    of = {"groupId": group_id} if call["type"] == "group" else {}
    return {"type": call.pop("type"), "userId": user_id, **of, **call}


def _first(ready: compiled.Compiled) -> str:
    return next((name for name in ready.resources if name != compiled.EVERY), "")


def _is_against(one: Condition) -> bool:
    """Whether what it asks about is rather not to happen."""
    return one.negated or one.test.op in _FEW or (one.test.op is Op.IS and one.test.value == 0)


def _of_first(tests: Iterable[Test], call: Callable[[Test], Call | None]) -> Call | None:
    return next((found for test in tests if (found := call(test))), None)


def _track(name: str, properties: dict[str, Any]) -> Call:
    return {"type": "track", "event": name, "properties": properties}


def _done(test: Test) -> Call | None:
    """Something that they do."""
    match test.fact:
        case Events() | Changed() as fact:
            return _track(next(iter(fact.names), FALLBACK), _properties(fact, test))
        case Sequence() as fact:
            name, wheres = fact.steps[0]
            return _track(name, _fitting({}, wheres))
        case Said(label) if label in EXAMPLES:
            return _track("Ticket Created", {"text": EXAMPLES[label]})
        case Metered(resource):
            return _used(resource, _wanted(test))
        case Entitlement(resource, share) if share is not Share.CAP:
            return _used(resource, _wanted(test) if share is Share.USED else 1)
    return None


def _used(resource: str, amount: Any) -> Call | None:
    """An event that its meter counts, and for so much where it adds up a property."""
    meter = Meter.objects.filter(resource=resource).first()
    if meter is None:
        return None
    properties: dict[str, Any] = {}
    for path, value in meter.where.items():
        properties = _with(properties, path, value)
    if meter.aggregate != Aggregate.COUNT:
        distinct = meter.aggregate == Aggregate.DISTINCT
        properties = _with(properties, meter.property, SOMETHING if distinct else amount)
    return _track(meter.event, properties)


def _properties(fact: Events | Changed, test: Test) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(fact, Events) and fact.path:
        amount = _wanted(test) if fact.measure in (Measure.SUM, Measure.LAST) else 1
        found = _in_objects(found, fact.path, amount)
    return _fitting(found, fact.where)


def _fitting(found: dict[str, Any], wheres: Iterable[Where]) -> dict[str, Any]:
    for where in wheres:
        if where.op not in _WITHOUT:
            found = _in_objects(found, where.path, _wanted(where))
    return found


def _wanted(asked: Test | Where) -> Any:
    """A value that is what it asks for, as JSON."""
    value = next(iter(_values(asked)), None)
    if value is None:
        return SOMETHING
    plain = reveal.plain(value)
    more = asked.op is Op.MORE_THAN and isinstance(plain, int | float)
    return plain + 1 if more else plain


def _values(asked: Test | Where) -> tuple[Value, ...]:
    return asked.value if isinstance(asked.value, tuple) else (asked.value,)


def _said(test: Test) -> Call | None:
    """Something that is said of them."""
    match test.fact:
        case Entitlement(resource, Share.CAP):
            return {"type": "group", "traits": {"limits": {resource: _wanted(test)}}}
        case Entitlement(resource="seats"):
            return {"type": "group", "traits": {"seats": 10, "seats_used": 10}}
    if not isinstance(test.fact, Trait):
        return None
    name, of = test.fact.name, test.fact.of
    if test.op is Op.IS_NOT or (name in TYPES[of] and name not in _TELLABLE[of]):
        return None
    kind = "group" if of is Of.ACCOUNT else "identify"
    return {"type": kind, "traits": _in_objects({}, name, _trait(test, test.fact))}


def _trait(test: Test, trait: Trait) -> Any:
    if test.op is Op.UNKNOWN:
        return None
    column = TYPES[trait.of].get(trait.name)
    if test.op is Op.WITHIN or column == "date":
        between = [day for day in _values(test) if isinstance(day, int)]
        return (clock.now().date() - timedelta(days=sum(between) // max(len(between), 1))).isoformat()
    found = _ANY[column or "text"] if test.op is Op.KNOWN else _wanted(test)
    return [found] if (trait.of, trait.name) == (Of.ACCOUNT, "addons") else found


def _in_objects(properties: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A rule reads objects only: what leads into a list is left out."""
    listed = any(part.isdecimal() for part in path.split("."))
    return properties if listed else _with(properties, path, value)


def _with(properties: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """At `items.0.price` within the first of `items`."""
    parts = path.split(".")
    if any(part.isdecimal() and int(part) > MOST_PLACES for part in parts):
        return properties
    found: dict[str, Any] = _joined(properties, _nested(parts, value))
    return found


def _nested(parts: list[str], value: Any) -> Any:
    if not parts:
        return value
    inner = _nested(parts[1:], value)
    return [*[None] * int(parts[0]), inner] if parts[0].isdecimal() else {parts[0]: inner}


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {name: _joined(one.get(name), value) for name, value in other.items()}
    if isinstance(one, list) and isinstance(other, list):
        return [_joined(*both) for both in zip_longest(one, other)]
    return one if other is None else other
