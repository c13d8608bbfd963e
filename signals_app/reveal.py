"""What is known of somebody as staff see it beside a condition: as JSON, contact addresses masked."""

from datetime import date
from decimal import Decimal
from typing import Any

from people_app.masking import masked, without_addresses
from upsell_project.lib.rules.facts import Events, Fact, Trait, Value


def plain(value: Value) -> Any:
    """As JSON has it; None also for a number that JSON has not."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def known(fact: Fact, value: Value) -> Any:
    """The answer to this question."""
    path = fact.name if isinstance(fact, Trait) else fact.path if isinstance(fact, Events) else ""
    name = path.rpartition(".")[2]
    return without_addresses({name: _without(plain(value))})[name]


def _without(value: Any) -> Any:
    """Whatever looks like an address, however it is called."""
    if isinstance(value, list):
        return [_without(one) for one in value]
    return masked(value) if isinstance(value, str) and "@" in value else value
