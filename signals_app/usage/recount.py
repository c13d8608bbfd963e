"""Count anew from the stored events: accounts that are due, and everything for a meter that was made or changed.

A recount holds the lock of `due` alone, for one account at a time or some small ones: it reads what everybody else has
committed, and nobody adds meanwhile. Whoever adds afterwards reads facts and meters as they are then.
"""

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from people_app import homes
from signals_app.models.meter import Aggregate, Meter
from signals_app.usage import due
from signals_app.usage.counting import write
from signals_app.usage.periods import NOTHING_KNOWN, bucket, facts_of
from signals_app.usage.tally import Tally, by_event
from upsell_project.lib import bulk, clock, queue

SECONDS_A_JOB = 5.0
SECONDS_ALONE = 0.2
ACCOUNTS = 50


def run() -> None:
    """The job: work until nothing is due, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while step():
        if time.monotonic() > until:
            queue.nudge_now("recounts")
            return


@transaction.atomic
def step() -> bool:
    """Count some accounts anew; whether there was anything to do."""
    if not due.waiting():
        return False
    due.alone()
    return _accounts() or _pass()


def _accounts() -> bool:
    rows = bulk.select(_TAKE_DUE, ACCOUNTS)
    wanted: dict[int, set[str]] = {}
    for account, resource in rows:
        wanted.setdefault(account, set()).add(resource)
    if not wanted:
        return False
    known = list(Meter.objects.order_by("pk"))
    whole = {account for account, resources in wanted.items() if "" in resources}
    since = _dropped_before()
    again(whole, known, since)
    for meter in known:
        again(
            {x for x, names in wanted.items() if x not in whole and meter.resource in names}, [meter], since
        )
    return True


def _pass() -> bool:
    """Some accounts further with the first meter that is not counted as it is defined."""
    # The meter stays as it is while this counts: a change waits, and then takes back what is noted here.
    found = bulk.select(f"{due.PASSES} ORDER BY m.id LIMIT 1 FOR SHARE OF m")
    if not found:
        return False
    meter_id, definition, counting_as, upto, last = found[0]
    meter = Meter.objects.get(pk=meter_id)
    if counting_as != definition:
        upto, last = 0, _begin(meter, definition)
    until = time.monotonic() + SECONDS_ALONE
    while upto < last:
        rows = bulk.select(_NEXT_ACCOUNTS, upto, last, ACCOUNTS)
        again({account for (account,) in rows}, [meter], None)
        upto = rows[-1][0] if rows else last
        if time.monotonic() > until:
            break
    done = definition if upto >= last else ""
    bulk.select(_NOTE, done, upto, clock.now(), meter_id)
    return True


def _begin(meter: Meter, definition: str) -> int:
    """What was counted by another definition goes; the id of the last account there is."""
    for table in ("metertotal", "metervalue"):
        bulk.select(f"DELETE FROM signals_app_{table} WHERE resource = %s RETURNING NULL", meter.resource)
    last = int(bulk.select("SELECT coalesce(max(id), 0) FROM people_app_account")[0][0])
    bulk.select(_BEGIN, meter.pk, definition, last, clock.now())
    return last


def again(account_ids: Collection[int], meters: Sequence[Meter], since: datetime | None) -> None:
    """Replace the totals of these accounts and meters by what the stored events come to; under the lock only.

    What was merged into another account counts there. Buckets that began before `since` stay as they are.
    """
    if not account_ids or not meters:
        return
    family = dict(bulk.select(_FAMILY, sorted(account_ids)))
    roots = set(family.values())
    known = facts_of(roots)
    floors = {
        (account, meter.resource): bucket(meter, since, known.get(account, NOTHING_KNOWN))
        for account in roots
        for meter in meters
        if since is not None
    }
    tally = Tally()
    wanted = by_event(meters)
    for account, name, at, properties in _events(family, wanted):
        for meter in wanted[name]:
            facts = known.get(account, NOTHING_KNOWN)
            if not floors or bucket(meter, at, facts) > floors[account, meter.resource]:
                tally.count(account, facts, meter, at, properties)
    _clear(family, meters, floors)
    write(tally)


def _events(
    family: Mapping[int, int], wanted: Mapping[str, Sequence[Meter]]
) -> Iterator[tuple[int, str, datetime, dict[str, Any]]]:
    """(account, name, time, properties) of what named these accounts, and of what people at home there did."""
    at_home = _at_home(family)
    plain = [name for name, meters in wanted.items() if not any(map(_reads_properties, meters))]
    for sql, owners in ((_OWN, family), (_AT_HOME, at_home)):
        if owners:
            for owner, name, at, properties in bulk.stream(sql, plain, sorted(owners), sorted(wanted)):
                yield owners[owner], name, at, json.loads(properties) if properties else {}


def _at_home(family: Mapping[int, int]) -> dict[int, int]:
    people = {person for (person,) in bulk.select(_PERHAPS_AT_HOME, [*family], [*family])}
    found = homes.of(people, clock.now())
    return {person: family[home] for person, home in found.items() if home and home in family}


def _reads_properties(meter: Meter) -> bool:
    return bool(meter.where) or meter.aggregate != Aggregate.COUNT


def _clear(
    family: Mapping[int, int], meters: Sequence[Meter], floors: Mapping[tuple[int, str], date]
) -> None:
    records = [
        {
            "account": account,
            "resource": meter.resource,
            "floor": floors.get((root, meter.resource)),
        }
        for account, root in sorted(family.items())
        for meter in meters
    ]
    for table in ("metertotal", "metervalue"):
        bulk.execute(
            f"DELETE FROM signals_app_{table} t USING json_to_recordset(%s)"
            " AS r(account bigint, resource text, floor date)"
            " WHERE t.account_id = r.account AND t.resource = r.resource"
            " AND (r.floor IS NULL OR t.period > r.floor)",
            records,
        )


def _dropped_before() -> datetime | None:
    rows = bulk.select("SELECT before FROM signals_app_dropped WHERE id = 1")
    return rows[0][0] if rows else None


# All that was asked for these accounts and can be seen is answered by one count.
_TAKE_DUE = """
DELETE FROM signals_app_recountdue WHERE account_id IN
    (SELECT account_id FROM signals_app_recountdue ORDER BY id LIMIT %s)
RETURNING account_id, resource
"""
_NEXT_ACCOUNTS = "SELECT id FROM people_app_account WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"
_BEGIN = """
INSERT INTO signals_app_recount (meter_id, counted_as, counting_as, upto, last, changed_at)
VALUES (%s, '', %s, 0, %s, %s) ON CONFLICT (meter_id) DO UPDATE SET
    counted_as = '', counting_as = excluded.counting_as, upto = 0, last = excluded.last,
    changed_at = excluded.changed_at
RETURNING 1
"""
_NOTE = "UPDATE signals_app_recount SET counted_as = %s, upto = %s, changed_at = %s WHERE meter_id = %s RETURNING 1"
# Every account that ended in one of the accounts in which these ended, with that one.
_FAMILY = """
WITH RECURSIVE up (id, parent) AS (
    SELECT id, merged_into_id FROM people_app_account WHERE id = ANY(%s)
    UNION SELECT a.id, a.merged_into_id FROM people_app_account a JOIN up ON a.id = up.parent
), down (id, root) AS (
    SELECT id, id FROM up WHERE parent IS NULL
    UNION SELECT a.id, down.root FROM people_app_account a JOIN down ON a.merged_into_id = down.id
) SELECT id, root FROM down
"""
_PERHAPS_AT_HOME = """
SELECT person_id FROM people_app_membership WHERE account_id = ANY(%s)
UNION SELECT personal_of_id FROM people_app_account WHERE id = ANY(%s) AND personal_of_id IS NOT NULL
"""
_OWN = """
SELECT account_id, name, occurred_at, CASE WHEN name = ANY(%s) THEN NULL ELSE properties END
FROM signals_app_event WHERE account_id = ANY(%s) AND name = ANY(%s) AND kind = 'track'
"""
_AT_HOME = """
SELECT person_id, name, occurred_at, CASE WHEN name = ANY(%s) THEN NULL ELSE properties END
FROM signals_app_event WHERE person_id = ANY(%s) AND name = ANY(%s) AND kind = 'track' AND account_id IS NULL
"""
