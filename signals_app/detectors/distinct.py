"""N different values of a property in a window: five kinds of integrations connected in a month."""

from signals_app.detectors.shared.building import at_least, days, where
from signals_app.detectors.shared.fields import DAYS, WHERE, Config, Field, Sort, events, filled, sound
from upsell_project.lib.rules.facts import Events, Measure, Of
from upsell_project.lib.rules.tree import Rule

FIELDS: tuple[Field, ...] = (
    events("The events that count.", ["Feature Used"]),
    Field("path", Sort.PATH, "The property whose values are told apart.", "feature", required=True),
    WHERE,
    Field("count", Sort.WHOLE, "How many different values there must be.", 5, required=True, most=1_000_000),
    DAYS,
)
together = sound


def rule(config: Config, of: Of, resource: str) -> Rule:
    given = filled(FIELDS, config)
    names, conditions = tuple(given["events"]), where(given["where"])
    return at_least(
        Events(names, days(given["days"]), Measure.DISTINCT, of, given["path"], conditions), given["count"]
    )


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return None
