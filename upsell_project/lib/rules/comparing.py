"""How an answer is compared, and with what: read from JSON, and refused where it could never fit."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from upsell_project.lib.rules.facts import (
    Changed,
    Events,
    Fact,
    Found,
    Measure,
    Member,
    Op,
    Said,
    Score,
    Season,
    Trait,
)
from upsell_project.lib.rules.judging import number
from upsell_project.lib.rules.measuring import value as plain
from upsell_project.lib.rules.reader import LONGEST_TEXT, Reader, under, whole

PHASES = ("before", "during", "after", "none")
MOST_DAYS = 3660
_PAIRS = (Op.BETWEEN, Op.WITHIN)
_ORDER = (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN, Op.BETWEEN)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the answers to a question are like: what they can be compared by, and with."""

    ops: tuple[Op, ...]
    fits: Callable[[Any], bool]
    sentence: str


PLAIN = Answers(
    tuple(op for op in Op if op is not Op.WITHIN),
    lambda value: True,
    f"must be a text of at most {LONGEST_TEXT} characters, a number, true or false",
)
_ANY = Answers(tuple(Op), PLAIN.fits, PLAIN.sentence)
_SAME = (Op.IS, Op.IS_NOT, Op.ONE_OF, Op.KNOWN, Op.UNKNOWN)
_PHASE = Answers(
    _SAME,
    lambda value: value in PHASES,
    f"must be one of {', '.join(PHASES)}",
)
NUMBER = Answers((*_SAME, *_ORDER), number, "must be a number")
TEXT = Answers(
    (*_SAME, Op.CONTAINS, Op.CONTAINS_WORD), lambda value: isinstance(value, str), "must be a text"
)
YES_NO = Answers(_SAME, lambda value: isinstance(value, bool), "must be true or false")
DATE = Answers((Op.WITHIN, Op.KNOWN, Op.UNKNOWN), PLAIN.fits, PLAIN.sentence)
_SHARE = Answers(NUMBER.ops, lambda value: number(value) and 0 <= value <= 1, "must be a number from 0 to 1")
_TRUTH = Answers((Op.IS, Op.IS_NOT), YES_NO.fits, YES_NO.sentence)


def compared(fact: Fact, op: Op, raw: Any, path: str, reader: Reader) -> Any:
    """What the fact is compared with. `path`: of the test."""
    answers = answers_of(fact)
    if op not in answers.ops:
        what = f"the {fact.measure} of events" if isinstance(fact, Events) else fact.kind
        return reader.wrong(
            under(path, "op"), f"does not fit {what}: must be one of {', '.join(answers.ops)}"
        )
    found = compared_with(answers, op, raw, under(path, "value"), reader)
    if isinstance(fact, Season):
        for phase, days in (("before", fact.before), ("after", fact.after)):
            if not days and phase in (found if isinstance(found, tuple) else (found,)):
                reader.wrong(under(path, phase), f"must be at least 1 where the value is {phase}")
    return found


def answers_of(fact: Fact) -> Answers:
    match fact:
        case Trait():
            return _ANY
        case Events(measure=Measure.LAST):
            return PLAIN
        case Changed() | Member():
            return _TRUTH
        case Season():
            return _PHASE
        case Found() | Said() | Score():
            return _SHARE
        case _:
            return NUMBER


def compared_with(answers: Answers, op: Op, raw: Any, path: str, reader: Reader) -> Any:
    """What is compared with, of the shape that `op` needs."""
    if op in (Op.KNOWN, Op.UNKNOWN):
        return None if raw is None else reader.wrong(path, f"has no place with {op}")
    if op not in (*_PAIRS, Op.ONE_OF):
        return _value(answers, op, raw, path, reader)
    if not isinstance(raw, list) or not raw or (op in _PAIRS and len(raw) != 2):
        return reader.wrong(path, "must be a list" if op is Op.ONE_OF else "must be two numbers")
    values = tuple(_value(answers, op, one, f"{path}[{place}]", reader) for place, one in enumerate(raw))
    if op in _PAIRS and None not in values and values[0] > values[1]:
        reader.wrong(path, "must be the smaller number first")
    return values


def _value(answers: Answers, op: Op, raw: Any, path: str, reader: Reader) -> Any:
    found = plain(raw) if not isinstance(raw, list) else None
    if found is None or (isinstance(found, str) and len(found) > LONGEST_TEXT):
        return reader.wrong(path, answers.sentence)
    if op in _ORDER and not number(found):
        return reader.wrong(path, NUMBER.sentence)
    if op is Op.WITHIN and not whole(found, -MOST_DAYS, MOST_DAYS):
        return reader.wrong(path, "must be a whole number of days")
    if isinstance(found, Decimal) and not found.is_finite():
        return reader.wrong(path, NUMBER.sentence)
    return found if answers.fits(found) else reader.wrong(path, answers.sentence)
