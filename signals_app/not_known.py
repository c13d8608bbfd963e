"""What is not known of somebody, in words: why a condition has no answer."""

from upsell_project.lib.rules import wording
from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Events,
    Fact,
    Measure,
    Of,
    Score,
    Season,
    Share,
    Trait,
)
from upsell_project.lib.seasons import OWN


def said(fact: Fact, *, home: bool) -> str:
    """The missing fact, to be read after "not known: ". `home`: they are at home in one account."""
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
            return _limit(resource.replace("_", " "), share)
        case Changed():
            return "what is usual for them: their past is too short"
        case Score(name):
            return f"the account's score {name}"
        case Events(measure=Measure.LAST, path=path):
            return f"{path}: no such event in that time has it"
    return wording.fact(fact)


def _of_account(fact: Fact) -> bool:
    return isinstance(fact, Entitlement | Season | Score) or getattr(fact, "of", None) is Of.ACCOUNT


def _limit(resource: str, share: Share) -> str:
    if share is Share.USED:
        return f"how much of {resource} is used: no meter counts it"
    if share is Share.DAYS_LEFT:
        return f"when {resource} run out: at the present rate they do not, or it is too soon to say"
    return f"the account's limit of {resource}, or what is used of it"
