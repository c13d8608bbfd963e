"""Whom to judge for a definition because time has passed: one statement, whose ids are read some at a time.

It leaves nobody out for whom time alone has made a part of it true since it was looked at, or whose wait or rest has
ended; at the first look, for whom it holds at all. Whom it finds besides is judged in vain. People of whom no user id
is known are not looked for: nobody could tell them.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from signals_app.compiled import EVERY, Compiled, Part, is_of_account
from signals_app.models import Meter
from signals_app.sweeping import states
from signals_app.sweeping.asking import FALSE, TRUE, Asking, all_of
from signals_app.sweeping.possible import possible
from signals_app.sweeping.turned import by_days_only, by_utc, turned
from signals_app.sweeping.zones import same_day
from upsell_project.lib import bulk
from upsell_project.lib.rules import timing
from upsell_project.lib.rules.facts import (
    Found,
    Metered,
    Of,
    Op,
    Season,
)
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

CHUNK = 1_000
_WORK_MEMORY = "64MB"
_CURSOR = "swept"


def ids(
    compiled: Compiled, since: datetime | None, now: datetime, first: int = 0, chunk: int = CHUNK
) -> Generator[list[int], None, None]:
    """Keys of people or accounts from `first` on, in order, so many at a time.

    They are looked up once and kept by PostgreSQL, so that each chunk can be a transaction of its own. `since` is when
    time was looked at last; None is never.
    """
    asked = statement(compiled, since, now)
    if asked is None:
        return
    sql, parameters = asked
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{_WORK_MEMORY}'")
        cursor.execute("SET LOCAL jit TO off")
        # All rows are wanted, not the first ones soon.
        cursor.execute("SET LOCAL cursor_tuple_fraction TO 1")
        keep = f"DECLARE {_CURSOR} NO SCROLL CURSOR WITH HOLD FOR {sql}"
        cursor.execute(keep, parameters | {"first": first})
    try:
        while rows := bulk.select(f"FETCH {chunk} FROM {_CURSOR}"):
            yield [id for (id,) in rows]
    finally:
        bulk.run(f"CLOSE {_CURSOR}")


def statement(compiled: Compiled, since: datetime | None, now: datetime) -> tuple[str, dict[str, Any]] | None:
    """The statement and its parameters, but for `first`. None: there is nobody."""
    if since is not None and not compiled.timed:
        return None
    parts = compiled.parts(_resources(compiled))
    asking = Asking(
        compiled.of, now, since, reads_account=_reads_account(compiled, parts), meters=_meters(parts)
    )
    queries = _queries(compiled, parts, asking)
    if not queries:
        return None
    sets = f"WITH RECURSIVE {', '.join(asking.sets.values())}" if asking.sets else ""
    union = " UNION ALL ".join(queries)
    sql = (
        f"{sets} SELECT DISTINCT found.id FROM ({union}) found WHERE found.id >= %(first)s ORDER BY found.id"
    )
    return sql, asking.parameters


def _queries(compiled: Compiled, parts: list[Part], asking: Asking) -> list[str]:
    found: list[str] = []
    rising = [part for part in parts if asking.since is None or timing.rises(part.rule)]
    for part in rising:
        found += _risen(compiled, part, asking)
    for part in parts:
        if (
            part.rearm
            and part.rearmed_by_time
            and not any(isinstance(fact, Season) for fact in part.begins_anew)
        ):
            found += _rearmed(compiled, part, part.rearm, asking)
    # Where a rule arms it, what holds by an event that came while it cooled is found as well.
    resting = [part for part in parts if part in rising or part.rearm]
    if resting and (rested := states.rested(compiled, resting[0], asking)):
        found.append(rested)
    if compiled.definition.hold_hours:
        found.append(states.waiting(compiled, asking))
    return found


def _risen(compiled: Compiled, part: Part, asking: Asking) -> list[str]:
    """For whom the part may hold now and did not before, and who are armed."""
    asking.joins = []
    only_days = asking.since is not None and by_days_only(part.rule) and not by_utc(part.rule)
    asking.still = same_day(asking.since, asking.now) if only_days and asking.since else None
    resting = states.resting(compiled, part, asking)
    armed = f"NOT {resting}" if resting != FALSE else TRUE
    found = _subjects(part.rule, armed, "", asking)
    asking.still = None
    return found


def _rearmed(compiled: Compiled, part: Part, rearm: Rule, asking: Asking) -> list[str]:
    """Whoever was found and may be armed by now, each time: few, since whoever is is not found any more."""
    asking.joins = []
    return _subjects(rearm, TRUE, states.found(compiled, part, asking), asking, turn=TRUE)


def _subjects(rule: Rule, also: str, join: str, asking: Asking, turn: str = "") -> list[str]:
    """For whom it can hold now and did not before. Events are looked up last, only of those for whom all else is so,
    and in the order of the index."""
    asking.looks_up = False
    turn = turn or turned(rule, asking)
    rest = possible(rule, asking)
    first = all_of(rest, turn, also)
    asking.looks_up = True
    asking.everybody = rest == TRUE and not join and _most_days(asking)
    last = possible(rule, asking)
    if FALSE in (first, last):
        return []
    frame = _PLAIN if last == rest else _LOOKED_UP
    joins = " ".join([join, *asking.joins])
    return [
        frame.format(id=asking.subject, source=source.format(joins=joins), first=first, last=last)
        for source in _sources(rule, asking, few=bool(join))
    ]


def _most_days(asking: Asking) -> bool:
    """Whether it was night meanwhile in most of the world."""
    return asking.since is None or asking.now - asking.since >= timedelta(hours=12)


def _sources(rule: Rule, asking: Asking, *, few: bool) -> list[str]:
    if asking.of is Of.ACCOUNT:
        return [_ACCOUNTS]
    if not asking.reads_account:
        return [_PEOPLE]
    several = _OF_SEVERAL_FEW if few else _OF_SEVERAL
    return [_MEMBERS, _OTHERS, several] if _without_account(rule, True) else [_MEMBERS, _OF_THEIR_OWN]


def _resources(compiled: Compiled) -> list[str]:
    if EVERY not in compiled.resources:
        return []
    return [resource for (resource,) in bulk.select(_RESOURCES)]


def _reads_account(compiled: Compiled, parts: list[Part]) -> bool:
    return any(is_of_account(fact) for part in parts for fact in part.facts)


def _meters(parts: list[Part]) -> dict[str, str]:
    asked = any(isinstance(fact, Metered) for part in parts for fact in part.facts)
    return dict(Meter.objects.values_list("resource", "event")) if asked else {}


def _without_account(rule: Rule, wanted: bool) -> bool:
    """Whether it can be so for somebody who has no account: then nothing is known of it."""
    match rule:
        case Test(fact, op):
            if not is_of_account(fact) or isinstance(fact, Found):
                return True
            return op in (Op.KNOWN, Op.UNKNOWN) and (op is Op.UNKNOWN) is wanted
        case Not(inner):
            return _without_account(inner, not wanted)
        case AllOf(rules):
            return (all if wanted else any)(_without_account(one, wanted) for one in rules)
        case AnyOf(rules):
            return (any if wanted else all)(_without_account(one, wanted) for one in rules)
        case Weighed(rules):
            return any(_without_account(one, wanted) for _, one in rules)


_RESOURCES = "SELECT DISTINCT resource FROM people_app_entitlement WHERE cap > 0 ORDER BY 1"
_KNOWN = "p.user_id IS NOT NULL AND p.merged_into_id IS NULL AND p.erased_at IS NULL"
_PLAIN = "SELECT {id} FROM {source} AND {first}"
# The limit that is none keeps what is dear from being asked before all else is known.
_LOOKED_UP = """
SELECT q.id FROM (SELECT {id} AS id, {last} AS holds FROM {source} AND {first} ORDER BY {id} LIMIT 1000000000) q
WHERE q.holds
"""
_ACCOUNTS = "people_app_account a {joins} WHERE a.merged_into_id IS NULL"
_PEOPLE = f"people_app_person p {{joins}} WHERE {_KNOWN}"
_MEMBERS = f"""
people_app_membership m JOIN people_app_person p ON p.id = m.person_id
JOIN people_app_account a ON a.id = m.account_id {{joins}} WHERE {_KNOWN}
"""
_OTHERS = f"""
people_app_person p LEFT JOIN people_app_account o ON o.personal_of_id = p.id
LEFT JOIN people_app_account a ON a.id = coalesce(o.merged_into_id, o.id) {{joins}}
WHERE {_KNOWN} AND NOT EXISTS (SELECT FROM people_app_membership m WHERE m.person_id = p.id)
"""
_OF_THEIR_OWN = f"""
people_app_account o JOIN people_app_person p ON p.id = o.personal_of_id
JOIN people_app_account a ON a.id = coalesce(o.merged_into_id, o.id) {{joins}}
WHERE o.personal_of_id IS NOT NULL AND {_KNOWN}
    AND NOT EXISTS (SELECT FROM people_app_membership m WHERE m.person_id = p.id)
"""
# Of several accounts none is theirs.
_OF_SEVERAL = f"""
(SELECT m.person_id FROM people_app_membership m GROUP BY 1 HAVING count(*) > 1) m
JOIN people_app_person p ON p.id = m.person_id LEFT JOIN people_app_account a ON false {{joins}} WHERE {_KNOWN}
"""
_OF_SEVERAL_FEW = f"""
people_app_person p LEFT JOIN people_app_account a ON false {{joins}} WHERE {_KNOWN}
    AND (SELECT count(*) FROM people_app_membership m WHERE m.person_id = p.id) > 1
"""
