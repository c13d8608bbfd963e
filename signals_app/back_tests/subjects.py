"""Whom a back-test looks at: everybody who can have had such a moment, or a random sample of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from people_app import homes
from signals_app.compiled import EVERY, Compiled
from signals_app.intents import TEXT_EVENTS
from signals_app.knowing import limits
from signals_app.models import Meter
from signals_app.rehearse import history
from signals_app.rehearse.past import Past
from signals_app.rehearse.telling import Told
from signals_app.subjects import Subject
from signals_app.triggered import KINDS
from upsell_project.lib import bulk
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Metered,
    Of,
    Said,
    Share,
    Value,
)
from upsell_project.lib.rules.facts import Sequence as InOrder

MOST = 200_000
"""With more, a sample of so many."""
ONE_IN = 64
_GRAIN = 1 << 30


@dataclass(frozen=True, slots=True)
class Who:
    """Those with an event of these names (None: any) between the two moments; all, where `since` is None."""

    of: Of
    names: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


def who(compiled: Compiled, first: datetime, last: datetime) -> Who:
    """A superset of those for whom it can have become true."""
    meters = {meter.resource: meter for meter in Meter.objects.all()}
    facts = _facts(compiled, meters)
    if not compiled.rises:
        return Who(compiled.of, _own_names(compiled, meters), first, last)
    if not _needs_events(compiled, meters, last):
        return Who(compiled.of)
    return Who(compiled.of, _names(facts, meters), first - history.reach(facts, meters), last)


def _facts(compiled: Compiled, meters: dict[str, Meter]) -> frozenset[Fact]:
    return frozenset(fact for part in compiled.parts(meters) for fact in part.asks)


def _own_names(compiled: Compiled, meters: dict[str, Meter]) -> frozenset[str] | None:
    """Of the events after which somebody is looked at."""
    if compiled.names is None:
        return None
    used = {meter.event for meter in meters.values()} if compiled.reads_use else set()
    return compiled.names | used


def _needs_events(compiled: Compiled, meters: dict[str, Meter], now: datetime) -> bool:
    """Whether it is surely false for whoever did nothing."""
    if EVERY in compiled.resources:
        return False
    nobody = Past(Subject(0, 0))
    for part in compiled.parts():
        known = Told(nobody, part.facts).at(now)
        values: dict[Fact, Value] = {**known.values, **_unused(part.facts, meters)}
        for fact in part.facts:
            if isinstance(fact, Found | Answered):
                values.pop(fact, None)
        if part.holds(values, known.at) is not False:
            return False
    return True


def _unused(facts: Iterable[Fact], meters: dict[str, Meter]) -> dict[Fact, Value]:
    return {
        fact: Decimal(0)
        for fact in facts
        if (isinstance(fact, Metered) and fact.resource in meters)
        or (
            isinstance(fact, Entitlement)
            and fact.share in (Share.USED, Share.RATIO)
            and fact.resource in meters
            and fact.resource != limits.SEATS
        )
    }


def _names(facts: Iterable[Fact], meters: dict[str, Meter]) -> frozenset[str] | None:
    found: set[str] = set()
    for fact in facts:
        if isinstance(fact, Events | InOrder | Changed):
            if not fact.names:
                return None
            found |= set(fact.names)
        elif isinstance(fact, Said):
            found |= TEXT_EVENTS
        elif isinstance(fact, Entitlement | Metered) and fact.resource in meters:
            found.add(meters[fact.resource].event)
    return frozenset(found)


def count(who: Who, salt: int) -> tuple[int, float]:
    """How many there are (beyond MOST: about how many), and which share of them to look at."""
    found = int(
        _select(who, "count(*) FROM (SELECT 1 AS id", f"LIMIT {MOST + 1}) x", 0, None, 1.0, salt)[0][0]
    )
    if found <= MOST:
        return found, 1.0
    few = _select(who, "count(*) FROM (SELECT 1 AS id", ") x", 0, None, 1 / ONE_IN, salt + 1)[0][0]
    about = max(int(few) * ONE_IN, MOST + 1)
    return about, MOST / about


def after(who: Who, upto: int, last: int, share: float, salt: int, limit: int) -> list[int]:
    """The next keys of people or accounts, in order."""
    return [id for (id,) in _select(who, "s.id", f"ORDER BY s.id LIMIT {limit}", upto, last, share, salt)]


def last(who: Who) -> int:
    """The highest key there is."""
    table = "person" if who.of is Of.PERSON else "account"
    return int(bulk.select(f"SELECT coalesce(max(id), 0) FROM people_app_{table}")[0][0])


def subjects(who: Who, keys: list[int], now: datetime) -> list[Subject]:
    """People where they are at home now."""
    if who.of is Of.ACCOUNT:
        return [Subject(None, key) for key in keys]
    home = homes.of(keys, now, create=False)
    return [Subject(key, home[key]) for key in keys]


def _select(
    who: Who, head: str, tail: str, upto: int, last: int | None, share: float, salt: int
) -> list[tuple[Any, ...]]:
    table, alive = _TABLES[who.of]
    conditions = [alive, "s.id > %s", "(%s::bigint IS NULL OR s.id <= %s)"]
    values: list[Any] = [upto, last, last]
    if share < 1:
        conditions.append(f"(hashint8extended(s.id, %s) & {_GRAIN - 1}) < %s")
        values += [salt, int(share * _GRAIN)]
    if who.since is not None:
        named = "" if who.names is None else " AND e.name = ANY(%s)"
        which = f"e.occurred_at BETWEEN %s AND %s AND e.kind IN {KINDS}{named}"
        asked = [who.since, who.until, *([] if who.names is None else [sorted(who.names)])]
        conditions.append(f"({' OR '.join(one.format(which=which) for one in _DID[who.of])})")
        values += asked * sum("{which}" in one for one in _DID[who.of])
    return bulk.select(f"SELECT {head} FROM {table} s WHERE {' AND '.join(conditions)} {tail}", *values)


_TABLES = {
    Of.PERSON: ("people_app_person", "s.merged_into_id IS NULL AND s.erased_at IS NULL"),
    Of.ACCOUNT: ("people_app_account", "s.merged_into_id IS NULL"),
}
_DID = {
    Of.PERSON: ["EXISTS (SELECT FROM signals_app_event e WHERE e.person_id = s.id AND {which})"],
    Of.ACCOUNT: [
        "EXISTS (SELECT FROM signals_app_event e WHERE e.account_id = s.id AND {which})",
        "EXISTS (SELECT FROM people_app_membership m JOIN signals_app_event e ON e.person_id = m.person_id"
        " WHERE m.account_id = s.id AND e.account_id IS NULL AND {which})",
        "EXISTS (SELECT FROM signals_app_event e WHERE e.person_id = s.personal_of_id"
        " AND e.account_id IS NULL AND {which})",
        # What was merged into it happened there, too.
        "EXISTS (SELECT FROM people_app_account g WHERE g.merged_into_id = s.id)",
    ],
}
