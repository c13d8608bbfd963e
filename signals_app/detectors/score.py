"""A score of the account is high or low enough, and well off that before it is found again."""

from signals_app.detectors.shared.building import exactly
from signals_app.detectors.shared.fields import Config, Field, Sort
from upsell_project.lib.rules.facts import Of, Op, Score
from upsell_project.lib.rules.tree import Rule, Test

FIELDS: tuple[Field, ...] = (
    Field("name", Sort.TEXT, "The score.", "health", required=True),
    Field("at_least", Sort.SHARE, "Found from this score on.", 0.7, most=1),
    Field("at_most", Sort.SHARE, "Instead: found down from this score.", 0.3, most=1),
    Field(
        "rearm",
        Sort.SHARE,
        "It is found again only after the score was below this (with `at_most`: above it).",
        0.6,
        most=1,
    ),
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    bound, op = ("at_least", Op.AT_LEAST) if "at_least" in config else ("at_most", Op.AT_MOST)
    return Test(Score(config["name"]), op, exactly(config[bound]))


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    bound, op = ("at_least", Op.LESS_THAN) if "at_least" in config else ("at_most", Op.MORE_THAN)
    return Test(Score(config["name"]), op, exactly(config.get("rearm", config[bound])))


def together(config: Config) -> list[str]:
    if ("at_least" in config) == ("at_most" in config):
        return ["config.at_least: must be given, or else at_most: one of the two"]
    if "rearm" not in config:
        return []
    if "at_least" in config:
        return ["config.rearm: must not be above at_least"] if config["rearm"] > config["at_least"] else []
    return ["config.rearm: must not be below at_most"] if config["rearm"] < config["at_most"] else []
