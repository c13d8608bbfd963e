"""Many questions, one look: when the events of a name happened is read once, and answers all that only needs to know
it; so does when each value of a property came last, as where there is one only nobody switched.

Where there are too many of them to be sent, or they do not say it, PostgreSQL answers each question by itself.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, compress, count, pairwise
from operator import sub
from typing import Any

from signals_app.knowing import stored_events
from signals_app.knowing.questions import Answer, Answers, Form, Numbered, Question
from upsell_project.lib.rules.facts import Of

Times = list[int]
"""Microseconds since 2000, in their order."""
Whose = tuple[Of, int]
Asked = Mapping[Whose, frozenset[int]]
"""The numbers of the questions about each person and account."""
_BY_TIME = (Form.COUNT, Form.DAILY, Form.SESSION, Form.MINUTES, Form.TURNS)
_BY_VALUE = (Form.DISTINCT, Form.SWITCHES)
_ALONE = (Form.COUNT, *_BY_VALUE)
"""What PostgreSQL answers without sending more, where nobody else asks the like."""
_BEGAN = datetime(2000, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_Reader = Callable[[Sequence[Times]], Answer]
_MINUTE = timedelta(minutes=1) // _INSTANT


@dataclass(slots=True)
class _Plan:
    """How the same questions about somebody are answered: as they are, by `looks` (questions of times), and what is
    made of these: None where they do not say it."""

    plain: list[int]
    looks: list[int]
    made: list[tuple[int, tuple[int, ...], _Reader]]
    """The number of a question, of the looks that it needs, and its answer by these."""


def answers(numbered: Numbered, asked: Asked) -> Answers:
    """The answers there are; see `stored_events.answers`. A second statement where there is much of somebody."""
    plans = _plans(numbered, asked)
    pairs = (
        (number, who) for (_, who), numbers in asked.items() for number in chain(*_direct(plans[numbers]))
    )
    found = stored_events.answers(numbered, pairs)
    left = []
    for (_, who), numbers in asked.items():
        plan = plans[numbers]
        seen: dict[int, Any] = {look: found.pop((look, who), 0) or [] for look in plan.looks}
        for number, looks, read in plan.made:
            times = [seen[look] for look in looks]
            answer = read(times) if all(type(one) is list for one in times) else None
            if answer is None:
                left.append((number, who))
            else:
                found[number, who] = answer
    return found | stored_events.answers(numbered, left)


def _direct(plan: _Plan) -> tuple[list[int], list[int]]:
    return plan.plain, plan.looks


def _plans(numbered: Numbered, asked: Asked) -> dict[frozenset[int], _Plan]:
    return {numbers: _plan(numbered, numbers) for numbers in set(asked.values())}


def _plan(numbered: Numbered, numbers: Iterable[int]) -> _Plan:
    asking: dict[Question, list[Question]] = defaultdict(list)
    mine = {number: numbered.questions[number] for number in sorted(numbers)}
    for one in mine.values():
        for look in _looks(one):
            asking[look].append(one)
    made = {number: one for number, one in mine.items() if _pays(one, asking)}
    wanted = dict.fromkeys(look for one in made.values() for look in _looks(one))
    looks = {look: numbered.number(_long_enough(look, asking[look])) for look in wanted}
    return _Plan(
        [number for number in mine if number not in made],
        [*looks.values()],
        [(number, tuple(looks[look] for look in _looks(one)), _reader(one)) for number, one in made.items()],
    )


def _looks(one: Question) -> list[Question]:
    """Those that can say it, of no time yet."""
    if one.form in _BY_TIME and one.where is None:
        return [
            Question(Form.TIMES, one.of, (name,), _BEGAN, _BEGAN, tracked=one.tracked) for name in one.names
        ]
    # A value that came after the end may have come before it, too.
    return [replace(one, form=Form.LASTS, since=_BEGAN)] if one.form in _BY_VALUE else []


def _pays(one: Question, asking: Mapping[Question, Sequence[Question]]) -> bool:
    mine = _looks(one)
    return bool(mine) and (one.form not in _ALONE or any(len(asking[look]) > 1 for look in mine))


def _long_enough(look: Question, questions: Sequence[Question]) -> Question:
    since, until = min(one.since for one in questions), max(one.until for one in questions)
    return replace(look, since=since, until=until)


def _reader(one: Question) -> _Reader:
    """What a question says of the times of its names, or of its values."""
    since, until = _number(one.since), _number(one.until)

    def inside(times: Times) -> Times:
        return times[bisect_left(times, since) : bisect_right(times, until)]

    def together(several: Sequence[Times]) -> Times:
        return inside(several[0] if len(several) == 1 else sorted(chain(*several)))

    def how_many(several: Sequence[Times]) -> int:
        return sum(bisect_right(t, until) - bisect_left(t, since) for t in several)

    match one.form:
        case Form.COUNT | Form.DISTINCT:
            return how_many
        case Form.SWITCHES:
            return lambda several: 0 if how_many(several) <= 1 else None
        case Form.DAILY:
            days = [*map(_number, one.days)]
            return lambda several: _daily(together(several), days)
        case Form.TURNS:
            return lambda several: _turns(one.names, [*map(inside, several)])
    gap = one.gap * _MINUTE
    if one.form is Form.SESSION:
        return lambda several: _session(together(several), gap)
    return lambda several: _spent(together(several), gap) // _MINUTE


def _turns(names: Sequence[str], several: Sequence[Times]) -> list[str]:
    named = [(at, name) for name, times in zip(names, several, strict=True) for at in times]
    return [name for _, name in sorted(named)]


def _daily(times: Times, days: Sequence[int]) -> dict[int, int]:
    first = [*(bisect_left(times, day) for day in days), len(times)]
    return {number: then - at for number, (at, then) in enumerate(pairwise(first), 1) if then > at}


def _session(times: Times, gap: int) -> int:
    ends = compress(count(1), map(gap.__lt__, _apart(times)))
    return max(then - at for at, then in pairwise([0, *ends, len(times)]))


def _spent(times: Times, gap: int) -> int:
    return sum(filter(gap.__ge__, _apart(times)))


def _apart(times: Times) -> Iterable[int]:
    """From each to the next. There are many of them: none is looked at by Python itself."""
    return map(sub, times[1:], times)


def _number(at: datetime) -> int:
    return (at - _BEGAN) // _INSTANT
