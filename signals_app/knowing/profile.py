"""What is stored of the subjects themselves, in one statement: of each part only what is asked for."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from signals_app.columns import TYPES
from signals_app.knowing.where_path import storable
from signals_app.models.meter import Meter, Window
from signals_app.subjects import Subject
from signals_app.usage import periods
from upsell_project.lib import bulk
from upsell_project.lib.rules import windows
from upsell_project.lib.rules.facts import (
    Answered,
    Entitlement,
    Fact,
    Found,
    Member,
    Metered,
    Of,
    Said,
    Score,
    Season,
    Share,
    Trait,
    Unit,
)
from upsell_project.lib.rules.measuring import Seen

ACCOUNT_COLUMNS, PERSON_COLUMNS = frozenset(TYPES[Of.ACCOUNT]), frozenset(TYPES[Of.PERSON])
_NEEDED: tuple[tuple[type, Of, set[str]], ...] = (
    (Entitlement, Of.ACCOUNT, {"seats_used"}),
    (Said, Of.PERSON, {"locale"}),
    (Season, Of.ACCOUNT, {"industry", "country", "fiscal_year_end"}),
)
"""What facts of other sorts look at."""
# Made once: `json.loads` makes a decoder for each call that says how to read numbers.
_exactly = json.JSONDecoder(parse_float=Decimal).decode
_BILLING = Meter(window=Window.BILLING)


@dataclass(slots=True)
class Profile:
    """`account` and `person` hold columns and traits as they are stored, None where there is no such row. `caps` by
    resource, None is unlimited; `signals` are (slug, id, confidence, detected_at), `answers` (offer, answer, at)."""

    here: Seen
    """From where the person is, else the account."""
    there: Seen
    """From where the account is."""
    calendar: periods.Facts
    account: dict[str, Any] | None = None
    person: dict[str, Any] | None = None
    caps: dict[str, Decimal | None] = field(default_factory=dict)
    segments: list[str] | None = None
    signals: list[tuple[str, int, Decimal, datetime]] = field(default_factory=list)
    answers: list[tuple[str, str, datetime]] = field(default_factory=list)
    scores: dict[str, Decimal] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    """Segments and definitions that are asked for and that there are not, such as `segment vipp`: not known."""

    def lacks(self, fact: Found | Member) -> bool:
        """Whether it asks for what there is not."""
        return bool(self.gone) and f"{fact.kind} {fact.slug}" in self.gone

    def seen(self, of: Of) -> Seen:
        return self.here if of is Of.PERSON else self.there


@dataclass(slots=True)
class Profiles:
    of: list[Profile]
    meters: dict[str, Meter]
    """By resource; empty where no use was asked for."""


Place = tuple[Seen, Seen, periods.Facts]
"""The first fields of a profile: the same for all of one zone and calendar."""
_OF_PLACE = 5
"""So many columns of a row."""
Part = tuple[str, tuple[Any, ...]]
"""An expression of SQL and its parameters."""


def load(subjects: Sequence[Subject], facts: Collection[Fact], now: datetime) -> Profiles:
    """In the order of `subjects`. One statement."""
    parts = [_traits(facts, Of.ACCOUNT), _traits(facts, Of.PERSON), *(make(facts, now) for make in _PARTS)]
    calendar = _CALENDAR if any(map(_billed, facts)) else _NO_CALENDAR
    sql = _SELECT.format(calendar, ", ".join(part for part, _ in parts))
    people, accounts = (
        bulk.array(one.person for one in subjects),
        bulk.array(one.account for one in subjects),
    )
    parameters = [value for _, values in parts for value in values]
    rows = bulk.prepared(sql, [*parameters, people, accounts])
    places: dict[tuple[Any, ...], Place] = {}
    found = []
    for row in rows:
        if (place := row[:_OF_PLACE]) not in places:
            places[place] = placed(place, now)
        found.append(_profile(row, places[place]))
    meters: list[dict[str, Any]] = next((json.loads(row[-1]) for row in rows if row[-1]), [])
    return Profiles(found, {each["resource"]: Meter(**each) for each in meters})


def _billed(fact: Fact) -> bool:
    """Whether it asks when bills are due. Without that all of a zone share one time."""
    return (
        isinstance(fact, Entitlement) or getattr(getattr(fact, "window", None), "unit", None) is Unit.BILLING
    )


def _profile(row: tuple[Any, ...], place: Place) -> Profile:
    account, person, caps, segments, signals, answers, scores, gone, _ = row[_OF_PLACE:]
    return Profile(
        *place,
        account=read_json(account),
        person=read_json(person),
        caps=read_json(caps) or {},
        segments=segments,
        signals=_signals_of(signals) if signals else [],
        answers=_answers_of(answers) if answers else [],
        scores=_scores_of(scores) if scores else {},
        gone=tuple(gone or ()),
    )


def _signals_of(text: str) -> list[tuple[str, int, Decimal, datetime]]:
    rows = read_json(text)
    return [(slug, id, Decimal(sure), datetime.fromisoformat(at)) for slug, id, sure, at in rows]


def _answers_of(text: str) -> list[tuple[str, str, datetime]]:
    return [(offer, answer, datetime.fromisoformat(at)) for offer, answer, at in read_json(text)]


def _scores_of(text: str) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in read_json(text).items()}


def placed(row: tuple[Any, ...], now: datetime) -> Place:
    mine, theirs, started, renews, period = row
    there = zone(theirs)
    calendar = periods.facts(there, started, renews, period or "")
    since = _billing(calendar, now)
    here = mine if known_zone(mine) else there
    return Seen(now, here, since), Seen(now, there, since), calendar


def read_json(text: str | None) -> Any:
    """Numbers exactly as they are stored."""
    return _exactly(text) if text else None


def zone(name: str | None) -> str:
    """UTC where it is not known."""
    return name if name and known_zone(name) else "UTC"


@lru_cache(maxsize=1_024)
def known_zone(name: str | None) -> bool:
    try:
        return bool(name) and bool(ZoneInfo(name or ""))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _billing(calendar: periods.Facts, now: datetime) -> datetime | None:
    if calendar.anchor is None or calendar.months is None:
        return None
    return datetime.combine(periods.bucket(_BILLING, now, calendar), time.min, UTC)


def _traits(facts: Collection[Fact], of: Of) -> Part:
    """A JSON object of the columns and traits that are asked for; NULL where there is no such row."""
    row, columns = ("a", ACCOUNT_COLUMNS) if of is Of.ACCOUNT else ("p", PERSON_COLUMNS)
    names = {fact.name for fact in facts if isinstance(fact, Trait) and fact.of is of}
    for kind, whose, more in _NEEDED:
        if whose is of and any(isinstance(fact, kind) for fact in facts):
            names |= more
    typed = ", ".join(f"'{name}', {row}.{name}" for name in sorted(names & columns))
    others = _texts(part for name in names - columns for part in (name, name.partition(".")[0]))
    traits = f"SELECT jsonb_object_agg(k, {row}.traits -> k) FROM unnest(%s::text[]) k WHERE {row}.traits ? k"
    said = f"jsonb_build_object({typed})" + (f" || coalesce(({traits}), '{{}}')" if others else "")
    return f"CASE WHEN {row}.id IS NOT NULL THEN ({said})::text END", (others,) if others else ()


def _caps(facts: Collection[Fact], now: datetime) -> Part:
    asked = _texts(fact.resource for fact in facts if isinstance(fact, Entitlement))
    return _asked(asked, _CAPS, asked)


def _segments(facts: Collection[Fact], now: datetime) -> Part:
    asked = _texts(fact.slug for fact in facts if isinstance(fact, Member))
    return _asked(asked, _SEGMENTS, asked)


def _signals(facts: Collection[Fact], now: datetime) -> Part:
    asked = [fact for fact in facts if isinstance(fact, Found)]
    return _asked(asked, _SIGNALS, _texts(fact.slug for fact in asked), _least(asked, now))


def _answers(facts: Collection[Fact], now: datetime) -> Part:
    asked = [fact for fact in facts if isinstance(fact, Answered)]
    return _asked(asked, _ANSWERS, _texts(fact.answer for fact in asked), _least(asked, now))


def _scores(facts: Collection[Fact], now: datetime) -> Part:
    asked = _texts(fact.name for fact in facts if isinstance(fact, Score))
    return _asked(asked, _SCORES, asked)


def _gone(facts: Collection[Fact], now: datetime) -> Part:
    slugs = [_texts(fact.slug for fact in facts if isinstance(fact, kind)) for kind in (Member, Found)]
    return (_GONE, tuple(slugs)) if any(slugs) else ("NULL::text[]", ())


def _meters(facts: Collection[Fact], now: datetime) -> Part:
    counted = [
        fact
        for fact in facts
        if isinstance(fact, Metered) or (isinstance(fact, Entitlement) and fact.share is not Share.CAP)
    ]
    return _asked(counted, _METERS)


def _texts(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if storable(name)})


def _asked(asked: Collection[Any], sql: str, *parameters: Any) -> Part:
    return (sql, parameters) if asked else ("NULL::text", ())


def _least(asked: Iterable[Found | Answered], now: datetime) -> datetime | None:
    return min((now - windows.longest(fact.window) for fact in asked), default=None)


_PARTS: tuple[Callable[[Collection[Fact], datetime], Part], ...] = (
    _caps,
    _segments,
    _signals,
    _answers,
    _scores,
    _gone,
    _meters,
)
_CAPS = """
(SELECT json_object_agg(n.resource, n.cap) FROM people_app_entitlement n
    WHERE n.account_id = r.account AND n.resource = ANY(%s))::text
"""
_SEGMENTS = """
CASE WHEN r.person IS NOT NULL THEN ARRAY(SELECT s.slug::text FROM signals_app_segmentmember m
    JOIN signals_app_segment s ON s.id = m.segment_id WHERE m.person_id = r.person AND s.slug = ANY(%s)) END
"""
# A definition about a person is found for that person, one about an account for all of its people; of an account as a
# whole everything in it counts.
_SIGNALS = """
(SELECT json_agg(json_build_array(d.slug, s.id, s.confidence::text, s.detected_at) ORDER BY s.id DESC)
    FROM signals_app_signal s JOIN signals_app_signaldefinition d ON d.id = s.definition_id
    WHERE (s.person_id = r.person OR (s.account_id = r.account AND (r.person IS NULL OR d.about = 'account')))
        AND d.slug = ANY(%s) AND s.detected_at >= %s)::text
"""
_ANSWERS = """
(SELECT json_agg(json_build_array(w.offer, w.answer, w.at)) FROM signals_app_answer w
    WHERE (w.person_id = r.person OR (r.person IS NULL AND w.account_id = r.account))
        AND w.answer = ANY(%s) AND w.at >= %s)::text
"""
_SCORES = """
(SELECT json_object_agg(c.name, c.value::text) FROM signals_app_score c
    WHERE c.account_id = r.account AND c.name = ANY(%s))::text
"""
# The same for all of them: PostgreSQL asks once.
_GONE = """
ARRAY(SELECT 'segment ' || n FROM unnest(%s::text[]) n
    WHERE NOT EXISTS (SELECT FROM signals_app_segment WHERE slug = n)
    UNION ALL SELECT 'signal ' || n FROM unnest(%s::text[]) n
    WHERE NOT EXISTS (SELECT FROM signals_app_signaldefinition WHERE slug = n))
"""
_METERS = """
CASE WHEN r.i = 1 THEN (SELECT json_agg(json_build_object('id', m.id, 'resource', m.resource, 'event', m.event,
    'where', m.where, 'aggregate', m.aggregate, 'property', m.property, 'window', m.window, 'days', m.days))
    FROM signals_app_meter m)::text END
"""
_CALENDAR = "a.period_started_at, a.renews_at, a.billing_period"
_NO_CALENDAR = "NULL::timestamptz, NULL::timestamptz, NULL::text"
_SELECT = """
SELECT p.timezone, a.timezone, {}, {}
FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS r(person, account, i)
LEFT JOIN people_app_person p ON p.id = r.person LEFT JOIN people_app_account a ON a.id = r.account
ORDER BY r.i
"""
