"""Any conditions, put together as you like."""

from signals_app.detectors.shared.fields import Config, Field, Sort, sound
from upsell_project.lib.rules import reading
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import Rule

FIELDS: tuple[Field, ...] = (
    Field(
        "rule",
        Sort.RULE,
        "When it is found.",
        {
            "fact": "events",
            "names": ["Report Exported"],
            "window": {"days": 14},
            "op": "at_least",
            "value": 5,
        },
        required=True,
    ),
    Field(
        "rearm",
        Sort.RULE,
        "It is found again only after this held; left out: after the cooldown.",
        {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"},
    ),
)
together = sound


def rule(config: Config, of: Of, resource: str) -> Rule:
    return reading.read(config["rule"])


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return reading.read(config["rearm"]) if "rearm" in config else None
