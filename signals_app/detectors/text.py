"""What they wrote means it: a ticket, a form or an answer, in English, German, French or Spanish."""

from dataclasses import replace

from signals_app.detectors.shared.building import at_least, days, exactly
from signals_app.detectors.shared.fields import DAYS, Config, Field, Sort, filled, sound
from upsell_project.lib.rules.facts import Of, Said
from upsell_project.lib.rules.tree import Rule

FIELDS: tuple[Field, ...] = (
    Field("label", Sort.LABEL, "What the text must mean.", "doubts_value", required=True),
    Field("confidence", Sort.SHARE, "How sure it must be.", 0.7, default=0.7, most=1),
    replace(DAYS, help="How many days ago at most.", example=1, required=False, default=1),
)
together = sound


def rule(config: Config, of: Of, resource: str) -> Rule:
    given = filled(FIELDS, config)
    return at_least(Said(given["label"], days(given["days"])), exactly(given["confidence"]))


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    return None
