"""What a definition found for somebody is found again only once it is armed again: of workers that see the same moment
exactly one finds it.

With a rule of its own (hysteresis: fires at 80 %, armed again below 70 %) it is armed when that rule holds, and found
again once its cooldown is over, too; without one when its rest is over. What must hold for some time before it counts
begins to wait here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from signals_app.compiled import Compiled, Part
from signals_app.models import SignalDefinition
from signals_app.subjects import Subject
from upsell_project.lib import bulk
from upsell_project.lib.rules.judging import Verdict

Whose = tuple[int, int | None, int | None]
"""Definition, person, account: of one of the two."""
_INSTANT = timedelta(microseconds=1)


@dataclass(slots=True)
class State:
    id: int
    part: str
    period: date
    holds_since: datetime
    fired_at: datetime | None
    armed: bool = False
    """Its rule armed it again, while it still rests."""


@dataclass(slots=True)
class Moment:
    """A part of a definition as it was judged for somebody."""

    compiled: Compiled
    subject: Subject
    part: Part
    period: date
    verdict: Verdict
    rearmed: Verdict
    state: State | None = None


States = dict[Whose, list[State]]
Resting = Mapping[int, Collection[int | tuple[int, int]]]
"""Of each definition's key, the people or the accounts of whom it rests; both where it is `by_account`."""


def whose(compiled: Compiled, subject: Subject) -> Whose:
    return compiled.definition.pk, *compiled.whose(subject)


def states(keys: Collection[Whose]) -> States:
    """What is kept of these. What was kept of a person while they had no account but their own, or before a definition
    read something of the account, counts in each of them."""
    people = {(definition, person) for definition, person, _ in keys if person}
    accounts = {(definition, account) for definition, person, account in keys if account and not person}
    found: States = defaultdict(list)
    rows = bulk.prepared(_STATES, [*_columns(people), *_columns(accounts)]) if people or accounts else ()
    for definition, person, account, *row in rows:
        found[definition, person, account].append(State(*row))
    for key in set(keys) if found else ():
        earlier = (*key[:2], None)
        if None not in key and earlier in found:
            found[key] += found[earlier]
    return found


def _columns(pairs: Collection[tuple[int, int]]) -> tuple[str, str]:
    return bulk.array(one for one, _ in pairs), bulk.array(other for _, other in pairs)


def rests(compiled: Compiled, known: Sequence[State], now: datetime) -> bool:
    """Whether it need not be asked at all: it was found, and neither a rule nor time has armed it again."""
    if not known or compiled.resources or compiled.part().rearm:
        return False
    return any(state.fired_at and state.fired_at > rest_over(compiled.definition, now) for state in known)


def resting(
    live: Iterable[Compiled], people: Collection[int], accounts: Collection[int], now: datetime
) -> Resting:
    """Of each definition's key, of whom it need not be asked at all; see `rests`."""
    able = {one.definition.pk: one for one in live if not one.resources and not one.part().rearm}
    over = {key: rest_over(one.definition, now) for key, one in able.items()}
    if not over or not (people or accounts):
        return {}
    whose = [bulk.array(sorted(people)), bulk.array(sorted(accounts))]
    found: dict[int, set[int | tuple[int, int]]] = defaultdict(set)
    for definition, account, those in bulk.prepared(_RESTING, [[*over], [*over.values()], *whose]):
        if not able[definition].by_account:
            found[definition].update(those if account is None else ())
        elif account:
            found[definition].update((one, account) for one in those)
    return found


def rest_over(definition: SignalDefinition, now: datetime) -> datetime:
    """What was found then, or before, may be found again; never at one moment twice."""
    return now - max(definition.rest, _INSTANT)


def settle(moments: Sequence[Moment], now: datetime) -> dict[int, int]:
    """Keep what was judged: what begins or ceases to hold, what is armed again. Answers with those that fire: the
    place in `moments`, and the number of this firing."""
    gone = [one.state.id for one in moments if one.state and is_over(one, one.state, now)]
    if gone:
        bulk.run("DELETE FROM signals_app_detectorstate WHERE id = ANY(%s)", bulk.array(sorted(gone)))
    ended = set(gone)
    if early := [one.state.id for one in moments if one.state and armed_early(one, one.state, now)]:
        bulk.run(
            "UPDATE signals_app_detectorstate SET armed = true WHERE id = ANY(%s)", bulk.array(sorted(early))
        )
    begins = [
        (place, one)
        for place, one in enumerate(moments)
        if one.verdict and (one.state is None or one.state.id in ended)
    ]
    fired = _begin(begins, now)
    return fired | _held(moments, ended, now)


def is_over(one: Moment, state: State, now: datetime) -> bool:
    if state.fired_at is None:
        return one.verdict is not True
    if one.part.rearm:
        return (state.armed or _arms(one)) and state.fired_at <= cooled(one.compiled.definition, now)
    return one.verdict is True and state.fired_at <= rest_over(one.compiled.definition, now)


def armed_early(one: Moment, state: State, now: datetime) -> bool:
    """Whether its rule arms it while it still rests."""
    return bool(state.fired_at) and not state.armed and _arms(one) and not is_over(one, state, now)


def cooled(definition: SignalDefinition, now: datetime) -> datetime:
    """What was found then, or before, may be found again once a rule armed it."""
    return now - definition.cooldown


def _arms(one: Moment) -> bool:
    """Where both hold at once it would be found again with everything that comes."""
    return one.rearmed is True and one.verdict is not True


def _begin(begins: Sequence[tuple[int, Moment]], now: datetime) -> dict[int, int]:
    """Those that need not hold first fire with it."""
    records = [
        {
            **_key(one),
            "since": now,
            "fired": None if one.compiled.definition.hold_hours else now,
        }
        for _, one in begins
    ]
    records.sort(
        key=lambda r: (r["definition"], r["person"] or 0, r["account"] or 0, r["part"], str(r["period"]))
    )
    new = {tuple(row[2:]): row[0] for row in bulk.execute(_BEGIN, records) if row[1]}
    # Of a person who did something in two of their accounts at once it is one moment.
    keys = ((place, tuple(_key(one).values())) for place, one in begins)
    return {place: number for place, key in keys if (number := new.pop(key, None))}


def _held(moments: Sequence[Moment], ended: set[int], now: datetime) -> dict[int, int]:
    """Those that have held for long enough by now."""
    long_enough = {
        one.state.id: place
        for place, one in enumerate(moments)
        if one.verdict and one.state and one.state.id not in ended and has_held(one, one.state, now)
    }
    rows = bulk.select(_FIRE, now, bulk.array(sorted(long_enough))) if long_enough else []
    return {long_enough[id]: id for (id,) in rows}


def has_held(one: Moment, state: State, now: datetime) -> bool:
    return state.fired_at is None and state.holds_since + one.compiled.definition.hold <= now


def _key(one: Moment) -> dict[str, object]:
    definition, person, account = whose(one.compiled, one.subject)
    return {
        "definition": definition,
        "person": person,
        "account": account,
        "part": one.part.name,
        "period": one.period,
    }


_STATES = """
SELECT s.definition_id, s.person_id, CASE WHEN o.id IS NULL THEN s.account_id END,
    s.id, s.part, s.period, s.holds_since, s.fired_at, s.armed
    FROM unnest(%s::bigint[], %s::bigint[]) AS r(definition, person) JOIN signals_app_detectorstate s
    ON s.definition_id = r.definition AND s.person_id = r.person
    LEFT JOIN people_app_account o ON o.id = s.account_id AND o.personal_of_id = s.person_id
UNION ALL
SELECT s.definition_id, s.person_id, s.account_id, s.id, s.part, s.period, s.holds_since, s.fired_at, s.armed
    FROM unnest(%s::bigint[], %s::bigint[]) AS r(definition, account) JOIN signals_app_detectorstate s
    ON s.definition_id = r.definition AND s.person_id IS NULL AND s.account_id = r.account
"""
_RESTING = """
SELECT s.definition_id, s.account, array_agg(s.whose)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS d(id, since) JOIN (
    SELECT definition_id, person_id AS whose, account_id AS account, fired_at
        FROM signals_app_detectorstate WHERE person_id = ANY(%s)
    UNION ALL
    SELECT definition_id, account_id, NULL, fired_at
        FROM signals_app_detectorstate WHERE account_id = ANY(%s) AND person_id IS NULL
) s ON s.definition_id = d.id AND s.fired_at > d.since GROUP BY 1, 2
"""
_BEGIN = """
INSERT INTO signals_app_detectorstate
    (definition_id, person_id, account_id, part, period, holds_since, fired_at, armed)
SELECT definition, person, account, part, period, since, fired, false FROM json_to_recordset(%s) AS r(definition bigint,
    person bigint, account bigint, part text, period date, since timestamptz, fired timestamptz)
ON CONFLICT DO NOTHING
RETURNING id, fired_at IS NOT NULL, definition_id, person_id, account_id, part, period
"""
_FIRE = (
    "UPDATE signals_app_detectorstate SET fired_at = %s WHERE id = ANY(%s) AND fired_at IS NULL RETURNING id"
)
