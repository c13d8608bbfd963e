"""The policy by which this deployment chooses, from its settings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings

from offers_app.policy import Policy

NUMBERS = ("half_life_days", "base_rate", "strength", "exploration", "least")


def policy() -> Policy:
    """Raises ValueError for a setting that is out of its range; a system check says so at the start."""
    return Policy(
        half_life_days=settings.LEARNING_HALF_LIFE_DAYS,
        base_rate=settings.LEARNING_BASE_RATE,
        strength=settings.LEARNING_STRENGTH,
        exploration=settings.OFFERS_EXPLORATION,
        least=settings.OFFERS_LEAST_SCORE,
    )


def but(options: Mapping[str, Any], priorities: Mapping[str, int]) -> Policy:
    """Another one to compare with: `greedy`, and those `NUMBERS` that are not None; the rest as in force. Raises
    ValueError that begins with the parameter."""
    numbers = {name: options[name] for name in NUMBERS if options.get(name) is not None}
    ordered = tuple(sorted(priorities.items()))
    return replace(policy(), **numbers, greedy=options["greedy"], priorities=ordered)
