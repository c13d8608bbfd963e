"""A step of their way with the product: an event that happened, or a date of the account that has come or lies ahead.

With both either is enough: some products send `Trial Ended`, of others only the date is known.
"""

from signals_app.detectors.shared.building import (
    OFFSETS,
    active,
    all_of,
    any_of,
    at_least,
    days,
    far,
    misplaced,
    near,
    of_date,
    where,
)
from signals_app.detectors.shared.fields import (
    LONGEST,
    WHERE,
    Config,
    Field,
    Sort,
    activity,
    filled,
)
from upsell_project.lib.rules.facts import Events, Of, Op, Trait
from upsell_project.lib.rules.tree import Rule, Test

FIELDS: tuple[Field, ...] = (
    Field("events", Sort.EVENTS, "The event that is the step; any of these.", ["Onboarding Completed"]),
    WHERE,
    Field("days", Sort.DAYS, "How many days ago it may have happened.", 1, default=1),
    Field("trait", Sort.TRAIT, "The account's date that is the step.", "trial_ends_at"),
    Field(
        "from",
        Sort.WHOLE,
        "The first day, counted from the date: -3 is three days before it.",
        -3,
        least=-730,
    ),
    Field("to", Sort.WHOLE, "The last day, counted from the date: 0 is the date itself.", 0, least=-730),
    activity("What they must have done: with a date it must be given."),
    Field("unless", Sort.EVENTS, "Not where one of these has happened.", ["Plan Upgraded"], default=[]),
    Field("unless_days", Sort.DAYS, "How many days back to look for them.", 30, default=30, most=LONGEST),
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    given = filled(FIELDS, config)
    steps: list[Rule] = []
    if "events" in config:
        steps.append(at_least(_happened(config, of), 1))
    if "trait" in config:
        steps.append(all_of(near(_date(config), config), *active(given["activity"], of)))
    bought = Events(tuple(given["unless"]), days(given["unless_days"]), of=of)
    return all_of(any_of(*steps), *([Test(bought, Op.AT_MOST, 0)] if given["unless"] else []))


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    """A date is found once, and again when it has been set anew. An event that comes again is a new step; with both,
    nothing of the step may be left."""
    if "trait" not in config:
        return None
    gone = [Test(_happened(config, of), Op.AT_MOST, 0)] if config.get("events") else []
    return all_of(far(_date(config), config), *gone)


def together(config: Config) -> list[str]:
    if not config.get("events") and "trait" not in config:
        return ["config.events: is missing, or else trait: what is the step?"]
    wrong = of_date(config) if "trait" in config else []
    if "trait" not in config:
        wrong += misplaced(config, (*OFFSETS, "activity"), "has no place without trait")
    if not config.get("events"):
        wrong += misplaced(config, ("events", "where", "days"), "has no place without events")
    if not config.get("unless"):
        wrong += misplaced(config, ("unless_days",), "has no place without unless")
    return wrong


def _happened(config: Config, of: Of) -> Events:
    given = filled(FIELDS, config)
    return Events(tuple(given["events"]), days(given["days"]), of=of, where=where(given["where"]))


def _date(config: Config) -> Trait:
    return Trait(config["trait"], Of.ACCOUNT)
