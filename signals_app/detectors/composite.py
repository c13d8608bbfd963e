"""Several rules together: all of them, any of them, or enough by their weights, which then is the confidence."""

from signals_app.detectors.shared.building import exactly, misplaced
from signals_app.detectors.shared.fields import Config, Field, Sort
from upsell_project.lib.rules import reading
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import AllOf, AnyOf, Rule, Weighed

FIELDS: tuple[Field, ...] = (
    Field(
        "mode",
        Sort.CHOICE,
        "All of the parts, any of them, or enough of them by their weights.",
        "weighted",
        required=True,
        choices=("all", "any", "weighted"),
    ),
    Field(
        "parts",
        Sort.PARTS,
        "The conditions; where enough of them are wanted each with its weight, 1 where it has none.",
        [
            {
                "if": {"fact": "segment", "slug": "power-users", "op": "is", "value": True},
                "weight": 2,
            }
        ],
        required=True,
    ),
    Field(
        "at_least",
        Sort.SHARE,
        "Where enough are wanted: the share of all weights that must hold.",
        0.6,
        most=1,
    ),
    Field(
        "rearm",
        Sort.RULE,
        "It is found again only after this held; left out: after the cooldown.",
        {"fact": "entitlement", "resource": "seats", "share": "ratio", "op": "less_than", "value": 0.8},
    ),
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    rules = tuple(reading.read(part["if"]) for part in config["parts"])
    if config["mode"] == "weighted":
        weights = (exactly(part.get("weight", 1)) for part in config["parts"])
        return Weighed(tuple(zip(weights, rules, strict=True)), exactly(config["at_least"]))
    return AllOf(rules) if config["mode"] == "all" else AnyOf(rules)


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return reading.read(config["rearm"]) if "rearm" in config else None


def together(config: Config) -> list[str]:
    if config["mode"] == "weighted":
        return [] if "at_least" in config else ["config.at_least: is missing. Example: 0.6"]
    weighed = [
        f"config.parts[{place}].weight: has a place only with weighted"
        for place, part in enumerate(config["parts"])
        if "weight" in part
    ]
    return weighed + misplaced(config, ("at_least",), "has a place only with weighted")
