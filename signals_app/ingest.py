"""The door in: keep what was received before saying so, and turn it into events exactly once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import floor
from typing import Any

from django.db import connection

from signals_app import connectors, mapping, once, proof, seen
from signals_app.connectors.base import UNPROVEN, Wanted
from signals_app.incoming import SET_ONCE_BEFORE, Incoming
from signals_app.models import Envelope, EventMapping, Source
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.errors import told

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
# What one transaction may hold: it must end well within the lease.
MAX_CLAIMED_BYTES = 1536 * 1024
SIGNED_PERSON = "upsell-person"


@dataclass(slots=True)
class Stored:
    """An event that is new to us, with who did it."""

    event_id: int
    source_id: int
    item: Incoming
    person_id: int | None
    account_id: int | None


@dataclass(slots=True)
class Opened:
    """A claimed envelope and what its connector read in it."""

    envelope: Envelope
    source: Source
    items: list[Incoming]
    rejected: list[Any]
    wanted: list[Wanted] = field(default_factory=list)
    """Objects to be read from the provider's API: see `lookups`."""


def accept(source_id: int, call: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Make one request durable. When this returns, the answer may be 200. One statement."""
    offset = clock.offset()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO signals_app_envelope (source_id, call, body, headers, received_at, clock_offset, state,"
            " attempts, error) VALUES (%s, %s, %s, %s, %s, %s, 'pending', 0, '')",
            [source_id, call, body, bulk.json(headers), clock.real() + offset, floor(offset.total_seconds())],
        )
    queue.nudge("inbox")


def waiting() -> bool:
    """Whether an envelope is due."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM signals_app_envelope WHERE state = 'pending'"
        " AND (lease_until IS NULL OR lease_until < %s))"
    )
    return bool(bulk.select(sql, clock.real())[0][0])


def claim(limit: int) -> list[Envelope]:
    """Lease the oldest pending envelopes, at most `limit` and so much of bodies, but at least one.

    What came in just now goes before what was put back. The attempt counts from here, so a killed worker has used one
    up. What was leased before and not finished may be what killed it: that is claimed alone, so that only the one that
    did it goes on to spend its attempts.
    """
    now = clock.real()
    return list(
        Envelope.objects.raw(
            _CLAIM,
            [now, limit, now + LEASE, MAX_CLAIMED_BYTES],
        )
    )


def open_all(envelopes: Sequence[Envelope]) -> list[Opened]:
    """Let each connector read its envelopes. Times move with the sandbox clock that was set at receipt.

    Nothing happened after it was received: a sender's clock that is ahead would bar all newer facts.
    """
    sources = Source.objects.in_bulk({envelope.source_id for envelope in envelopes})
    mappings = mapping.load()
    return [
        _open(envelope, sources[envelope.source_id], mappings)
        for envelope in envelopes
        if envelope.source_id in sources
    ]


def _open(envelope: Envelope, source: Source, mappings: Sequence[EventMapping]) -> Opened:
    shift = timedelta(seconds=envelope.clock_offset)
    received = envelope.received_at - shift
    reader = connectors.reader(source.kind, envelope.call)
    relays = connectors.CONNECTORS[source.kind].relays
    parsed = reader.parse(bytes(envelope.body), envelope.headers, received, envelope.call)
    items = [item for item in parsed.items if not item.declined]
    for item in items:
        item.user_id = envelope.headers.get(SIGNED_PERSON) or item.user_id
        once = item.occurred_at < SET_ONCE_BEFORE
        item.occurred_at = min(item.occurred_at, received) + (shift / -1000 if once else shift)
        item.proven = item.proven and not relays and UNPROVEN not in envelope.headers
    seen.note(source.pk, items)
    mapping.apply(items, source.pk, mappings)
    items, refused = proof.limit(items, {one.index for one in parsed.rejected})
    return Opened(envelope, source, items, [*parsed.rejected, *refused], parsed.wanted)


def store(opened: Sequence[Opened], who: Sequence[Any]) -> list[Stored]:
    """Insert all items as events, skip the ones we have, and return the new ones. `who` runs along all items."""
    entries: dict[tuple[int, str], tuple[Opened, Incoming, Any]] = {}
    for (one, item), answer in zip(_walk(opened), who, strict=True):
        entries.setdefault((one.source.pk, item.message_id), (one, item, answer))
    rows = [_row(number, *entry) for number, entry in enumerate(entries.values())]
    new = {(source, message): event for event, source, message in once.insert(rows, clock.real())}
    return [
        Stored(new[key], one.source.pk, item, answer.person_id, answer.account_id)
        for key, (one, item, answer) in entries.items()
        if key in new
    ]


def _walk(opened: Sequence[Opened]) -> Iterator[tuple[Opened, Incoming]]:
    return ((one, item) for one in opened for item in one.items)


def _row(number: int, one: Opened, item: Incoming, who: Any) -> dict[str, Any]:
    """Traits are kept on the person, not again in the event: there they could not be erased."""
    kept = (
        item.properties
        if item.kind in ("track", "page", "screen")
        else {"traits": sorted({**item.traits, **item.account_traits})}
    )
    return {
        "n": number,
        "source": one.source.pk,
        "message": item.message_id,
        "kind": item.kind,
        "name": item.name,
        "person": who.person_id,
        "identity": who.identity_id,
        "account": who.account_id if who.grouped else None,
        "properties": kept,
        "occurred": item.occurred_at,
        "received": one.envelope.received_at,
    }


def keep_rejected(opened: Sequence[Opened]) -> None:
    """Rejected items stay visible with their reason, so that a sender can be told and the item replayed."""
    bulk.execute(
        "INSERT INTO signals_app_rejectedevent (source_id, envelope_id, index, reason, path, payload, received_at)"
        " SELECT source, envelope, index, left(reason, 300), left(path, 200), raw, received FROM json_to_recordset(%s)"
        " AS r(source bigint, envelope bigint, index int, reason text, path text, raw text, received timestamptz)"
        " ON CONFLICT (envelope_id, index) DO NOTHING",
        [
            {
                "source": one.source.pk,
                "envelope": one.envelope.pk,
                "index": rejected.index,
                "reason": rejected.reason,
                "path": rejected.path,
                "raw": rejected.raw,
                "received": one.envelope.received_at,
            }
            for one in opened
            for rejected in one.rejected
        ],
    )


def finish(opened: Sequence[Opened]) -> None:
    """Mark the envelopes done and their sources seen, in the transaction that stored their events."""
    bulk.select(
        "WITH done AS (UPDATE signals_app_envelope SET state = 'done', lease_until = NULL WHERE id = ANY(%s)"
        " AND received_at = ANY(%s) RETURNING source_id, received_at)"
        " UPDATE signals_app_source s SET last_seen_at = d.at"
        " FROM (SELECT source_id, max(received_at) AS at FROM done GROUP BY source_id) d"
        " WHERE s.id = d.source_id AND (s.last_seen_at IS NULL OR s.last_seen_at < d.at - interval '1 minute')"
        " RETURNING 1",
        [one.envelope.pk for one in opened],
        [one.envelope.received_at for one in opened],
    )


def park(envelope: Envelope, error: Exception) -> None:
    """Note a failure; after the last attempt the envelope waits for a human while the others go on."""
    state = Envelope.State.PARKED if envelope.attempts >= MAX_ATTEMPTS else Envelope.State.PENDING
    retry = clock.real() + timedelta(seconds=2**envelope.attempts)
    Envelope.objects.filter(pk=envelope.pk, received_at=envelope.received_at).update(
        state=state, error=told(error), lease_until=retry
    )


_CLAIM = """
WITH free AS MATERIALIZED (
    SELECT id, received_at, replayed_at, octet_length(body) AS size,
        attempts > 0 AND lease_until IS NOT NULL AS suspect
    FROM signals_app_envelope WHERE state = 'pending' AND (lease_until IS NULL OR lease_until < %s)
    ORDER BY replayed_at NULLS FIRST, id LIMIT %s FOR UPDATE SKIP LOCKED
), summed AS (
    SELECT id, received_at, suspect, row_number() OVER line AS place, first_value(suspect) OVER line AS alone,
        sum(CASE WHEN suspect THEN 0 ELSE size END) OVER line AS upto
    FROM free WINDOW line AS (ORDER BY replayed_at NULLS FIRST, id)
) UPDATE signals_app_envelope e SET lease_until = %s, attempts = attempts + 1 FROM summed s
WHERE e.id = s.id AND e.received_at = s.received_at
    AND (place = 1 OR NOT suspect AND NOT alone AND upto <= %s) RETURNING e.*
"""
