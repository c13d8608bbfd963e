"""An event that a definition looks for, as an SDK would send it: to begin with where one is tried."""

from collections.abc import Iterator
from typing import Any

from signals_app import compiled, reveal
from signals_app.models import Meter, SignalDefinition
from upsell_project.lib.rules.facts import Changed, Entitlement, Events, Fact, Op, Sequence, Where
from upsell_project.lib.rules.tree import tests

FALLBACK = "Feature Used"


def event(definition: SignalDefinition, user_id: str) -> dict[str, Any]:
    """A track call of the first event that its rule names, with the properties that count."""
    facts = [
        test.fact for ready in compiled.sound([definition]) for test in tests(ready.part(_first(ready)).rule)
    ]
    name, properties = next(_events(facts), (FALLBACK, {}))
    return {"type": "track", "userId": user_id, "event": name, "properties": properties}


def _first(ready: compiled.Compiled) -> str:
    return next((name for name in ready.resources if name != compiled.EVERY), "")


def _events(facts: list[Fact]) -> Iterator[tuple[str, dict[str, Any]]]:
    for fact in facts:
        if isinstance(fact, Events | Changed | Sequence) and fact.names:
            yield fact.names[0], _properties(fact)
        if isinstance(fact, Entitlement):
            for meter in Meter.objects.filter(resource=fact.resource).order_by("pk")[:1]:
                yield meter.event, {}


def _properties(fact: Events | Changed | Sequence) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(fact, Events) and fact.path:
        _put(found, fact.path, 1)
    for where in fact.steps[0][1] if isinstance(fact, Sequence) else fact.where:
        if where.op not in (Op.UNKNOWN, Op.IS_NOT):
            _put(found, where.path, _value(where))
    return found


def _value(where: Where) -> Any:
    value = where.value[0] if isinstance(where.value, tuple) else where.value
    return reveal.plain(value) if value is not None else "..."


def _put(properties: dict[str, Any], path: str, value: Any) -> None:
    """At `cart.total` within `cart`; what leads into a list is left out."""
    *outer, last = path.split(".")
    if any(name.isdecimal() for name in (*outer, last)):
        return
    for name in outer:
        properties = properties.setdefault(name, {})
        if not isinstance(properties, dict):
            return
    properties[last] = value
