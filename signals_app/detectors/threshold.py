"""Use against a limit: found at a share of it, and armed again only well below (hysteresis)."""

from signals_app.detectors.shared.building import at_least, exactly
from signals_app.detectors.shared.fields import RESOURCES, Config, Field, Sort
from upsell_project.lib.rules.facts import Entitlement, Of, Op, Share
from upsell_project.lib.rules.tree import Rule, Test

FIELDS: tuple[Field, ...] = (
    RESOURCES,
    Field("fire_at", Sort.SHARE, "The share of the limit at which it is found.", 0.8, required=True, most=10),
    Field(
        "rearm_below",
        Sort.SHARE,
        "It is found again only after the use was below this share.",
        0.7,
        required=True,
        most=10,
    ),
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    return at_least(Entitlement(resource, Share.RATIO), exactly(config["fire_at"]))


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return Test(Entitlement(resource, Share.RATIO), Op.LESS_THAN, exactly(config["rearm_below"]))


def together(config: Config) -> list[str]:
    above = config["rearm_below"] > config["fire_at"]
    return ["config.rearm_below: must not be above fire_at"] if above else []
