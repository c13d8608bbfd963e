"""Whom the job "sweeps" would ask next of what was noted, as if it had asked them."""

from signals_app import noted
from signals_app.models import SignalDefinition
from signals_app.subjects import Subject


def take(limit: int = noted.AT_ONCE) -> list[tuple[SignalDefinition, Subject]]:
    asking = noted.whom(noted.take(limit))
    noted.done(asking)
    return [(one, subject) for one, subject in asking.pairs if isinstance(one, SignalDefinition)]
