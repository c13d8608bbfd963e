"""Conditions on an event's properties in PostgreSQL's own words (SQL/JSON path), meaning exactly what they mean in
`lib.rules.measuring`. What cannot be said exactly is not said: those conditions are looked at in Python. Pure.

Paths are strict (SQL/JSON path would else look into lists by itself). There, what is missing or of another type makes
a comparison unknown, not false, so negations say so.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from signals_app.knowing import folded
from upsell_project.lib.rules.facts import Op, Where

_ORDERS = {Op.AT_LEAST: ">=", Op.MORE_THAN: ">", Op.AT_MOST: "<=", Op.LESS_THAN: "<"}
_MOST_DIGITS = 1_000


def split(where: Iterable[Where]) -> tuple[str | None, tuple[Where, ...]]:
    """All that can be said, as one path predicate for `@@` (None: nothing), and the conditions that are left over."""
    said, rest = [], []
    for one in where:
        path = predicate(one)
        if path is None:
            rest.append(one)
        else:
            said.append(path)
    return (f"strict {' && '.join(said)}" if said else None), tuple(rest)


def any_of(wheres: Iterable[Iterable[Where]]) -> str | None:
    """A path predicate for `@@` that is true wherever one of these holds as a whole, and perhaps elsewhere; None where
    nothing can be said of one of them."""
    said = [split(where)[0] for where in wheres]
    each = [f"({one.removeprefix('strict ')})" for one in said if one is not None]
    return f"strict {' || '.join(dict.fromkeys(each))}" if said and len(each) == len(said) else None


def predicate(where: Where) -> str | None:
    """The condition on `$`, in parentheses; true exactly where `measuring` says that it holds. None: cannot be said."""
    if not storable(where.path):
        return None
    whole, deep = node(where.path), deep_node(where.path)
    there = _condition(where, whole)
    if there is None or deep is None:
        return there
    return f"((exists({whole}) && {there}) || (((exists({whole})) is unknown) && {_condition(where, deep)}))"


def node(path: str) -> str:
    """The property that is called like the whole path."""
    return f"$.{_text(path)}"


def deep_node(path: str) -> str | None:
    """Where a dotted path leads, if it is one."""
    return "$" + "".join(f".{_text(part)}" for part in path.split(".")) if "." in path else None


def literal(value: str | int | float | None) -> str:
    """A JSON value that is no list or object."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return format(Decimal(str(value)), "f") if number else json.dumps(value)


def storable(text: str) -> bool:
    """Whether PostgreSQL could hold it at all."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def _condition(where: Where, at: str) -> str | None:
    known = f'({at}.type() != "null" && {at}.type() != "object")'
    if where.op is Op.KNOWN:
        return known
    if where.op is Op.UNKNOWN:
        return _not(known)
    if where.op in _ORDERS:
        number = _number(where.value)
        return None if number is None else f"({at} {_ORDERS[where.op]} {number})"
    if where.op is Op.BETWEEN:
        return _between(where.value, at)
    if where.op is Op.ONE_OF:
        return _one_of(where.value, at)
    if where.op in (Op.CONTAINS, Op.CONTAINS_WORD):
        return _contains(where.value, at, where.op is Op.CONTAINS_WORD)
    same = _same(where.value, at) if where.op in (Op.IS, Op.IS_NOT) else None
    if same is None or where.op is Op.IS:
        return same
    return f"({known} && {_not(same)})"


def _between(value: Any, at: str) -> str | None:
    bounds = [_number(one) for one in value] if isinstance(value, tuple) and len(value) == 2 else [None]
    return None if None in bounds else f"({at} >= {bounds[0]} && {at} <= {bounds[-1]})"


def _contains(wanted: Any, at: str, as_word: bool) -> str | None:
    """A piece of a text, or one of the texts of a list."""
    if wanted is None or not storable(str(wanted)):
        return None
    pattern = folded.holding(str(wanted), as_word)
    if pattern is None:
        return None
    inside = f"{at} like_regex {_text(pattern)}"
    listed = f" || exists({at}[*] ? (@ == {_text(wanted)}))" if isinstance(wanted, str) else ""
    return f"({inside}{listed})"


def _one_of(value: Any, at: str) -> str | None:
    each = [_same(one, at) for one in value] if isinstance(value, tuple) else []
    said = [one for one in each if one is not None]
    return f"({' || '.join(said)})" if said and len(said) == len(each) else None


def _same(wanted: Any, at: str) -> str | None:
    if isinstance(wanted, bool):
        return f"({at} == {str(wanted).lower()})"
    if isinstance(wanted, str):
        text = _text(wanted) if storable(wanted) else None
        return text and f"({at} == {text} || exists({at}[*] ? (@ == {text})))"
    number = _number(wanted)
    return None if number is None else f"({at} == {number})"


def _not(condition: str) -> str:
    """Not true: false or unknown."""
    return f"(!({condition}) || (({condition}) is unknown))"


def _number(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return None
    return format(number, "f")


def _text(text: str) -> str:
    return json.dumps(text)
