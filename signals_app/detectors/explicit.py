"""They asked for it: by an event that says so, or in what they wrote."""

from signals_app.detectors.shared.building import any_of, at_least, exactly, misplaced, where
from signals_app.detectors.shared.fields import WHERE, Config, Field, Sort, events, filled
from upsell_project.lib.rules.facts import Events, Of, Said, Unit, Window
from upsell_project.lib.rules.tree import Rule

FIELDS: tuple[Field, ...] = (
    events("The events by which they ask.", ["Seats Requested"]),
    WHERE,
    Field("hours", Sort.WHOLE, "How many hours ago at most.", 24, default=24, most=744),
    Field("label", Sort.LABEL, "A ticket or form that means this asks for it, too.", "more_capacity"),
    Field("confidence", Sort.SHARE, "How sure it must be that the text means it.", 0.8, default=0.8, most=1),
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    given = filled(FIELDS, config)
    window = Window(Unit.HOURS, given["hours"])
    asked = at_least(Events(tuple(given["events"]), window, of=of, where=where(given["where"])), 1)
    if not given["label"]:
        return asked
    return any_of(asked, at_least(Said(given["label"], window), exactly(given["confidence"])))


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return None


def together(config: Config) -> list[str]:
    return [] if "label" in config else misplaced(config, ("confidence",), "has no place without label")
