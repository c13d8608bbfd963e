"""Hand intended messages to their providers: claimed under a lease, marked before they leave, never sent twice.

intended -> claimed -> sending -> accepted | refused | unknown. A worker that dies with a message `claimed` gave nothing
away, so it is intended again; one that dies with it `sending` may have. Then a provider that knows our key is asked
once more under the same key; where there is none, what became of it is looked up; what nobody can tell waits as
`unknown` for a human. Each change is its own commit and names the lease it holds: who lost its lease changes nothing.
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

from campaigns_app import lost_answers, routes, sending
from campaigns_app.models import Delivery
from upsell_project.lib import bulk, clock, queue

BATCH = 50
LEASE = timedelta(seconds=60)
SECONDS_A_JOB = 20.0

State = Delivery.State
_DUE = "state = 'intended' AND (retry_at IS NULL OR retry_at <= %s)"


def send_outbox() -> None:
    """The job: send until nothing is due, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while send():
        if time.monotonic() > until:
            queue.nudge_now("outbox")
            return


def waiting() -> bool:
    """Whether a message is due, an uncertain one may be looked up, or a dead worker left one behind."""
    sql = (
        f"SELECT EXISTS (SELECT 1 FROM campaigns_app_delivery WHERE ({_DUE})"
        " OR (state = 'unknown' AND retry_at <= %s)"
        " OR (state IN ('claimed', 'sending') AND lease_until < %s))"
    )
    return bool(bulk.select(sql, *[clock.real()] * 3)[0][0])


def send(limit: int = BATCH) -> int:
    """Claim and hand over one batch of each channel; return how many were claimed."""
    _recover()
    looked = lost_answers.look_up(limit)
    return looked + sum(_batch(channel, limit) for channel in _due())


def _recover() -> None:
    """What dead workers left: a claim is taken back; a send goes again where its provider knows the key."""
    bulk.run(
        "UPDATE campaigns_app_delivery SET lease_until = NULL,"
        " unsure_at = CASE WHEN state = 'sending' THEN coalesce(unsure_at, lease_until - %s) ELSE unsure_at END,"
        " retry_at = CASE WHEN state = 'claimed' THEN retry_at WHEN provider = ANY(%s) THEN %s END,"
        " state = CASE WHEN state = 'sending' AND provider = ANY(%s) THEN 'intended'"
        " WHEN state = 'sending' THEN 'unknown'"
        " WHEN attempts >= %s AND unsure_at IS NULL THEN 'refused' ELSE 'intended' END,"
        " reason = CASE WHEN state = 'sending'"
        " THEN 'A worker died while sending' ELSE 'A worker died before sending' END"
        " WHERE state IN ('claimed', 'sending') AND lease_until < %s",
        LEASE,
        routes.keyed() + routes.tellers(),
        clock.real(),
        routes.keyed(),
        sending.MAX_ATTEMPTS,
        clock.real(),
    )


def _due() -> list[str]:
    """The channels on which something is due."""
    sql = f"SELECT DISTINCT channel FROM campaigns_app_delivery WHERE {_DUE} ORDER BY channel"
    return [row[0] for row in bulk.select(sql, clock.real())]


def _batch(channel: str, limit: int) -> int:
    lease = clock.real() + LEASE
    claimed = _claim(channel, lease, limit)
    if claimed:
        clock.forget()  # who intended them may know already that a sandbox was moved into the day
        rows = Delivery.objects.filter(pk__in=claimed, state=State.CLAIMED, lease_until=lease)
        rows = rows.select_related("proposition", "person", "account").order_by("intended_at")
        sending.Batch(lease, LEASE, routes.of(channel)).work(list(rows))
    return len(claimed)


def _claim(channel: str, lease: datetime, limit: int) -> list[UUID]:
    """The oldest first. The attempt counts from here, so that a killed worker has used one up."""
    rows = bulk.select(
        "UPDATE campaigns_app_delivery SET state = 'claimed', lease_until = %s, attempts = attempts + 1"
        f" WHERE id IN (SELECT id FROM campaigns_app_delivery WHERE {_DUE} AND channel = %s"
        " ORDER BY intended_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id",
        lease,
        clock.real(),
        channel,
        limit,
    )
    return [row[0] for row in rows]
