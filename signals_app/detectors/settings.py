"""What a detector's settings must look like. Pure: a value in, sentences out."""

from typing import Any

from signals_app.detectors import DETECTORS
from signals_app.detectors.shared import dates
from signals_app.detectors.shared.checks import faults
from signals_app.detectors.shared.fields import Field, Sort, example
from upsell_project.lib.rules import reading, writing
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import Rule

__all__ = ["Field", "Sort", "example", "problems"]

ANY_RESOURCE = "any"


def problems(detector: str, config: Any) -> list[str]:
    """Return one sentence per fault, beginning with its path (`config.fire_at`); none when it is sound.

    None either for a kind that there is not: who chose it hears that of the choice.
    """
    kind = DETECTORS.get(detector)
    if kind is None:
        return []
    if found := faults(kind.FIELDS, config, "config") or kind.together(config):
        return found
    return _as_a_whole(kind.rule(config, Of.ACCOUNT, ANY_RESOURCE))


def _as_a_whole(rule: Rule) -> list[str]:
    """Settings that are each sound can make a rule that is not."""
    if dates.alone(rule):
        return ["config: a date alone is no reason to contact somebody: ask also for something they did"]
    try:
        reading.read(writing.written(rule))
    except reading.Unreadable as wrong:
        return [f"config: {place or 'the rule'} {sentence}" for place, sentence in wrong.problems]
    return []
