"""An incoming event in the words of the tracking plan, as staff mapped it. Pure but for `load`.

Only track calls are mapped, once and by one mapping: of those that fit, one for the event's own source before one for
every source, an exact name before a prefix, a longer prefix before a shorter one. A new name leaves the one that came
in the property `mapped_from`, so that staff find what a sender calls it. Before that, the tracking plan itself takes a
page named `Pricing` for the event `Pricing Viewed`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from signals_app import connectors, paths, values
from signals_app.incoming import MAX_NAME, Incoming, Rejected
from signals_app.models.mapping import EventMapping
from signals_app.models.meter import Aggregate, Meter

ORIGINAL = "mapped_from"
_PRICING = "pricing"
_ANY_REST = "*"


def load() -> list[EventMapping]:
    """The mappings that are live. One small statement for each batch, so that a saved mapping holds at once."""
    return list(EventMapping.objects.filter(live=True).order_by("pk"))


def apply(items: Iterable[Incoming], source_id: int, mappings: Sequence[EventMapping]) -> None:
    """Change items in place; the same mapping on a replayed item gives the same again."""
    ours = [mapping for mapping in mappings if mapping.source_id in (source_id, None)]
    if not ours:
        return
    chosen: dict[str, EventMapping | None] = {}
    for item in items:
        if item.kind != "track":
            continue
        if item.name not in chosen:
            chosen[item.name] = choose(item.name, ours)
        if mapping := chosen[item.name]:
            item.name, item.properties = mapped(item.name, item.properties, mapping)


def name_page(item: Incoming) -> None:
    """A page named `Pricing` is the track call `Pricing Viewed`; of other pages nothing changes."""
    if item.name.casefold() == _PRICING:
        item.kind, item.properties = "track", {ORIGINAL: item.name, **item.properties}
        item.name = "Pricing Viewed"


def choose(name: str, mappings: Iterable[EventMapping]) -> EventMapping | None:
    """The most particular mapping that fits a name."""
    return max((one for one in mappings if _fits(name, one.event)), key=_particular, default=None)


def _fits(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith(_ANY_REST) else name == pattern


def _particular(mapping: EventMapping) -> tuple[bool, bool, int]:
    return mapping.source_id is not None, not mapping.event.endswith(_ANY_REST), len(mapping.event)


def mapped(name: str, properties: Mapping[str, Any], mapping: EventMapping) -> tuple[str, dict[str, Any]]:
    """Name and properties of the tracking plan.

    A property is found by its path and put under its new name; at the top it is renamed, further down it also stays
    where it was. Constants come last.
    """
    found = {new: paths.read(properties, path) for path, new in mapping.properties.items()}
    found = {new: value for new, value in found.items() if not isinstance(value, paths.Missing)}
    kept = {key: value for key, value in properties.items() if key not in mapping.properties}
    result = kept | found | mapping.constants
    new_name = (mapping.name or name)[:MAX_NAME]
    return new_name, {ORIGINAL: name, **result} if new_name != name else result


def problems(mapping: EventMapping) -> list[tuple[str, str]]:
    """What is wrong with a mapping, as (field, sentence); none when it can be saved."""
    faults = []
    if not mapping.event.strip() or _ANY_REST in mapping.event[:-1]:
        faults.append(("event", "must be a name; a * may stand at its end only"))
    if not isinstance(mapping.properties, dict) or not all(map(_name, mapping.properties.values())):
        faults.append(("properties", 'must be an object of path and name: {"cart.total": "revenue"}'))
    elif len(set(mapping.properties.values())) < len(mapping.properties):
        faults.append(("properties", "gives one name to two paths"))
    if not isinstance(mapping.constants, dict):
        faults.append(("constants", 'must be an object of name and value: {"currency": "EUR"}'))
    return faults


def _name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME


@dataclass(frozen=True, slots=True)
class Counted:
    """What a meter makes of an item: `amount` is 1, a number, or the value to keep or tell apart."""

    resource: str
    aggregate: str
    amount: Any
    reason: str = ""
    """Why it counts nothing, though the event is the meter's own."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One item of a sample: as it was read, what it becomes, by which mapping, and what it would count for."""

    item: Incoming
    name: str
    properties: dict[str, Any]
    mapping: EventMapping | None
    meters: list[Counted]


@dataclass(frozen=True, slots=True)
class TriedOut:
    """`rejected` holds what could not be taken: path and sentence, which says what would be right."""

    trials: list[Trial]
    rejected: list[Rejected]


def try_out(
    sample: Mapping[str, Any],
    mappings: Sequence[EventMapping],
    meters: Sequence[Meter],
    now: datetime,
    *,
    kind: str = "http",
    source_id: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> TriedOut:
    """What would become of a sample; nothing is stored. Mappings and meters need not be saved.

    `sample` is one call or a batch as the SDKs send it, for another kind of source a body as its provider sends it;
    `now` stands for the time of receipt.
    """
    single = kind in _CALLS and "batch" not in sample
    body = {"batch": [sample]} if single else sample
    parsed = connectors.of(kind).parse(
        json.dumps(body).encode(), dict(headers or {}), now, "batch" if kind in _CALLS else "hook"
    )
    ours = [one for one in mappings if one.live and one.source_id in (source_id, None)]
    return TriedOut(
        [_trial(item, ours, meters) for item in parsed.items if not item.declined], parsed.rejected
    )


_CALLS = ("http", "web")


def _trial(item: Incoming, mappings: Sequence[EventMapping], meters: Sequence[Meter]) -> Trial:
    if item.kind == "page":
        name_page(item)
    mapping = choose(item.name, mappings) if item.kind == "track" else None
    name, properties = (
        mapped(item.name, item.properties, mapping) if mapping else (item.name, dict(item.properties))
    )
    counted = [
        _counted(meter, properties) for meter in meters if item.kind == "track" and meter.event == name
    ]
    return Trial(replace(item), name, properties, mapping, counted)


def _counted(meter: Meter, properties: Mapping[str, Any]) -> Counted:
    for path, wanted in meter.where.items():
        if not paths.same(paths.read(properties, path), wanted):
            return Counted(meter.resource, meter.aggregate, None, f"{path} is not {json.dumps(wanted)}")
    if meter.aggregate == Aggregate.COUNT:
        return Counted(meter.resource, meter.aggregate, 1)
    value = paths.read(properties, meter.property)
    if isinstance(value, paths.Missing):
        return Counted(meter.resource, meter.aggregate, None, f"there is no property {meter.property}")
    if meter.aggregate == Aggregate.DISTINCT:
        fits = values.digest(value) is not None
        reason = "" if fits else f"{meter.property} is neither a text nor a number"
        return Counted(meter.resource, meter.aggregate, value if fits else None, reason)
    number = values.amount(value)
    reason = f"{meter.property} is no number below 10^12" if number is None else ""
    return Counted(meter.resource, meter.aggregate, number, reason)
