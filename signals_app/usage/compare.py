"""What stored events come to and what is kept of them, at one and the same moment, while everybody else goes on.

One statement reads both, so that whatever another transaction counts is in both of them or in neither. The difference
between the two is what was wrong then, and stays wrong by that much however many events are counted after.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from people_app import homes
from signals_app.models.meter import Aggregate, Meter
from signals_app.usage.periods import Facts, bucket, facts_of
from signals_app.usage.tally import Key, Tally, by_event
from upsell_project.lib import bulk

INSTANT = timedelta(microseconds=1)


@dataclass(slots=True)
class Kept:
    """A bucket as it is kept. `version` is another one whenever anybody wrote it."""

    used: Decimal
    at: datetime
    newest: bool
    version: str = ""


@dataclass(slots=True)
class Found:
    """`tally` is what the events come to, but its `values` are by how much each is to change."""

    meters: dict[str, Meter]
    tally: Tally = field(default_factory=Tally)
    kept: dict[Key, Kept] = field(default_factory=dict)
    told: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    """How many values are kept as told apart."""
    facts: dict[int, Facts] = field(default_factory=dict)
    root: dict[int, int] = field(default_factory=dict)
    """The account in which each account ended."""

    def facts_of(self, account: int) -> Facts:
        if account not in self.facts:
            self.facts[account] = facts_of([account])[account]
        return self.facts[account]

    def leave(self, since: datetime) -> None:
        """Buckets of which anything happened before `since` stay as they are: those events are gone."""
        floors: dict[tuple[int, str], date] = {}
        tally = self.tally
        whole: tuple[dict[Key, Any], ...]
        whole = (self.kept, self.told, tally.at, tally.sums, tally.newest, tally.values)
        for part in whole:
            for key in [key for key in part if key.period <= self._floor(key, since, floors)]:
                del part[key]

    def _floor(self, key: Key, since: datetime, floors: dict[tuple[int, str], date]) -> date:
        of = self.root.get(key.account_id, key.account_id), key.resource
        if of not in floors:
            floors[of] = bucket(self.meters[key.resource], since - INSTANT, self.facts_of(of[0]))
        return floors[of]


@transaction.atomic
def look(account_ids: Collection[int], meters: Sequence[Meter]) -> Found:
    """Both sides for these accounts, and for all that were merged with them. Takes no lock."""
    found = Found({meter.resource: meter for meter in meters})
    wanted = by_event(meters)
    plain = [name for name, counting in wanted.items() if not any(map(_reads_properties, counting))]
    names, resources = sorted(wanted), sorted(found.meters)
    rows = bulk.stream(_BOTH, sorted(account_ids), plain, names, plain, names, resources, resources)
    for kind, root, account, name, day, at, text, amount, newest in rows:
        if kind == "e":
            _count(found, wanted, root, name, at, text)
        elif kind == "t":
            found.root[account] = root
            found.kept[Key(account, name, day)] = Kept(amount, at, newest, text)
        else:
            found.root[account] = root
            _take_off(found, Key(account, name, day), text, int(amount))
    return found


def _count(
    found: Found,
    wanted: Mapping[str, Sequence[Meter]],
    account: int,
    name: str,
    at: datetime,
    text: str | None,
) -> None:
    properties: dict[str, Any] = json.loads(text) if text else {}
    facts = found.facts_of(account)
    for meter in wanted[name]:
        found.tally.count(account, facts, meter, at, properties)


def _take_off(found: Found, key: Key, digest: str, seen: int) -> None:
    values = found.tally.values.setdefault(key, {})
    values[digest] = values.get(digest, 0) - seen
    found.told[key] += seen > 0


def _reads_properties(meter: Meter) -> bool:
    return bool(meter.where) or meter.aggregate != Aggregate.COUNT


# `down`: every account that ended in one of the accounts in which these ended, with that one. The planner must go by
# the index for each account (OFFSET 0), whatever it thinks of how many there are.
_BOTH = f"""
WITH RECURSIVE up (id, parent) AS (
    SELECT id, merged_into_id FROM people_app_account WHERE id = ANY(%s)
    UNION SELECT a.id, a.merged_into_id FROM people_app_account a JOIN up ON a.id = up.parent
), down (id, root) AS (
    SELECT id, id FROM up WHERE parent IS NULL
    UNION SELECT a.id, down.root FROM people_app_account a JOIN down ON a.merged_into_id = down.id
), home AS MATERIALIZED (
    SELECT h.person_id, d.root
    FROM ({homes.at_home_sql("ARRAY(SELECT id FROM down)")}) h JOIN down d ON d.id = h.account_id
)
SELECT 'e', d.root, d.id, e.name, NULL::date, e.occurred_at,
    CASE WHEN e.name = ANY(%s) THEN NULL ELSE e.properties::text END, NULL::numeric, NULL::boolean
FROM down d CROSS JOIN LATERAL (SELECT name, occurred_at, properties FROM signals_app_event
    WHERE account_id = d.id AND name = ANY(%s) AND kind = 'track' OFFSET 0) e
UNION ALL
SELECT 'e', h.root, h.root, e.name, NULL, e.occurred_at,
    CASE WHEN e.name = ANY(%s) THEN NULL ELSE e.properties::text END, NULL, NULL
FROM home h CROSS JOIN LATERAL (SELECT name, occurred_at, properties FROM signals_app_event
    WHERE person_id = h.person_id AND account_id IS NULL AND name = ANY(%s) AND kind = 'track' OFFSET 0) e
UNION ALL
SELECT 't', d.root, d.id, t.resource, t.period, t.last_event_at, t.xmin::text, t.used, t.newest
FROM down d CROSS JOIN LATERAL (SELECT resource, period, last_event_at, xmin, used, newest
    FROM signals_app_metertotal WHERE account_id = d.id AND resource = ANY(%s) OFFSET 0) t
UNION ALL
SELECT 'v', d.root, d.id, t.resource, t.period, NULL, t.digest, t.seen, NULL
FROM down d CROSS JOIN LATERAL (SELECT resource, period, digest, seen
    FROM signals_app_metervalue WHERE account_id = d.id AND resource = ANY(%s) OFFSET 0) t
"""
