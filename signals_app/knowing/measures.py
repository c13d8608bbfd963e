"""What `Events` and `Sequence` ask of stored events, and what their answers mean: always what `lib.rules.measuring`
says of the same events."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from signals_app.knowing.questions import Form, Question, Row, keys_of, midnights
from signals_app.knowing.where_path import any_of, split
from upsell_project.lib.rules import measuring, windows
from upsell_project.lib.rules.facts import Events, Measure, Sequence, Value
from upsell_project.lib.rules.measuring import Happened, Seen

Plan = tuple[Question, Callable[[Any], Value]]
"""A question, and what its answer (None: there is none) comes to."""

_IN_SQL = {
    Measure.COUNT: Form.COUNT,
    Measure.DAYS: Form.DAILY,
    Measure.DISTINCT: Form.DISTINCT,
    Measure.SUM: Form.SUM,
    Measure.LAST: Form.LAST,
    Measure.SESSION: Form.SESSION,
    Measure.MINUTES: Form.MINUTES,
    Measure.SWITCHES: Form.SWITCHES,
}
_BY_PATH = (Form.DISTINCT, Form.SUM, Form.LAST, Form.SWITCHES)
_FINISH: dict[Measure, Callable[[Any], Value]] = {
    Measure.COUNT: lambda answer: answer or 0,
    Measure.DAYS: lambda answer: len(answer or ()),
    Measure.DISTINCT: lambda answer: answer or 0,
    Measure.SUM: lambda answer: answer or Decimal(0),
    Measure.LAST: lambda answer: answer,
    Measure.SESSION: lambda answer: answer or 0,
    Measure.MINUTES: lambda answer: answer or 0,
    Measure.SWITCHES: lambda answer: answer or 0,
}


def of_events(fact: Events, seen: Seen) -> Plan:
    """`fact` as it is seen from where the subject is."""
    since = windows.start(fact.window, seen.now, seen.zone, seen.billing_from)
    path, rest = split(fact.where)
    form = _IN_SQL[fact.measure]
    if rest:
        needed = [one.path for one in rest]
        needed += [] if fact.measure in (Measure.SESSION, Measure.MINUTES) else [fact.path]
        left = replace(fact, where=rest)
        return (
            Question(Form.ROWS, fact.of, fact.names, since, seen.now, path, keys=keys_of(*needed)),
            lambda rows: None if isinstance(rows, int) else measuring.of_events(left, happened(rows), seen),
        )
    days = midnights(since, seen.now, seen.zone) if form is Form.DAILY else ()
    value = fact.path if form in _BY_PATH else ""
    gap = fact.gap if form in (Form.SESSION, Form.MINUTES) else 0
    question = Question(form, fact.of, fact.names, since, seen.now, path, value, days, gap=gap)
    return question, _FINISH[fact.measure]


def of_sequence(fact: Sequence, seen: Seen) -> Plan:
    """Names and times are enough, unless properties are asked for."""
    since = windows.start(fact.window, seen.now, seen.zone, seen.billing_from)
    names = tuple(sorted(set(fact.names)))
    if fact.where:
        return _of_filtered(fact, Question(Form.STEPS, fact.of, names, since, seen.now), seen)
    return (
        Question(Form.TURNS, fact.of, names, since, seen.now),
        lambda names: measuring.in_turn(fact.names, names or ()),
    )


def _of_filtered(fact: Sequence, question: Question, seen: Seen) -> Plan:
    keys = keys_of(*(one.path for where in fact.where for one in where))
    each = [split(where) for where in fact.where]
    steps = tuple(zip(fact.names, (path for path, _ in each), strict=True))
    question = replace(question, where=any_of(fact.where), keys=keys, steps=steps)
    if not any(rest for _, rest in each):
        return question, lambda answer: _in_turn(len(steps), answer or ())
    return (
        replace(question, form=Form.ROWS),
        lambda rows: None if isinstance(rows, int) else measuring.of_sequence(fact, happened(rows), seen),
    )


def _in_turn(length: int, could_be: Iterable[int]) -> int:
    """As `measuring.in_turn`. `could_be`: see `Form.STEPS`."""
    found, step, last = 0, 1, 1 << (length - 1)
    for those in could_be:
        if those & step:
            found, step = (found + 1, 1) if step == last else (found, step << 1)
    return found


def happened(rows: list[Row] | None) -> list[Happened]:
    """As `measuring` reads them."""
    return [Happened(row.at, row.name, row.properties) for row in rows or ()]


def of(fact: Events | Sequence, seen: Seen) -> Plan:
    return of_events(fact, seen) if isinstance(fact, Events) else of_sequence(fact, seen)
