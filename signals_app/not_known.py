"""What is not known of somebody, in words: why a condition has no answer."""

from collections.abc import Collection

from upsell_project.lib.rules import wording
from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Events,
    Fact,
    Measure,
    Metered,
    Of,
    Score,
    Season,
    Share,
    Trait,
)
from upsell_project.lib.seasons import OWN


def said(fact: Fact, *, home: bool, metered: Collection[str]) -> str:
    """The missing fact, to be read after "not known: ". `home`: it is known which account it is about; `metered`: the
    resources that a meter counts."""
    if not home and _of_account(fact):
        return "which account it is about: they are at home in none, or in several"
    match fact:
        case Trait(name, of):
            return f"the {of}'s {name.replace('_', ' ')}"
        case Season(name):
            if name == OWN:
                return "the account's own fiscal year end"
            return "the account's industry and country, by which the season matters to it, and when"
        case Entitlement(resource, share):
            return _limit(resource.replace("_", " "), share, counted=resource in metered)
        case Metered(resource):
            return _used(resource.replace("_", " "), counted=resource in metered)
        case Changed():
            return "what is usual for them: their past is too short"
        case Score(name):
            return f"the account's score {name}"
        case Events(measure=Measure.LAST, path=path):
            return f"{path}: no such event in that time has it"
    return wording.fact(fact)


def _of_account(fact: Fact) -> bool:
    return isinstance(fact, Entitlement | Metered | Season | Score) or getattr(fact, "of", None) is Of.ACCOUNT


def _used(resource: str, *, counted: bool) -> str:
    why = "too many events would have to be read" if counted else "no meter counts it"
    return f"how much of {resource} is used: {why}"


def _limit(resource: str, share: Share, *, counted: bool) -> str:
    if share is Share.USED:
        return f"how much of {resource} is used: no meter counts it"
    if share is Share.DAYS_LEFT and not counted:
        return f"when {resource} run out: no meter counts how much of it is used"
    if share is Share.DAYS_LEFT:
        return f"when {resource} run out: at the present rate they do not, or it is too soon to say"
    return f"the account's limit of {resource}, or what is used of it"
