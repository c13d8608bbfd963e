"""What fires, kept as signals: for whom, how sure, and with the evidence that an offer will rest on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from signals_app import evidence, knowing, routing
from signals_app.connectors.segment import ServerSource
from signals_app.judged import Judged
from signals_app.models import Meter, Signal
from signals_app.triggered import Batch
from upsell_project.lib import bulk
from upsell_project.lib.rules import certainty
from upsell_project.lib.rules.facts import Events, Of, Said
from upsell_project.lib.rules.facts import Sequence as InSequence

MOST_IDS = 20


@dataclass(slots=True)
class Fired:
    """`person`: who is told; `number`: of this firing."""

    judged: Judged
    person: int
    number: int


def told(judged: Sequence[Judged], batch: Batch | None) -> list[int | None]:
    """Who is told of each that holds: the person it is about; of an account who did it, or has the role for it.

    `batch`: what they did; None where time alone did it.
    """
    accounts = {one.asked.subject.account or 0 for one in judged if one.moment.verdict and _of_account(one)}
    there = routing.members(accounts)
    by_name = (batch.known if accounts else set()) if batch else None
    return [
        (_routed(one, there, by_name) if _of_account(one) else one.asked.subject.person)
        if one.moment.verdict
        else None
        for one in judged
    ]


def keep(fired: Sequence[Fired], now: datetime) -> list[Signal]:
    """The signals, in the same order."""
    if not fired:
        return []
    ids = _event_ids(fired, now)
    ids = [
        those or ([by.event_id] if (by := one.judged.by) else [])
        for one, those in zip(fired, ids, strict=True)
    ]
    told = _told({id for one, those in zip(fired, ids, strict=True) if (id := _completed(one, those))})
    known = meters()
    found = [
        _signal(one, those, told.get(_completed(one, those), {}), known, now)
        for one, those in zip(fired, ids, strict=True)
    ]
    Signal.objects.bulk_create(found)
    return found


def meters() -> dict[str, Meter]:
    """By resource."""
    return {meter.resource: meter for meter in Meter.objects.all()}


def _of_account(one: Judged) -> bool:
    return one.asked.compiled.of is Of.ACCOUNT


def _routed(one: Judged, there: Mapping[int, list[routing.Member]], by_name: set[int] | None) -> int | None:
    actor = one.by.person_id if one.by and by_name and one.by.person_id in by_name else one.asked.told
    members = there.get(one.asked.subject.account or 0, [])
    return routing.choose(members, one.asked.compiled.definition.route_to, actor, anyone=by_name is None)


def _signal(
    fired: Fired, ids: list[int], told: evidence.Evidence, known: evidence.Meters, now: datetime
) -> Signal:
    one = fired.judged
    moment, subject, definition = one.moment, one.asked.subject, one.asked.compiled.definition
    return Signal(
        definition=definition,
        definition_version=definition.version,
        person_id=fired.person,
        account_id=subject.account,
        evidence=told | evidence.of(moment, one.known, known, now) | {"event_ids": ids},
        confidence=_confidence(one),
        detected_at=now,
        expires_at=now + timedelta(hours=definition.lifetime_hours),
        dedupe_key=f"{definition.slug}:{subject.person or subject.account}:{moment.part.name}:{fired.number}",
    )


def _confidence(one: Judged) -> Decimal:
    sure = certainty.certainty(one.moment.part.rule, one.known.values, one.known.at)
    return round(Decimal(one.asked.compiled.definition.confidence) * sure, 3)


def _event_ids(fired: Sequence[Fired], now: datetime) -> list[list[int]]:
    """The newest events on which each rests."""
    pairs = [
        (place, (one.judged.asked.subject, fact))
        for place, one in enumerate(fired)
        for fact in sorted(one.judged.moment.part.facts, key=repr)
        if isinstance(fact, Events | InSequence | Said)
    ]
    found: list[list[int]] = [[] for _ in fired]
    ids = knowing.ids_of([pair for _, pair in pairs], now) if pairs else []
    for (place, _), those in zip(pairs, ids, strict=True):
        found[place] += [id for id in those if id not in found[place]]
    return [those[:MOST_IDS] for those in found]


def _completed(fired: Fired, ids: Sequence[int]) -> int:
    """The event that completed it; 0 where none did."""
    by = fired.judged.by
    return by.event_id if by else next(iter(ids), 0)


def _told(ids: set[int]) -> dict[int, evidence.Evidence]:
    """What may be told of these events."""
    if not ids:
        return {}
    rows = bulk.select(
        "SELECT e.id, e.properties, coalesce(s.kind = %s, false) FROM signals_app_event e"
        " LEFT JOIN signals_app_source s ON s.id = e.source_id WHERE e.id = ANY(%s)",
        ServerSource.kind,
        sorted(ids),
    )
    return {id: evidence.shown(json.loads(properties), own=own) for id, properties, own in rows}
