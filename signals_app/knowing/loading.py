"""Everything rules ask of many subjects, in a handful of statements whatever their number.

One reads the subjects themselves, one all questions of stored events, and what is used comes from `usage.totals`;
what no fact needs is not sent.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from signals_app import usage
from signals_app.knowing import limits, profile, seasonal, series, traits
from signals_app.knowing.asked import COSTLY, Asked, Known
from signals_app.knowing.planning import Evidence, Looks, Plans
from signals_app.knowing.profile import Profile
from signals_app.knowing.questions import Answers, Numbered
from signals_app.knowing.series import Whose
from signals_app.models.meter import Meter
from upsell_project.lib.rules import facts as f
from upsell_project.lib.rules import judging, windows
from upsell_project.lib.rules.facts import Fact, Of, Value
from upsell_project.lib.rules.measuring import Seen

AsIf = Callable[[Profile], Profile]
"""What is supposed of a subject, for what is stored of it."""
_at = lru_cache(maxsize=256)(judging.at)


@dataclass(slots=True)
class _Cheap:
    """Facts that no event is read for, by where they come from."""

    limits: list[f.Entitlement]
    stored: list[Fact]
    counted: bool
    """Whether use is asked for."""


@dataclass(slots=True)
class _One:
    """A subject on the way."""

    asked: Asked
    profile: Profile
    known: Known
    looks: Looks

    def who(self, of: Of) -> int | None:
        return self.asked.subject.person if of is Of.PERSON else self.asked.subject.account

    def asks(self) -> Iterator[tuple[Whose, frozenset[int]]]:
        for of, numbers in self.looks.numbers.items():
            if (who := self.who(of)) is not None:
                yield (of, who), numbers
        if self.looks.lefts and (who := self.who(Of.ACCOUNT)) is not None:
            caps = self.profile.caps
            limited = (n for fact, _, n in self.looks.lefts if caps.get(fact.resource) is not None)
            yield (Of.ACCOUNT, who), frozenset(limited)


def load(asked: Sequence[Asked], now: datetime, as_if: AsIf | None = None) -> list[Known]:
    """What is known of each, in the same order. Events are read last, and only for rules that can hold by the rest."""
    if not asked:
        return []
    sorts = {(one.facts, one.doubts): one.all_facts for one in asked}
    cheap = {key: _cheap(facts) for key, facts in sorts.items()}
    mine = [cheap[one.facts, one.doubts] for one in asked]
    profiles = profile.load([one.subject for one in asked], frozenset[Fact]().union(*sorts.values()), now)
    if as_if:
        profiles.of = [as_if(one) for one in profiles.of]
    counted = {one.subject.account or 0 for one, those in zip(asked, mine, strict=True) if those.counted} - {
        0
    }
    used = usage.totals(counted, now) if counted else {}
    numbered = Numbered()
    plans = Plans(profiles.meters, numbered)
    every = []
    for one, those, seen in zip(asked, mine, profiles.of, strict=True):
        known = _without_events(one, those, seen, profiles.meters, used)
        every.append(_One(one, seen, known, plans.of(one, seen, known)))
    answers = series.answers(numbered, _together(every))
    for each in every:
        _read_events(each, used, answers)
    return [one.known for one in every]


def _cheap(facts: Collection[Fact]) -> _Cheap:
    limited = [fact for fact in facts if isinstance(fact, f.Entitlement)]
    return _Cheap(
        [fact for fact in limited if fact.share is not f.Share.DAYS_LEFT],
        [fact for fact in facts if not isinstance(fact, (*COSTLY, f.Entitlement))],
        any(fact.share is not f.Share.CAP for fact in limited),
    )


def _together(every: Iterable[_One]) -> dict[Whose, frozenset[int]]:
    """What is asked about each: people of one account ask much of the same about it."""
    found: dict[Whose, frozenset[int]] = {}
    for one in every:
        for whose, numbers in one.asks():
            known = found.get(whose)
            found[whose] = numbers if known is None or known is numbers else known | numbers
    return found


def _without_events(
    one: Asked, cheap: _Cheap, seen: Profile, meters: Mapping[str, Meter], used: limits.Used
) -> Known:
    result = Known(seen.here.zone, _at(seen.here.now, seen.here.zone))
    for fact in cheap.stored:
        _put(result, fact, *_stored(fact, seen))
    if (account := one.subject.account) is not None:
        for limit in cheap.limits:
            level = limits.level(account, limit.resource, seen, meters.get(limit.resource), used)
            _put(result, limit, *limits.value(limit, level))
    return result


def _read_events(one: _One, used: limits.Used, answers: Answers) -> None:
    for of, planned in one.looks.events.items():
        if (who := one.who(of)) is not None:
            for fact, number, finish in planned:
                _put(one.known, fact, *finish(answers.get((number, who))))
    account = one.who(Of.ACCOUNT)
    if account is None:
        return
    for limit, meter, number in one.looks.lefts:
        if one.profile.caps.get(limit.resource) is not None:
            level = limits.level(account, limit.resource, one.profile, meter, used)
            left = limits.days_left(meter, one.profile, level, answers.get((number, account)))
            _put(one.known, limit, *left)


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
