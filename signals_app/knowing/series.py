"""Many questions, one look: when the events of a name happened is read once, and answers all that only needs to know
it.

Where there are too many of them to be sent, PostgreSQL answers each question by itself.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, pairwise
from typing import Any

from signals_app.knowing import stored_events
from signals_app.knowing.questions import Answer, Answers, Form, Numbered, Question
from upsell_project.lib.rules.facts import Of

Times = list[int]
"""Microseconds since 1970, in their order."""
Whose = tuple[Of, int]
Asked = Mapping[Whose, frozenset[int]]
"""The numbers of the questions about each person and account."""
_Key = tuple[Of, str, bool]
"""Whose events, of which name, and whether only of track calls."""

_BY_TIME = (Form.COUNT, Form.DAILY, Form.SESSION, Form.MINUTES, Form.TURNS)
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1) // _INSTANT


@dataclass(slots=True)
class _Plan:
    """How the same questions about somebody are answered: as they are, by `looks` (questions of times), and what is
    made of these."""

    plain: list[int]
    looks: list[int]
    made: list[tuple[int, tuple[int, ...], Callable[[Sequence[Times]], Answer]]]
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
            if all(type(one) is list for one in times):
                found[number, who] = read(times)
            else:
                left.append((number, who))
    return found | stored_events.answers(numbered, left)


def _direct(plan: _Plan) -> tuple[list[int], list[int]]:
    return plan.plain, plan.looks


def _plans(numbered: Numbered, asked: Asked) -> dict[frozenset[int], _Plan]:
    return {numbers: _plan(numbered, numbers) for numbers in set(asked.values())}


def _plan(numbered: Numbered, numbers: Iterable[int]) -> _Plan:
    keys: dict[_Key, list[Question]] = defaultdict(list)
    mine = {number: numbered.questions[number] for number in sorted(numbers)}
    for one in mine.values():
        for key in _keys(one):
            keys[key].append(one)
    made = {number: one for number, one in mine.items() if _pays(one, keys)}
    wanted = {key for one in made.values() for key in _keys(one)}
    looks = {key: numbered.number(_look(key, keys[key])) for key in sorted(wanted)}
    return _Plan(
        [number for number in mine if number not in made],
        [*looks.values()],
        [(number, tuple(looks[key] for key in _keys(one)), _reader(one)) for number, one in made.items()],
    )


def _keys(one: Question) -> list[_Key]:
    if one.form not in _BY_TIME or one.where is not None:
        return []
    return [(one.of, name, one.tracked) for name in one.names]


def _pays(one: Question, keys: Mapping[_Key, Sequence[Question]]) -> bool:
    """PostgreSQL counts what nobody else asks for without sending it."""
    mine = _keys(one)
    return bool(mine) and (one.form is not Form.COUNT or any(len(keys[key]) > 1 for key in mine))


def _look(key: _Key, questions: Sequence[Question]) -> Question:
    of, name, tracked = key
    since, until = min(one.since for one in questions), max(one.until for one in questions)
    return Question(Form.TIMES, of, (name,), since, until, tracked=tracked)


def _reader(one: Question) -> Callable[[Sequence[Times]], Answer]:
    """What a question says of the times of its names."""
    since, until = _number(one.since), _number(one.until)

    def inside(times: Times) -> Times:
        return times[bisect_left(times, since) : bisect_right(times, until)]

    def together(several: Sequence[Times]) -> Times:
        return inside(several[0] if len(several) == 1 else sorted(chain(*several)))

    match one.form:
        case Form.COUNT:
            return lambda several: sum(bisect_right(t, until) - bisect_left(t, since) for t in several)
        case Form.DAILY:
            day = partial(bisect_right, [*map(_number, one.days)])
            return lambda several: Counter(map(day, together(several)))
        case Form.TURNS:
            return lambda several: _turns(one.names, [*map(inside, several)])
    gap = one.gap * _MINUTE
    if one.form is Form.SESSION:
        return lambda several: _session(together(several), gap)
    return lambda several: _spent(together(several), gap) // _MINUTE


def _turns(names: Sequence[str], several: Sequence[Times]) -> list[str]:
    named = [(at, name) for name, times in zip(names, several, strict=True) for at in times]
    return [name for _, name in sorted(named)]


def _session(times: Times, gap: int) -> int:
    most = run = min(1, len(times))
    for before, at in pairwise(times):
        run = run + 1 if at - before <= gap else 1
        most = max(most, run)
    return most


def _spent(times: Times, gap: int) -> int:
    return sum(at - before for before, at in pairwise(times) if at - before <= gap)


def _number(at: datetime) -> int:
    return (at - _BEGAN) // _INSTANT
