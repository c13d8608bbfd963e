"""Everything rules ask of many subjects, in a handful of statements whatever their number.

One reads the subjects themselves, one all questions of stored events, and what is used comes from `usage.totals`;
what no fact needs is not sent.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from signals_app import usage
from signals_app.knowing import changes, limits, measures, profile, seasonal, stored_events, texts, traits
from signals_app.knowing.asked import Asked, Known
from signals_app.knowing.profile import Profile, Profiles
from signals_app.knowing.questions import Answers, Numbered, Pair, Question
from upsell_project.lib.rules import facts as f
from upsell_project.lib.rules import judging, windows
from upsell_project.lib.rules.facts import Fact, Of, Value
from upsell_project.lib.rules.measuring import Seen

Evidence = dict[str, Any]
Finish = Callable[[Any], tuple[Value, Evidence]]
Planned = tuple[Fact, Of, int, Finish]
"""Of whom the question of this number is asked, and what its answer comes to."""
_EVENTS = (f.Events, f.Sequence, f.Changed, f.Said)


@dataclass(slots=True)
class _Plan:
    """The facts that are asked for, by where they come from."""

    events: list[Planned]
    limits: list[f.Entitlement]
    stored: list[Fact]
    at: judging.At


class _Plans:
    """Subjects of one zone share their questions: they are made once for all of them."""

    def __init__(self, numbered: Numbered) -> None:
        self._numbered = numbered
        self._made: dict[tuple[Any, ...], _Plan] = {}

    def of(self, one: Asked, known: Profile) -> _Plan:
        whole = one.subject.person is None
        locale = (known.person or {}).get("locale") or ""
        here, there = known.here, known.there
        key = (one.facts, here.zone, there.zone, there.billing_from, whole, locale)
        if key not in self._made:
            self._made[key] = self._plan(one.facts, known, Of.ACCOUNT if whole else Of.PERSON, locale)
        return self._made[key]

    def _plan(self, facts: Collection[Fact], known: Profile, of: Of, locale: str) -> _Plan:
        asked = [(fact, *_asked(fact, known, of, locale)) for fact in facts if isinstance(fact, _EVENTS)]
        return _Plan(
            [(fact, whose, self._numbered.number(what), finish) for fact, whose, what, finish in asked],
            [fact for fact in facts if isinstance(fact, f.Entitlement)],
            [fact for fact in facts if not isinstance(fact, (*_EVENTS, f.Entitlement))],
            judging.at(known.here.now, known.here.zone),
        )


@dataclass(slots=True)
class _One:
    """A subject on the way. `lefts`: the numbers of the questions about limits that run out."""

    asked: Asked
    profile: Profile
    plan: _Plan
    lefts: dict[f.Entitlement, int]

    def who(self, of: Of) -> int | None:
        return self.asked.subject.person if of is Of.PERSON else self.asked.subject.account

    def pairs(self) -> Iterator[Pair]:
        for _, of, number, _ in self.plan.events:
            if (who := self.who(of)) is not None:
                yield number, who
        for number in self.lefts.values():
            yield number, self.asked.subject.account or 0


def load(asked: Sequence[Asked], now: datetime) -> list[Known]:
    """What is known of each, in the same order."""
    if not asked:
        return []
    facts = frozenset[Fact]().union(*{one.facts for one in asked})
    profiles = profile.load([one.subject for one in asked], facts, now)
    numbered = Numbered()
    plans = _Plans(numbered)
    every = [
        _One(one, known, (plan := plans.of(one, known)), _lefts(one, plan, known, profiles, numbered))
        for one, known in zip(asked, profiles.of, strict=True)
    ]
    answers = stored_events.answers(numbered, {pair for one in every for pair in one.pairs()})
    counted = _counted(every)
    used = usage.totals(counted, now) if counted else {}
    return [_known(one, profiles, used, answers) for one in every]


def _known(one: _One, profiles: Profiles, used: limits.Used, answers: Answers) -> Known:
    result = Known(one.profile.here.zone, one.plan.at)
    for fact, of, number, finish in one.plan.events:
        if (who := one.who(of)) is not None:
            _put(result, fact, *finish(answers.get((number, who))))
    for fact in one.plan.stored:
        _put(result, fact, *_stored(fact, one.profile))
    account = one.asked.subject.account
    if one.plan.limits and account is not None:
        _read_limits(result, one, account, profiles, used, answers)
    return result


def _asked(fact: Fact, known: Profile, of: Of, locale: str) -> tuple[Of, Question, Finish]:
    match fact:
        case f.Said():
            return of, texts.question(fact, of, known.seen(of)), lambda rows: texts.value(fact, rows, locale)
        case f.Changed():
            seen = known.seen(fact.of)
            question = changes.question(fact, seen)
            return fact.of, question, lambda answer: changes.value(fact, seen, answer)
        case f.Events() | f.Sequence():
            question, finish = measures.of(fact, known.seen(fact.of))
            return fact.of, question, lambda answer: (finish(answer), {})
    raise TypeError(fact)


def _lefts(
    one: Asked, plan: _Plan, known: Profile, profiles: Profiles, numbered: Numbered
) -> dict[f.Entitlement, int]:
    if one.subject.account is None:
        return {}
    found = {}
    for fact in plan.limits:
        if fact.share is f.Share.DAYS_LEFT and known.caps.get(fact.resource) is not None:
            question = limits.question(profiles.meters.get(fact.resource), known)
            if question:
                found[fact] = numbered.number(question)
    return found


def _counted(every: Sequence[_One]) -> set[int]:
    """The accounts whose use is asked for."""
    found = set()
    for one in every:
        account = one.asked.subject.account
        if account is not None and any(fact.share is not f.Share.CAP for fact in one.plan.limits):
            found.add(account)
    return found


def _put(result: Known, fact: Fact, value: Value, more: Evidence) -> None:
    if value is not None:
        result.values[fact] = value
    if more:
        result.more[fact] = more


def _stored(fact: Fact, known: Profile) -> tuple[Value, Evidence]:
    seen = known.here
    match fact:
        case f.Trait():
            return traits.value(fact, known.person if fact.of is Of.PERSON else known.account), {}
        case f.Season():
            return seasonal.value(fact, known.account, judging.at(seen.now, known.there.zone).today)
        case f.Member():
            if known.segments is None or known.lacks(fact):
                return None, {}
            return fact.slug in known.segments, {}
        case f.Score():
            return known.scores.get(fact.name), {}
        case f.Found():
            return (None, {}) if known.lacks(fact) else _signals(fact, known, seen)
        case f.Answered():
            return _answers(fact, known, seen), {}
    raise TypeError(fact)


def _signals(fact: f.Found, known: Profile, seen: Seen) -> tuple[Value, Evidence]:
    since = windows.start(fact.window, seen.now, seen.zone, seen.billing_from)
    found = [
        (sure, id) for slug, id, sure, at in known.signals if slug == fact.slug and since <= at <= seen.now
    ]
    return max((sure for sure, _ in found), default=0), {"signals": [id for _, id in found]} if found else {}


def _answers(fact: f.Answered, known: Profile, seen: Seen) -> int:
    since = windows.start(fact.window, seen.now, seen.zone, seen.billing_from)
    return sum(
        answer == fact.answer and fact.offer in ("", offer) and since <= at <= seen.now
        for offer, answer, at in known.answers
    )


def _read_limits(
    result: Known, one: _One, account: int, profiles: Profiles, used: limits.Used, answers: Answers
) -> None:
    for fact in one.plan.limits:
        meter = profiles.meters.get(fact.resource)
        level = limits.level(account, fact.resource, one.profile, meter, used)
        if fact.share is not f.Share.DAYS_LEFT:
            _put(result, fact, *limits.value(fact, level))
        elif meter and fact in one.lefts:
            answer = answers.get((one.lefts[fact], account))
            _put(result, fact, *limits.days_left(meter, one.profile, level, answer))
