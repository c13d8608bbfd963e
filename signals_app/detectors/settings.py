"""What a detector's settings must look like. Pure: a value in, sentences out."""

from collections.abc import Iterator, Mapping
from typing import Any

from signals_app.detectors import DETECTORS
from signals_app.detectors.shared import dates
from signals_app.detectors.shared.checks import faults
from signals_app.detectors.shared.dates import NOTHING, Meant
from signals_app.detectors.shared.fields import Field, Sort, example
from upsell_project.lib.rules import reading, writing
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import Rule

__all__ = ["DATE_ALONE", "Field", "Sort", "example", "problems", "written"]

DATE_ALONE = "a date alone is no reason to contact somebody: ask also for something they did"
ANY_RESOURCE = "any"


def problems(detector: str, config: Any, meant: Meant = NOTHING) -> list[str]:
    """Return one sentence per fault, beginning with its path (`config.fire_at`); none when it is sound. `meant`: what
    is behind the names that it refers to.

    None either for a kind that there is not: who chose it hears that of the choice.
    """
    kind = DETECTORS.get(detector)
    if kind is None:
        return []
    if found := faults(kind.FIELDS, config, "config") or kind.together(config):
        return found
    return _as_a_whole(kind.rule(config, Of.ACCOUNT, ANY_RESOURCE), meant)


def _as_a_whole(rule: Rule, meant: Meant) -> list[str]:
    """Settings that are each sound can make a rule that is not."""
    if dates.alone(rule, meant):
        return [f"config: {DATE_ALONE}"]
    try:
        reading.read(writing.written(rule))
    except reading.Unreadable as wrong:
        return [f"config: {place or 'the rule'} {sentence}" for place, sentence in wrong.problems]
    return []


def written(fields: tuple[Field, ...], config: Mapping[str, Any]) -> list[tuple[str, Rule]]:
    """The rules in settings that are sound, each with its path."""
    return [found for field in fields for found in _written(field, config)]


def _written(field: Field, config: Mapping[str, Any]) -> Iterator[tuple[str, Rule]]:
    if field.sort is Sort.RULE and field.name in config:
        yield f"config.{field.name}", reading.read(config[field.name])
    elif field.sort is Sort.PARTS:
        for place, part in enumerate(config[field.name]):
            yield f"config.{field.name}[{place}].if", reading.read(part["if"])
