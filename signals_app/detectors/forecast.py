"""The limit will be reached soon at the present rate. Where it already is, other kinds speak."""

from signals_app.detectors.shared.building import all_of
from signals_app.detectors.shared.fields import RESOURCES, Config, Field, Sort
from upsell_project.lib.rules.facts import Entitlement, Of, Op, Share
from upsell_project.lib.rules.tree import Rule, Test

FIELDS: tuple[Field, ...] = (
    RESOURCES,
    Field(
        "within", Sort.DAYS, "The limit will be reached in so many days at most.", 7, required=True, most=366
    ),
    Field(
        "rearm_above",
        Sort.DAYS,
        "It is found again only after more than so many days were left; as a rule as many as above.",
        14,
        most=366,
    ),
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    return all_of(
        Test(Entitlement(resource, Share.DAYS_LEFT), Op.AT_MOST, config["within"]),
        Test(Entitlement(resource, Share.RATIO), Op.LESS_THAN, 1),
    )


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    left = config.get("rearm_above", config["within"])
    return Test(Entitlement(resource, Share.DAYS_LEFT), Op.MORE_THAN, left)


def together(config: Config) -> list[str]:
    below = config.get("rearm_above", config["within"]) < config["within"]
    return ["config.rearm_above: must not be below within"] if below else []
