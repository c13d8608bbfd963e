"""The door in: keep what was received before saying so, and turn it into events exactly once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import floor
from typing import Any

from django.db import connection

from signals_app import connectors
from signals_app.incoming import Incoming
from signals_app.models import Envelope, Source
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.errors import told

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
# What one transaction may hold: it must end well within the lease.
MAX_CLAIMED_BYTES = 1024 * 1024
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
    """Lease the oldest pending envelopes, at most `limit` and one megabyte of bodies, but at least one.

    The attempt counts from here, so a killed worker has used one up.
    """
    now = clock.real()
    return list(
        Envelope.objects.raw(
            "WITH free AS MATERIALIZED (SELECT id, octet_length(body) AS size FROM signals_app_envelope"
            " WHERE state = 'pending' AND (lease_until IS NULL OR lease_until < %s)"
            " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED),"
            " summed AS (SELECT id, size, sum(size) OVER (ORDER BY id) AS upto FROM free)"
            " UPDATE signals_app_envelope SET lease_until = %s, attempts = attempts + 1"
            " WHERE id IN (SELECT id FROM summed WHERE upto <= %s OR upto = size) RETURNING *",
            [now, limit, now + LEASE, MAX_CLAIMED_BYTES],
        )
    )


def open_all(envelopes: Sequence[Envelope]) -> list[Opened]:
    """Let each connector read its envelopes. Times move with the sandbox clock that was set at receipt.

    Nothing happened after it was received: a sender's clock that is ahead would bar all newer facts.
    """
    sources = Source.objects.in_bulk({envelope.source_id for envelope in envelopes})
    return [
        _open(envelope, sources[envelope.source_id])
        for envelope in envelopes
        if envelope.source_id in sources
    ]


def _open(envelope: Envelope, source: Source) -> Opened:
    shift = timedelta(seconds=envelope.clock_offset)
    received = envelope.received_at - shift
    parsed = connectors.of(source.kind).parse(bytes(envelope.body), envelope.headers, received, envelope.call)
    items = [item for item in parsed.items if not item.declined]
    for item in items:
        item.user_id = envelope.headers.get(SIGNED_PERSON) or item.user_id
        item.occurred_at = min(item.occurred_at, received) + shift
    return Opened(envelope, source, items, parsed.rejected)


def store(opened: Sequence[Opened], who: Sequence[Any]) -> list[Stored]:
    """Insert all items as events, skip the ones we have, and return the new ones. `who` runs along all items."""
    entries = list(zip(_walk(opened), who, strict=True))
    rows = bulk.execute(_INSERT_EVENTS, [_row(one, item, answer) for (one, item), answer in entries])
    new = {(source, message): event for event, source, message in rows}
    stored = []
    for (one, item), answer in entries:
        event = new.pop((one.source.pk, item.message_id), None)
        if event is not None:
            stored.append(Stored(event, one.source.pk, item, answer.person_id, answer.account_id))
    return stored


def _walk(opened: Sequence[Opened]) -> Iterator[tuple[Opened, Incoming]]:
    return ((one, item) for one in opened for item in one.items)


def _row(one: Opened, item: Incoming, who: Any) -> dict[str, Any]:
    """Traits are kept on the person, not again in the event: there they could not be erased."""
    kept = (
        item.properties
        if item.kind in ("track", "page", "screen")
        else {"traits": sorted({**item.traits, **item.account_traits})}
    )
    return {
        "source": one.source.pk,
        "message": item.message_id,
        "kind": item.kind,
        "name": item.name,
        "person": who.person_id,
        "account": who.account_id,
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
        " RETURNING source_id, received_at)"
        " UPDATE signals_app_source s SET last_seen_at = d.at"
        " FROM (SELECT source_id, max(received_at) AS at FROM done GROUP BY source_id) d"
        " WHERE s.id = d.source_id AND (s.last_seen_at IS NULL OR s.last_seen_at < d.at - interval '1 minute')"
        " RETURNING 1",
        [one.envelope.pk for one in opened],
    )


def park(envelope: Envelope, error: Exception) -> None:
    """Note a failure; after the last attempt the envelope waits for a human while the others go on."""
    state = Envelope.State.PARKED if envelope.attempts >= MAX_ATTEMPTS else Envelope.State.PENDING
    retry = clock.real() + timedelta(seconds=2**envelope.attempts)
    Envelope.objects.filter(pk=envelope.pk).update(state=state, error=told(error), lease_until=retry)


_INSERT_EVENTS = """
INSERT INTO signals_app_event (source_id, message_id, kind, name, person_id, account_id, properties, occurred_at,
    received_at)
SELECT source, message, kind, left(name, 200), person, account, properties, occurred, received
FROM json_to_recordset(%s) AS r(source bigint, message text, kind text, name text, person bigint, account bigint,
    properties jsonb, occurred timestamptz, received timestamptz)
ON CONFLICT (source_id, message_id) DO NOTHING RETURNING id, source_id, message_id
"""
