"""Comparisons of numbers in SQL."""

from typing import Any

from signals_app.sweeping.asking import FALSE, Asking, any_of
from upsell_project.lib.rules.facts import Op
from upsell_project.lib.rules.judging import COMPARE, number

_SIGNS = {
    (Op.AT_LEAST, True): ">=",
    (Op.MORE_THAN, True): ">",
    (Op.AT_MOST, True): "<=",
    (Op.LESS_THAN, True): "<",
    (Op.AT_LEAST, False): "<",
    (Op.MORE_THAN, False): "<=",
    (Op.AT_MOST, False): ">",
    (Op.LESS_THAN, False): ">=",
}


def compared(column: str, op: Op, value: Any, wanted: bool, asking: Asking) -> str:
    """That the comparison of a number is `wanted`. Not for `known` and `unknown`."""
    if op is Op.IS_NOT:
        return compared(column, Op.IS, value, not wanted, asking)
    if op in (Op.IS, Op.ONE_OF):
        values = [one for one in (value if op is Op.ONE_OF else (value,)) if number(one)]
        same = any_of(*(f"{column} = {asking.value(one)}::numeric" for one in values))
        return same if wanted else _not(same, column)
    if op is Op.BETWEEN:
        least, most = (f"{asking.value(one)}::numeric" for one in value)
        return f"{column} {'' if wanted else 'NOT '}BETWEEN {least} AND {most}"
    sign = _SIGNS.get((op, wanted))
    return f"{column} {sign} {asking.value(value)}::numeric" if sign and number(value) else FALSE


def _not(condition: str, column: str) -> str:
    return f"{column} IS NOT NULL" if condition == FALSE else f"NOT {condition}"


def at_zero(op: Op, value: Any, wanted: bool) -> bool:
    """Whether nothing at all is what is wanted."""
    return COMPARE[op](0, value) is wanted


def only_zero(op: Op, value: Any, wanted: bool) -> bool:
    """Whether of whole numbers from 0 on only 0 is what is wanted."""
    if not number(value):
        return False
    if wanted:
        return (op is Op.AT_MOST and 0 <= value < 1) or (op is Op.LESS_THAN and 0 < value <= 1)
    return (op is Op.AT_LEAST and 0 < value <= 1) or (op is Op.MORE_THAN and 0 <= value < 1)
