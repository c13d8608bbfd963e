"""Which events made a fact what it is: the evidence for those few that fire."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from signals_app import paths
from signals_app.knowing import changes, measures, metered, profile, stored_events, texts
from signals_app.knowing.profile import Profile
from signals_app.knowing.questions import Answer, Form, Numbered, Pair, Question, Row
from signals_app.knowing.stored_events import MOST_IDS
from signals_app.models.meter import Meter
from signals_app.subjects import Subject
from upsell_project.lib.rules import facts as f
from upsell_project.lib.rules import measuring
from upsell_project.lib.rules.facts import Fact, Of

_EVENTS = (f.Metered, f.Events, f.Sequence, f.Changed, f.Said)


@dataclass(frozen=True, slots=True)
class _Wanted:
    fact: Fact
    question: Question
    pair: Pair
    locale: str
    meter: Meter | None = None


def ids_of(pairs: Sequence[tuple[Subject, Fact]], now: datetime) -> list[list[int]]:
    """Ids of the events behind each fact, the newest first and 20 at most; none for facts of another sort.

    Two statements.
    """
    asked = {fact for _, fact in pairs if isinstance(fact, _EVENTS)}
    if not asked:
        return [[] for _ in pairs]
    profiles = profile.load([subject for subject, _ in pairs], asked, now)
    numbered = Numbered()
    wanted = [
        _wanted(subject, fact, known, numbered, profiles.meters)
        for (subject, fact), known in zip(pairs, profiles.of, strict=True)
    ]
    answers = stored_events.answers(numbered, {one.pair for one in wanted if one})
    return [_ids(one, answers.get(one.pair)) if one else [] for one in wanted]


def _wanted(
    subject: Subject, fact: Fact, known: Profile, numbered: Numbered, meters: Mapping[str, Meter]
) -> _Wanted | None:
    of = _of(fact, subject)
    who = subject.person if of is Of.PERSON else subject.account
    question = _question(fact, of, known, meters) if who is not None else None
    if who is None or question is None:
        return None
    meter = meters.get(fact.resource) if isinstance(fact, f.Metered) else None
    return _Wanted(
        fact, question, (numbered.number(question), who), (known.person or {}).get("locale") or "", meter
    )


def _of(fact: Fact, subject: Subject) -> Of:
    if isinstance(fact, f.Events | f.Sequence | f.Changed):
        return fact.of
    return Of.ACCOUNT if isinstance(fact, f.Metered) or subject.person is None else Of.PERSON


def _question(fact: Fact, of: Of, known: Profile, meters: Mapping[str, Meter]) -> Question | None:
    match fact:
        case f.Metered(resource) if resource in meters:
            return _newest(metered.question(fact, meters[resource], known.seen(of)))
        case f.Said():
            return texts.question(fact, of, known.seen(of))
        case f.Changed():
            return _newest(changes.unusual(fact, known.seen(of)))
        case f.Events():
            question, _ = measures.of_events(replace(fact, measure=f.Measure.COUNT), known.seen(of))
            return _newest(question)
        case f.Sequence():
            return replace(measures.of_sequence(fact, known.seen(of))[0], form=Form.ROWS)
    return None


def _newest(question: Question) -> Question:
    """Where PostgreSQL can tell them, it need not send more."""
    if question.form is Form.ROWS:
        return question
    return replace(question, form=Form.NEWEST, days=(), periods=(), path="")


def _ids(one: _Wanted, answer: Answer) -> list[int]:
    if one.question.form is Form.NEWEST:
        return [id for id in answer if isinstance(id, int)] if isinstance(answer, list) else []
    rows = [row for row in answer if isinstance(row, Row)] if isinstance(answer, list) else []
    match one.fact:
        case f.Said():
            return _in_order(row for _, row, _ in texts.saying(one.fact, rows, one.locale))
        case f.Sequence():
            return _in_order(_in_turn(one.fact, rows))
        case f.Metered() if one.meter:
            return _in_order(row for row in rows if paths.matches(row.properties, one.meter.where))
        case f.Events() | f.Changed():
            fitting = zip(rows, measures.happened(rows), strict=True)
            return _in_order(row for row, it in fitting if measuring.fits(one.fact.where, it))
    return []


def _in_turn(fact: f.Sequence, rows: Iterable[Row]) -> list[Row]:
    """Those of the sequences that were completed."""
    came = sorted(rows, key=lambda row: (row.at, row.name))
    return [came[place] for place in measuring.completed(fact, measures.happened(came))]


def _in_order(rows: Iterable[Row]) -> list[int]:
    return [row.id for row in sorted(rows, key=lambda row: (row.at, row.id), reverse=True)[:MOST_IDS]]
