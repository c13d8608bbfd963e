"""Time spent in a window, such as two hours in the help: told by a property, or by the time between events."""

from signals_app.detectors.shared.building import at_least, days, misplaced, where
from signals_app.detectors.shared.fields import DAYS, GAP, WHERE, Config, Field, Sort, events, filled
from upsell_project.lib.rules.facts import Events, Measure, Of
from upsell_project.lib.rules.tree import Rule

FIELDS: tuple[Field, ...] = (
    events("The events of the time that counts.", ["Docs Viewed"]),
    WHERE,
    Field("minutes", Sort.WHOLE, "How many minutes in all.", 120, required=True, most=100_000),
    DAYS,
    Field(
        "path",
        Sort.PATH,
        "The property that says how many seconds it took. Without one the time between an event and the next counts.",
        "seconds",
    ),
    GAP,
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    given = filled(FIELDS, config)
    names, window, conditions = tuple(given["events"]), days(given["days"]), where(given["where"])
    if path := given["path"]:
        return at_least(Events(names, window, Measure.SUM, of, path, conditions), 60 * given["minutes"])
    spent = Events(names, window, Measure.MINUTES, of, where=conditions, gap=given["gap"])
    return at_least(spent, given["minutes"])


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return None


def together(config: Config) -> list[str]:
    reason = "has no place beside path: the property says how long it took"
    return misplaced(config, ("gap",), reason) if "path" in config else []
