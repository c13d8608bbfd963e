"""What is wrong with a definition before it is saved, by field: its settings, its condition, and the two together."""

from typing import Any

from signals_app import compiled
from signals_app.detectors import DETECTORS, settings
from signals_app.models import SignalDefinition
from upsell_project.lib.rules import reading, wording
from upsell_project.lib.rules.facts import Fact, Member, Of
from upsell_project.lib.rules.tree import Test, tests
from upsell_project.lib.spans import MOST_HOURS

RULE = ("detector", "config", "condition", "about", "hold_hours")
"""What makes a new version of it."""
MOST_ROLES = 20


def problems(definition: SignalDefinition) -> dict[str, list[str]]:
    """Sentences by field, each beginning with the place where that helps; empty when it is sound."""
    found = {
        "config": settings.problems(definition.detector, definition.config),
        "condition": _of_condition(definition.condition),
        "route_to": _of_roles(definition.route_to),
        **_of_hours(definition),
    }
    wrong = {name: sentences for name, sentences in found.items() if sentences}
    if wrong or definition.about != Of.ACCOUNT or definition.detector not in DETECTORS:
        return wrong
    return {"about": sentences} if (sentences := _of_nobody(definition)) else {}


def _of_condition(condition: Any) -> list[str]:
    if condition in ({}, None):
        return []
    try:
        reading.read(condition)
    except reading.Unreadable as wrong:
        return [f"{place or 'the rule'} {sentence}" for place, sentence in wrong.problems]
    return []


def _of_roles(roles: Any) -> list[str]:
    fine = isinstance(roles, list) and all(isinstance(role, str) and role.strip() for role in roles)
    return [] if fine and len(roles) <= MOST_ROLES else [f"must be a list of at most {MOST_ROLES} roles"]


def _of_hours(definition: SignalDefinition) -> dict[str, list[str]]:
    bounds = {"hold_hours": 0, "lifetime_hours": 1, "cooldown_hours": 0}
    return {
        name: [f"must be from {least} to {MOST_HOURS} hours"]
        for name, least in bounds.items()
        if not least <= getattr(definition, name) <= MOST_HOURS
    }


def _of_nobody(definition: SignalDefinition) -> list[str]:
    """An account as a whole has no role and is in no segment: it would never be found, and nobody would know why."""
    rule = compiled.of(definition).part().rule
    return [
        f"a whole account cannot be asked: {wording.sentence(test)}"
        for test in dict.fromkeys(tests(rule))
        if _personal(test)
    ]


def _personal(test: Test) -> bool:
    fact: Fact = test.fact
    return isinstance(fact, Member) or getattr(fact, "of", None) is Of.PERSON
