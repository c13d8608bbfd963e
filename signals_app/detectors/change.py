"""Unusually much or little, measured by their own past: each weekday is compared with its like."""

from signals_app.detectors.shared.building import where
from signals_app.detectors.shared.fields import WHERE, Config, Field, Sort, filled, sound
from upsell_project.lib.rules.facts import Changed, Of, Op, Span, Turn
from upsell_project.lib.rules.tree import Rule, Test

FIELDS: tuple[Field, ...] = (
    Field(
        "turn",
        Sort.CHOICE,
        "`spike`: suddenly much more; `drop`: suddenly much less.",
        "drop",
        required=True,
        choices=tuple(Turn),
    ),
    Field(
        "span",
        Sort.CHOICE,
        "`day`: today, for a drop yesterday; `week`: the last seven days. A week needs four weeks of history.",
        "week",
        default="week",
        choices=tuple(Span),
    ),
    Field(
        "events",
        Sort.EVENTS,
        "The events that count; none: everything they do.",
        ["Session Started"],
        default=[],
    ),
    WHERE,
)
together = sound


def rule(config: Config, of: Of, resource: str) -> Rule:
    return Test(_changed(config, of), Op.IS, True)


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    """A change that lasts is found once."""
    return Test(_changed(config, of), Op.IS, False)


def _changed(config: Config, of: Of) -> Changed:
    given = filled(FIELDS, config)
    turn, span = Turn(given["turn"]), Span(given["span"])
    return Changed(turn, tuple(given["events"]), span, of, where(given["where"]))
