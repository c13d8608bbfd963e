"""A rule as JSON: what `reading.read` reads back as the same."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from upsell_project.lib.rules.facts import Fact, Unit, Where, Window
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed


def written(rule: Rule) -> dict[str, Any]:
    match rule:
        case AllOf(rules):
            return {"all": [written(one) for one in rules]}
        case AnyOf(rules):
            return {"any": [written(one) for one in rules]}
        case Not(inner):
            return {"not": written(inner)}
        case Weighed(rules, at_least):
            members = [{"weight": _plain(weight), "if": written(one)} for weight, one in rules]
            return {"weighed": members, "at_least": _plain(at_least)}
        case Test(fact, op, value):
            compared = {} if value is None else {"value": _plain(value)}
            return {**asked(fact), "op": op.value, **compared}


def asked(fact: Fact) -> dict[str, Any]:
    """What is asked, without what is as it is anyway."""
    given = {
        one.name: _plain(getattr(fact, one.name))
        for one in fields(fact)
        if getattr(fact, one.name) != one.default
    }
    return {"fact": fact.kind, **given}


def _plain(value: Any) -> Any:
    if isinstance(value, Window):
        rolling = value.unit in (Unit.HOURS, Unit.DAYS)
        return {value.unit.value: value.length} if rolling else {"this": value.unit.value}
    if isinstance(value, Where):
        compared = {} if value.value is None else {"value": _plain(value.value)}
        return {"path": value.path, "op": value.op.value, **compared}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value
