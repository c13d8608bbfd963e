"""The door in: keep what was received before saying so, and turn it into events exactly once."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from math import floor
from typing import Any

from signals_app import connectors, events, mapping, once, proof, seen
from signals_app.connectors.base import UNPROVEN, Wanted
from signals_app.incoming import MAX_NAME, SET_ONCE_BEFORE, Incoming, Rejected
from signals_app.models import Envelope, EventMapping, Source
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.errors import told
from upsell_project.lib.group_commit import Line

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
# What one transaction may hold: it must end well within the lease.
MAX_CLAIMED_BYTES = 3 * 1024 * 1024
SIGNED_PERSON = "upsell-person"
MOST_REJECTED = 2_500

log = logging.getLogger(__name__)


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
    """Make one request durable. When this returns, or what the caller promised by `group_commit` is settled, the
    answer may be 200."""
    offset = clock.offset()
    received, lead = clock.real() + offset, floor(offset.total_seconds())
    _arrivals.add((source_id, call, body, bulk.json(headers), received, lead), len(body))


def _keep(rows: Sequence[tuple[Any, ...]]) -> None:
    bulk.prepared(_KEEP, [list(column) for column in zip(*rows, strict=True)])


_KEEP = (
    "INSERT INTO signals_app_envelope"
    " (source_id, call, body, headers, received_at, clock_offset, state, attempts, error)"
    " SELECT source, call, body, headers::jsonb, received, lead, 'pending', 0, ''"
    " FROM unnest(%b::bigint[], %b::text[], %b::bytea[], %b::text[], %b::timestamptz[], %b::int[])"
    " AS r(source, call, body, headers, received, lead)"
)
_arrivals = Line(_keep, partial(queue.nudge, "inbox"))


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
    columns = [field.attname for field in Envelope._meta.concrete_fields]
    rows = bulk.prepared(
        _CLAIM + ", ".join(f"e.{column}" for column in columns),
        [now, limit, now + LEASE, MAX_CLAIMED_BYTES],
        binary=True,
    )
    return [Envelope.from_db(None, columns, row) for row in rows]


def open_all(envelopes: Sequence[Envelope]) -> list[Opened]:
    """Let each connector read its envelopes. Times move with the sandbox clock that was set at receipt.

    Nothing happened after it was received: a sender's clock that is ahead would bar all newer facts.
    """
    return list(opening(envelopes))


def opening(envelopes: Sequence[Envelope]) -> Iterator[Opened]:
    """What `open_all` does, one by one, once PostgreSQL was asked for all that it needs: any thread may go on."""
    sources = Source.objects.in_bulk({envelope.source_id for envelope in envelopes})
    known = [envelope for envelope in envelopes if envelope.source_id in sources]
    if len(known) < len(envelopes):
        _leave([envelope for envelope in envelopes if envelope.source_id not in sources])
    mappings = mapping.load()
    return (_open(envelope, sources[envelope.source_id], mappings) for envelope in known)


def put_back(envelopes: Sequence[Envelope]) -> None:
    """What was claimed and is left unread waits on, as if nobody had claimed it."""
    if envelopes:
        bulk.run(
            "UPDATE signals_app_envelope SET lease_until = NULL, attempts = attempts - 1"
            " WHERE id = ANY(%s) AND received_at = ANY(%s)",
            [one.pk for one in envelopes],
            [one.received_at for one in envelopes],
        )


def _leave(envelopes: Sequence[Envelope]) -> None:
    """What came while its source was deleted: nobody can say any more how it is read."""
    log.warning("%s envelopes are left unread: their sources were deleted", len(envelopes))
    for envelope in envelopes:
        Envelope.objects.filter(pk=envelope.pk, received_at=envelope.received_at).update(
            state=Envelope.State.DONE, lease_until=None, error="its source was deleted, so it was not read"
        )


def _open(envelope: Envelope, source: Source, mappings: Sequence[EventMapping]) -> Opened:
    shift = timedelta(seconds=envelope.clock_offset)
    received = envelope.received_at - shift
    reader = connectors.reader(source.kind, envelope.call)
    connector = connectors.CONNECTORS[source.kind]
    believed = (source.vouched or not connector.relays) and UNPROVEN not in envelope.headers
    signed = envelope.headers.get(SIGNED_PERSON)
    parsed = reader.parse(bytes(envelope.body), envelope.headers, received, envelope.call)
    items = [item for item in parsed.items if not item.declined]
    for item in items:
        item.user_id = signed or item.user_id
        set_once = item.occurred_at < SET_ONCE_BEFORE
        item.occurred_at = min(item.occurred_at, received) + (shift / -1000 if set_once else shift)
        item.proven = item.proven and believed
        if item.kind == "page":
            mapping.name_page(item)
    if connector.anybody_typed and not source.vouched:
        proof.withhold_addresses(items)
    seen.note(source.pk, items)
    mapping.apply(items, source.pk, mappings)
    items, refused = proof.limit(items, {one.index for one in parsed.rejected})
    return Opened(envelope, source, items, [*parsed.rejected, *refused], parsed.wanted)


def store(opened: Sequence[Opened], who: Sequence[Any]) -> list[Stored]:
    """Insert all items as events, skip the ones we have, and return the new ones. `who` runs along all items."""
    entries: dict[tuple[int, str], tuple[datetime, Incoming, Any]] = {}
    answers = iter(who)
    for one in opened:
        source, received = one.envelope.source_id, one.envelope.received_at
        for item, answer in zip(one.items, answers, strict=False):
            entries.setdefault((source, item.message_id), (received, item, answer))
    ids = once.take([*entries], clock.real())
    new = [(id, source, *entry) for id, ((source, _), entry) in zip(ids, entries.items(), strict=True) if id]
    events.write([_row(*one) for one in new])
    return [
        Stored(id, source, item, answer.person_id, answer.account_id) for id, source, _, item, answer in new
    ]


def _row(id: int, source: int, received: datetime, item: Incoming, who: Any) -> events.Row:
    """Traits are kept on the person, not again in the event: there they could not be erased."""
    kept = (
        item.properties
        if item.kind in ("track", "page", "screen")
        else {"traits": sorted({**item.traits, **item.account_traits})}
    )
    return (
        id,
        source,
        item.message_id,
        item.kind,
        item.name[:MAX_NAME],
        who.person_id,
        who.identity_id,
        who.account_id if who.grouped else None,
        bulk.jsonb(kept),
        item.occurred_at,
        received,
    )


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
            for rejected in _listed(one.rejected)
        ],
    )


def _listed(rejected: list[Any]) -> list[Any]:
    """No more of one request than a batch may hold: a body of a webhook may have millions that are none."""
    more = len(rejected) - MOST_REJECTED
    if more <= 0:
        return rejected
    last = Rejected(
        max(one.index for one in rejected) + 1, f"{more:,} more items of this request were refused"
    )
    return [*rejected[:MOST_REJECTED], last]


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
    AND (place = 1 OR NOT suspect AND NOT alone AND upto <= %s)
RETURNING """
