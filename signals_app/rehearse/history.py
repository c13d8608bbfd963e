"""Read what is stored of some subjects, as far back as a definition looks."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from people_app import homes
from signals_app import knowing
from signals_app.intents import TEXT_EVENTS
from signals_app.knowing import profile
from signals_app.knowing.profile import Profile
from signals_app.models import Signal
from signals_app.models.meter import Meter, Window
from signals_app.rehearse.past import Answered, Found, Kept, Past
from signals_app.subjects import Subject
from signals_app.triggered import KINDS
from upsell_project.lib import baseline, bulk, forecast
from upsell_project.lib.rules import windows
from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Events,
    Fact,
    Member,
    Metered,
    Of,
    Said,
    Score,
    Share,
    Trait,
)
from upsell_project.lib.rules.facts import Sequence as InOrder

MOST_EVENTS = 20_000
"""Of one subject: whoever did more is not replayed, it would take too long."""
DAY = timedelta(days=1)


def load(
    subjects: Sequence[Subject],
    facts: frozenset[Fact],
    first: datetime,
    last: datetime,
    now: datetime,
    as_if: knowing.AsIf | None = None,
) -> list[Past | None]:
    """What is needed to know these facts between the two moments, in the order of `subjects`; None for whoever did too
    much. Of what has no history, as it is `now`. Within a fixed number of statements."""
    profiles = profile.load(subjects, facts, first)
    if as_if:
        profiles.of = [as_if(one) for one in profiles.of]
    meters = profiles.meters
    since = first - reach(facts, meters)
    wanted = _names(facts, meters), since, last
    theirs = _events(_BY_PERSON, {one.person for one in subjects if one.person}, *wanted)
    whole = {one.account for one in subjects if one.account and (one.person is None or _reads_account(facts))}
    there = _events(_BY_ACCOUNT, whole, *wanted)
    static = frozenset(fact for fact in facts if isinstance(fact, Trait | Member | Score | Entitlement))
    present = knowing.load([knowing.Asked(one, static) for one in subjects], now, as_if)
    told = _told({id for its in profiles.of for _, id, *_ in its.signals})
    return [
        _past(one, known, its, meters, theirs.get(one.person or 0, []), there.get(one.account or 0, []), told)
        for one, known, its in zip(subjects, present, profiles.of, strict=True)
    ]


def _past(
    subject: Subject,
    present: knowing.Known,
    its: Profile,
    meters: Mapping[str, Meter],
    theirs: list[Kept],
    there: list[Kept],
    told: Mapping[int, int | None],
) -> Past | None:
    if max(len(theirs), len(there)) > MOST_EVENTS:
        return None
    return Past(
        subject,
        person=theirs,
        account=there,
        found=[Found(at, slug, sure, id, told.get(id)) for slug, id, sure, at in its.signals],
        answers=[Answered(at, offer, answer) for offer, answer, at in its.answers],
        present={fact: (value, present.more.get(fact, {})) for fact, value in present.values.items()},
        profile=its,
        meters=meters,
    )


def _told(signals: Collection[int]) -> dict[int, int | None]:
    """Who was told of each of these signals."""
    if not signals:
        return {}
    return dict(Signal.objects.filter(pk__in=signals).values_list("pk", "person_id"))


def _reads_account(facts: Iterable[Fact]) -> bool:
    """What a whole account did is much: it is read only where it is asked for."""
    return any(
        isinstance(fact, Entitlement | Metered)
        or (isinstance(fact, Events | InOrder | Changed) and fact.of is Of.ACCOUNT)
        for fact in facts
    )


def _names(facts: Iterable[Fact], meters: Mapping[str, Meter]) -> list[str] | None:
    """Of the events to read; None: all, since any may be the one after which somebody is looked at."""
    found: set[str] = set()
    for fact in facts:
        match fact:
            case Events(names=names) | InOrder(names=names) | Changed(names=names) if names:
                found |= set(names)
            case Said():
                found |= TEXT_EVENTS
            case _:
                return None
    return sorted(found)


def reach(facts: Iterable[Fact], meters: Mapping[str, Meter]) -> timedelta:
    """How far before a moment events can matter to the answers at that moment."""
    return max((_reach(fact, meters) for fact in facts), default=timedelta(0))


def _reach(fact: Fact, meters: Mapping[str, Meter]) -> timedelta:
    match fact:
        case Metered(window=window) | Events(window=window) | InOrder(window=window) | Said(window=window):
            return windows.longest(window)
        case Changed():
            return DAY * (baseline.WEEK * (baseline.WEEKS + 1) + 2)
        case Entitlement(resource, share) if resource in meters:
            more = DAY * baseline.WEEK * forecast.WEEKS if share is Share.DAYS_LEFT else timedelta(0)
            return _period(meters[resource]) + more + 2 * DAY
    return timedelta(0)


def _period(meter: Meter) -> timedelta:
    days = {Window.CALENDAR: 31, Window.BILLING: 366, Window.ROLLING: meter.days or 1}
    return DAY * days[Window(meter.window)]


def _events(
    sql: str, of: Collection[int], names: list[str] | None, since: datetime, until: datetime
) -> dict[int, list[Kept]]:
    """By whose they are, in order of time; one more than are allowed shows that there are too many."""
    found: dict[int, list[Kept]] = defaultdict(list)
    which = _WHICH if names is None else f"{_WHICH} AND e.name = ANY(%(names)s)"
    values: dict[str, Any] = {"of": sorted(of), "names": names, "since": since, "until": until}
    rows = bulk.prepared(sql.format(which=which), values | {"most": MOST_EVENTS + 1}) if of else []
    for whose, id, kind, name, at, properties, person in rows:
        found[whose].append(Kept(at, name, json.loads(properties), id, kind, person))
    for those in found.values():
        those.sort(key=lambda one: (one.at, one.name, one.id))
    return found


_WHICH = f"e.kind IN {KINDS} AND e.occurred_at BETWEEN %(since)s AND %(until)s"
_COLUMNS = "e.id, e.kind, e.name, e.occurred_at, e.properties::text, e.person_id"
_BY_PERSON = f"""
SELECT w.id, f.* FROM unnest(%(of)s::bigint[]) AS w(id) CROSS JOIN LATERAL (SELECT {_COLUMNS}
    FROM signals_app_event e WHERE e.person_id = w.id AND {{which}} LIMIT %(most)s) f
"""
# Accounts that were merged into it, too, and what people at home there did without naming any.
_BY_ACCOUNT = f"""
WITH RECURSIVE down (id, root) AS (
    SELECT id, id FROM people_app_account WHERE id = ANY(%(of)s)
    UNION SELECT a.id, down.root FROM people_app_account a JOIN down ON a.merged_into_id = down.id
), home AS MATERIALIZED (
    SELECT DISTINCT d.root, h.person_id
    FROM ({homes.at_home_sql("ARRAY(SELECT id FROM down)")}) h JOIN down d ON d.id = h.account_id
)
SELECT d.root, f.* FROM down d CROSS JOIN LATERAL (SELECT {_COLUMNS}
    FROM signals_app_event e WHERE e.account_id = d.id AND {{which}} LIMIT %(most)s) f
UNION ALL
SELECT h.root, f.* FROM home h CROSS JOIN LATERAL (SELECT {_COLUMNS}
    FROM signals_app_event e WHERE e.person_id = h.person_id AND e.account_id IS NULL AND {{which}} LIMIT %(most)s) f
"""
