"""N events in one visit: the pricing page seen three times without leaving."""

from dataclasses import replace

from signals_app.detectors.shared.building import at_least, days, where
from signals_app.detectors.shared.fields import DAYS, GAP, WHERE, Config, Field, Sort, events, filled, sound
from upsell_project.lib.rules.facts import Events, Measure, Of
from upsell_project.lib.rules.tree import Rule

FIELDS: tuple[Field, ...] = (
    events("The events that count; pages have the name that they were sent with.", ["Pricing Viewed"]),
    WHERE,
    Field("count", Sort.WHOLE, "How often in one visit.", 3, required=True, least=2, most=1_000_000),
    GAP,
    replace(DAYS, help="How many days back the visit may lie.", example=1, required=False, default=1),
)
together = sound


def rule(config: Config, of: Of, resource: str) -> Rule:
    given = filled(FIELDS, config)
    return at_least(
        Events(
            tuple(given["events"]),
            days(given["days"]),
            Measure.SESSION,
            of,
            where=where(given["where"]),
            gap=given["gap"],
        ),
        given["count"],
    )


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return None
