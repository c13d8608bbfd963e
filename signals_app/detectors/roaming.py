"""Roaming: somebody keeps switching between several things, such as the modules of the product."""

from signals_app.detectors.shared.building import at_least, days, where
from signals_app.detectors.shared.fields import DAYS, WHERE, Config, Field, Sort, events, filled, sound
from upsell_project.lib.rules.facts import Events, Measure, Of
from upsell_project.lib.rules.tree import AllOf, Rule

FIELDS: tuple[Field, ...] = (
    events("The events that tell where they are.", ["Module Opened"]),
    Field("path", Sort.PATH, "The property that names the place.", "module", required=True),
    WHERE,
    Field(
        "distinct",
        Sort.WHOLE,
        "How many different places there must be.",
        3,
        required=True,
        least=2,
        most=1_000_000,
    ),
    Field(
        "switches",
        Sort.WHOLE,
        "How often they must have gone from one place to another.",
        8,
        required=True,
        most=1_000_000,
    ),
    DAYS,
)
together = sound


def rule(config: Config, of: Of, resource: str) -> Rule:
    given = filled(FIELDS, config)
    names, window, conditions = tuple(given["events"]), days(given["days"]), where(given["where"])
    places, moves = (
        Events(names, window, measure, of, given["path"], conditions)
        for measure in (Measure.DISTINCT, Measure.SWITCHES)
    )
    return AllOf((at_least(places, given["distinct"]), at_least(moves, given["switches"])))


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return None
