"""Count anew from the stored events: accounts that are due, and everything for a meter that was made or changed.

Nobody waits while events are read, however many an account has: what they come to is compared with what is kept at that
moment (`compare`), and the difference is put right in short steps (`correct`). Whoever reads facts and meters for
counting holds a lock until what they counted is committed; a recount waits for those who may have read them before they
were changed. So whatever it does not see is counted by what it sees. One recount at a time.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from signals_app.models.meter import Meter
from signals_app.usage import correct, due
from signals_app.usage.compare import look
from signals_app.usage.past import Redefined
from upsell_project.lib import bulk, clock, queue

SECONDS_A_JOB = 5.0
SECONDS_A_STEP = 2.0
ACCOUNTS = 50
"""At most in one step. Fewer where they have many events: see `Pace`."""


@dataclass(slots=True)
class Pace:
    """How many accounts a step takes, so that it takes some seconds at most, though it must take one."""

    accounts: int = 4

    def now(self) -> int:
        return min(self.accounts, ACCOUNTS)

    def took(self, seconds: float) -> None:
        if seconds > SECONDS_A_STEP:
            self.accounts = max(1, self.accounts // 2)
        elif seconds < SECONDS_A_STEP / 4:
            self.accounts = min(ACCOUNTS, self.accounts * 2)


_pace = Pace()


def run() -> None:
    """The job: work until nothing is due, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while step():
        if time.monotonic() > until:
            queue.nudge_now("recounts")
            return


def step() -> bool:
    """Count some accounts anew; whether there was anything to do, and nobody else at it."""
    if not due.waiting():
        return False
    began = time.monotonic()
    try:
        with _one_at_a_time() as mine:
            return mine and (_accounts() or _pass())
    finally:
        _pace.took(time.monotonic() - began)


def _accounts() -> bool:
    rows = bulk.select(_DUE, _pace.now())
    wanted: dict[int, set[str]] = {}
    for _, account, resource in rows:
        wanted.setdefault(account, set()).add(resource)
    if not wanted:
        return False
    due.wait_for_counters()
    meters = list(Meter.objects.order_by("pk"))
    whole = {account for account, resources in wanted.items() if "" in resources}
    again(whole, meters)
    for meter in meters:
        again({x for x, names in wanted.items() if x not in whole and meter.resource in names}, [meter])
    bulk.run("DELETE FROM signals_app_recountdue WHERE id = ANY(%s)", [row for row, *_ in rows])
    return True


def again(account_ids: Collection[int], meters: Sequence[Meter]) -> None:
    """Put the totals of these accounts right; buckets of which events were dropped for their age stay as they are."""
    if account_ids and meters:
        found = look(account_ids, meters)
        # Asked for afterwards: whatever was gone when the events were read is known to be.
        if since := due.dropped_before():
            found.leave(since)
        correct.bring(found)


def _pass() -> bool:
    """Some accounts further with the first meter that is not counted as it is defined."""
    found = bulk.select(f"{due.PASSES} ORDER BY m.id LIMIT 1")
    meter = Meter.objects.filter(pk=found[0][0]).first() if found else None
    if meter is None:
        return bool(found)
    _, definition, counting_as, was, upto, last = found[0]
    if counting_as != definition:
        upto, last = 0, _begin(meter, definition)
    due.wait_for_counters()
    rows = bulk.select(_NEXT_ACCOUNTS, upto, last, _pace.now())
    ids = {account for (account,) in rows}
    if was == definition:
        again(ids, [meter])
    else:
        _redefined(ids, meter, was)
    upto = rows[-1][0] if rows else last
    # Not if the meter was changed meanwhile: that takes back what was noted.
    bulk.run(_NOTE, definition if upto >= last else "", upto, clock.now(), meter.pk, definition)
    return True


def _begin(meter: Meter, definition: str) -> int:
    """The id of the last account there is: those that come after it are counted by this definition alone."""
    last = int(bulk.select("SELECT coalesce(max(id), 0) FROM people_app_account")[0][0])
    bulk.select(_BEGIN, meter.pk, definition, last, clock.now())
    return last


def _redefined(account_ids: Collection[int], meter: Meter, was: str) -> None:
    if account_ids:
        found = look(account_ids, [meter])
        before = due.dropped_before()
        correct.bring(found, Redefined(was, before, clock.now()) if before else None)


@contextmanager
def _one_at_a_time() -> Iterator[bool]:
    """Of two that correct the same, both would add what was missing."""
    mine = bool(bulk.select(f"SELECT pg_try_advisory_lock({_LOCK})")[0][0])
    try:
        yield mine
    finally:
        if mine:
            bulk.select(f"SELECT pg_advisory_unlock({_LOCK})")


_LOCK = "hashtext('signals_app.recount')"
# All that was asked for these accounts and can be seen is answered by one count.
_DUE = """
SELECT id, account_id, resource FROM signals_app_recountdue WHERE account_id IN
    (SELECT account_id FROM signals_app_recountdue ORDER BY id LIMIT %s)
"""
_NEXT_ACCOUNTS = "SELECT id FROM people_app_account WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"
_BEGIN = """
INSERT INTO signals_app_recount (meter_id, counted_as, counting_as, was, upto, last, changed_at)
VALUES (%s, '', %s, '', 0, %s, %s) ON CONFLICT (meter_id) DO UPDATE SET
    counted_as = '', counting_as = excluded.counting_as, upto = 0, last = excluded.last,
    changed_at = excluded.changed_at
RETURNING 1
"""
_NOTE = """
UPDATE signals_app_recount SET counted_as = %s, upto = %s, changed_at = %s WHERE meter_id = %s AND counting_as = %s
"""
