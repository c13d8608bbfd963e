"""What is to be counted anew, and the lock under which that is safe."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from upsell_project.lib import bulk, clock, queue

LOCK = "signals_app.usage"


def share() -> None:
    """No recount until this transaction ends."""
    bulk.select("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", LOCK)


def alone() -> None:
    """Wait for all who count, and keep them waiting until this transaction ends: make it short."""
    bulk.select("SELECT pg_advisory_xact_lock(hashtext(%s))", LOCK)


@transaction.atomic
def wait_for_counters() -> None:
    """Whoever counts from here on reads facts and meters that are at least as new as what this caller has read."""
    alone()


def ask(account_ids: Collection[int], resource: str = "") -> None:
    """Have these accounts counted anew: their time zone or billing period changed, say.

    Ask in the transaction that changes what they are counted by.
    """
    if not account_ids:
        return
    # Never "unless it is asked already": a count that began meanwhile does not see what this transaction changes.
    bulk.execute(
        "INSERT INTO signals_app_recountdue (account_id, resource, asked_at)"
        " SELECT account, resource, at FROM json_to_recordset(%s)"
        " AS r(account bigint, resource text, at timestamptz)",
        [{"account": account, "resource": resource, "at": clock.now()} for account in sorted(account_ids)],
    )
    queue.nudge("recounts")


def waiting() -> bool:
    """Whether something is to be counted anew."""
    sql = f"SELECT EXISTS ({PASSES}) OR EXISTS (SELECT 1 FROM signals_app_recountdue)"
    return bool(bulk.select(sql)[0][0])


def unsettled(account_id: int) -> bool:
    """Whether the totals of this account may be waiting for a count."""
    sql = f"SELECT EXISTS ({PASSES}) OR EXISTS (SELECT 1 FROM signals_app_recountdue WHERE account_id = %s)"
    return bool(bulk.select(sql, account_id)[0][0])


@transaction.atomic
def dropped(before: datetime) -> None:
    """Events before this moment go for their age: a recount leaves alone what they came to. Tell it before they go."""
    bulk.run(
        "INSERT INTO signals_app_dropped AS d (id, before) VALUES (1, %s)"
        " ON CONFLICT (id) DO UPDATE SET before = greatest(d.before, excluded.before)",
        before,
    )


def dropped_before() -> datetime | None:
    """Of what happened before this moment, events may be gone."""
    rows = bulk.select("SELECT before FROM signals_app_dropped WHERE id = 1")
    return rows[0][0] if rows else None


DEFINITION = (
    'concat_ws(chr(31), m.resource, m.event, m."where"::text, m.aggregate, m.property, m."window",'
    " coalesce(m.days, 0))"
)
"""What a meter counts, as one text: when it differs from what was counted, all is counted anew."""
PASSES = (
    f"SELECT m.id, {DEFINITION}, r.counting_as, r.was, r.upto, r.last FROM signals_app_meter m"
    f" LEFT JOIN signals_app_recount r ON r.meter_id = m.id WHERE r.counted_as IS DISTINCT FROM {DEFINITION}"
)
