"""Scores for tests."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from signals_app.models import Score, ScoreDefinition
from signals_app.scores import compute


def used(count: int, days: int = 7) -> dict[str, Any]:
    window = {"window": {"days": days}, "of": "account"}
    return {"fact": "events", "names": ["Feature Used"], **window, "op": "at_least", "value": count}


ACTIVE = used(1)
PAID = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "pro"}
WANTS = {"fact": "intent", "label": "more_capacity", "window": {"days": 30}, "op": "at_least", "value": 0.5}


def a_sign(part: str, rule: Any, points: float = 1, name: str = "") -> dict[str, Any]:
    return {"part": part, "name": name or f"{part} {points}", "points": points, "if": rule}


def a_definition(slug: str = "health", **fields: Any) -> ScoreDefinition:
    return ScoreDefinition.objects.create(**{"slug": slug, "name": slug.capitalize(), **fields})


def scored() -> dict[str, set[int]]:
    """Until nothing is due; the accounts whose value changed, by score."""
    before = _values()
    while compute.step():
        pass
    changed: dict[str, set[int]] = defaultdict(set)
    for (name, account), value in _values().items():
        if before.get((name, account)) != value:
            changed[name].add(account)
    return dict(changed)


def _values() -> dict[tuple[str, int], Decimal]:
    return {(one.name, one.account_id): one.value for one in Score.objects.all()}
