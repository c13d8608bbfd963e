"""The policy by which this deployment chooses, from its settings."""

from django.conf import settings

from offers_app.policy import Policy


def policy() -> Policy:
    """Raises ValueError for a setting that is out of its range; a system check says so at the start."""
    return Policy(
        half_life_days=settings.LEARNING_HALF_LIFE_DAYS,
        base_rate=settings.LEARNING_BASE_RATE,
        strength=settings.LEARNING_STRENGTH,
        exploration=settings.OFFERS_EXPLORATION,
        least=settings.OFFERS_LEAST_SCORE,
    )
