"""What fires, kept as signals: for whom, how sure, and with the evidence that an offer will rest on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from signals_app import evidence, knowing, reasons, routing
from signals_app.connectors.segment import ServerSource
from signals_app.evidence import Evidence
from signals_app.judged import Judged
from signals_app.models import Meter, Signal
from signals_app.triggered import Batch
from upsell_project.lib import bulk
from upsell_project.lib.rules import certainty
from upsell_project.lib.rules.facts import Events, Metered, Of, Said
from upsell_project.lib.rules.facts import Sequence as InSequence

MOST_IDS = 20
_Row = tuple[int, int, int, int | None, Evidence, Decimal, datetime, datetime, str]
"""In the order of the columns, without the key."""
_COLUMNS = {
    "id": "int8",
    "definition_id": "int8",
    "definition_version": "int4",
    "person_id": "int8",
    "account_id": "int8",
    "evidence": bulk.JSONB,
    "confidence": "numeric",
    "detected_at": "timestamptz",
    "expires_at": "timestamptz",
    "dedupe_key": "varchar",
}
_KEYS = "SELECT nextval(pg_get_serial_sequence('signals_app_signal', 'id')) FROM generate_series(1, %s)"


@dataclass(slots=True)
class Fired:
    """`person`: who is told; `number`: of this firing."""

    judged: Judged
    person: int
    number: int


def told(judged: Sequence[Judged], batch: Batch | None) -> list[int | None]:
    """Who is told of each that holds: the person it is about, once we know them by a user id; of an account who did
    it, or has the role for it.

    `batch`: what they did; None where time alone did it.
    """
    holding = [one for one in judged if one.moment.verdict]
    whole = [one for one in holding if _of_account(one)]
    accounts = {one.asked.subject.account or 0 for one in whole}
    roles = any(one.asked.compiled.definition.route_to for one in whole)
    there = routing.members(accounts, roles=roles) if accounts else {}
    by_name = (batch.known if accounts else set()) if batch else None
    users = _users({one.asked.subject.person or 0 for one in holding if not _of_account(one)})
    return [_told(one, there, by_name, users) if one.moment.verdict else None for one in judged]


def keep(fired: Sequence[Fired], now: datetime, seen: datetime) -> list[Signal]:
    """The signals, in the same order. `seen`: up to when what happened counts."""
    if not fired:
        return []
    ids = _event_ids(fired, seen)
    ids = [
        those or ([by.event_id] if (by := one.judged.by) else [])
        for one, those in zip(fired, ids, strict=True)
    ]
    said = _said(
        {(id, one.person) for one, those in zip(fired, ids, strict=True) if (id := _completed(one, those))}
    )
    known = meters()
    rows = [
        _row(one, those, said.get((_completed(one, those), one.person), {}), known, now)
        for one, those in zip(fired, ids, strict=True)
    ]
    found = [Signal.from_db(connection.alias, [*_COLUMNS], (id, *row)) for id, row in _write(rows)]
    for signal, one in zip(found, fired, strict=True):
        signal.definition = one.judged.asked.compiled.definition
    return found


def meters() -> dict[str, Meter]:
    """By resource."""
    return {meter.resource: meter for meter in Meter.objects.all()}


def _of_account(one: Judged) -> bool:
    return one.asked.compiled.of is Of.ACCOUNT


def _told(
    one: Judged, there: Mapping[int, list[routing.Member]], by_name: set[int] | None, users: set[int]
) -> int | None:
    if _of_account(one):
        return _routed(one, there, by_name)
    person = one.asked.subject.person or 0
    return person if person in users else None


def _users(people: set[int]) -> set[int]:
    """Those of them whom we know by a user id: a visitor is found when it turns out who they are, nobody who was
    forgotten or is another one by now."""
    if not people:
        return set()
    sql = (
        "SELECT id FROM people_app_person WHERE id = ANY(%s)"
        " AND user_id IS NOT NULL AND erased_at IS NULL AND merged_into_id IS NULL"
    )
    return {id for (id,) in bulk.select(sql, sorted(people))}


def _routed(one: Judged, there: Mapping[int, list[routing.Member]], by_name: set[int] | None) -> int | None:
    by = one.by.person_id if one.by else None
    actor = by if by_name and by in by_name else one.asked.told
    members = there.get(one.asked.subject.account or 0, [])
    return routing.choose(
        members, one.asked.compiled.definition.route_to, actor, anyone=by_name is None or by is None
    )


def _row(fired: Fired, ids: list[int], said: Evidence, known: evidence.Meters, now: datetime) -> _Row:
    one = fired.judged
    moment, subject, definition = one.moment, one.asked.subject, one.asked.compiled.definition
    proof = said | evidence.of(moment, one.known, known, now)
    proof["facts"] = reasons.of(moment.part.rule, one.asked.compiled.of, one.known, known)
    return (
        definition.pk,
        definition.version,
        fired.person,
        subject.account,
        proof | {"event_ids": ids},
        _confidence(one),
        now,
        now + definition.lifetime,
        f"{definition.slug}:{subject.person or subject.account}:{moment.part.name}:{fired.number}",
    )


def _write(rows: Sequence[_Row]) -> list[tuple[int, _Row]]:
    """With the key of each."""
    keyed = [(id, row) for (id,), row in zip(bulk.select(_KEYS, len(rows)), rows, strict=True)]
    bulk.copy(
        "signals_app_signal", _COLUMNS, ((id, *row[:4], bulk.jsonb(row[4]), *row[5:]) for id, row in keyed)
    )
    return keyed


def _confidence(one: Judged) -> Decimal:
    sure = Decimal(one.asked.compiled.definition.confidence)
    if not one.moment.part.certain:
        sure *= certainty.certainty(one.moment.part.rule, one.known.values, one.known.at)
    return round(sure, 3)


def _event_ids(fired: Sequence[Fired], now: datetime) -> list[list[int]]:
    """The newest events on which each rests."""
    parts = {id(one.judged.moment.part): one.judged.moment.part for one in fired}
    kinds = Metered | Events | InSequence | Said
    facts = {
        key: [fact for fact in sorted(part.facts, key=repr) if isinstance(fact, kinds)]
        for key, part in parts.items()
    }
    pairs = [
        (place, (one.judged.asked.subject, fact))
        for place, one in enumerate(fired)
        for fact in facts[id(one.judged.moment.part)]
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


def _said(pairs: set[tuple[int, int]]) -> dict[tuple[int, int], evidence.Evidence]:
    """What may be told of these events, each to that person."""
    if not pairs:
        return {}
    rows = bulk.select(
        "SELECT e.id, e.person_id, e.properties, coalesce(s.kind = %s, false) FROM signals_app_event e"
        " LEFT JOIN signals_app_source s ON s.id = e.source_id WHERE e.id = ANY(%s::bigint[])",
        ServerSource.kind,
        bulk.array(sorted({id for id, _ in pairs})),
    )
    events = {id: (doer, json.loads(properties), own) for id, doer, properties, own in rows}
    return {
        (id, person): evidence.shown(properties, own=own, theirs=doer == person)
        for id, person in pairs
        if id in events
        for doer, properties, own in [events[id]]
    }
