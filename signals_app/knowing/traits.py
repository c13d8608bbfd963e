"""Columns and traits of an account or a person, as rules compare them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from signals_app.knowing.profile import ACCOUNT_COLUMNS, PERSON_COLUMNS
from upsell_project.lib.rules import measuring
from upsell_project.lib.rules.facts import Of, Trait, Value

_MOMENTS = frozenset(
    {"created_at", "first_seen_at", "last_seen_at", "period_started_at", "renews_at", "trial_ends_at"}
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.DOTALL)


def value(fact: Trait, row: Mapping[str, Any] | None) -> Value:
    """None where it is not known; an empty text says nothing."""
    if row is None:
        return None
    column = fact.name in (ACCOUNT_COLUMNS if fact.of is Of.ACCOUNT else PERSON_COLUMNS)
    found = measuring.read(row, fact.name)
    if not isinstance(found, str):
        return found
    if column and fact.name not in _MOMENTS:
        return found or None
    return _typed(found) if found else None


def _typed(text: str) -> Value:
    """A date or a moment, if it is written as one; a moment without zone is UTC."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _MOMENT.fullmatch(text):
            at = datetime.fromisoformat(text)
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        pass
    return text
