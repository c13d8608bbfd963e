"""N events in a window: premium features used five times in two weeks."""

from signals_app.detectors.shared.building import at_least, days, where
from signals_app.detectors.shared.fields import DAYS, WHERE, Config, Field, Sort, filled
from upsell_project.lib.rules.facts import Events, Of
from upsell_project.lib.rules.tree import Rule

FIELDS: tuple[Field, ...] = (
    Field("event", Sort.EVENT, "The event that counts.", "Feature Used", note="or several below"),
    Field(
        "events",
        Sort.EVENTS,
        "Instead of one event: several, all counted together.",
        ["Ticket Created"],
        note="or one above",
    ),
    WHERE,
    Field("count", Sort.WHOLE, "How often it must have happened.", 5, required=True, most=1_000_000),
    DAYS,
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    given = filled(FIELDS, config)
    names = tuple(given["events"] or [given["event"]])
    return at_least(Events(names, days(given["days"]), of=of, where=where(given["where"])), given["count"])


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return None


def together(config: Config) -> list[str]:
    if "event" in config and "events" in config:
        return ["config.events: has no place beside event"]
    if not config.get("event") and not config.get("events"):
        return [
            'config.event: is missing, and so is events: one of the two is needed. Example: "Feature Used"'
        ]
    return []
