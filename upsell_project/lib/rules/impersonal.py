"""What a whole account cannot be asked: an account has no role and is in no segment. Pure."""

from upsell_project.lib.rules import meaning
from upsell_project.lib.rules.facts import Member, Of
from upsell_project.lib.rules.reader import under
from upsell_project.lib.rules.tree import Rule

CHOOSE = "It asks about a person: choose “the whole account” at “Of”."
NO_SEGMENT = "It asks about a person: a whole account is in no segment."


def problems(rule: Rule) -> list[tuple[str, str]]:
    """(path, sentence) of every question about one person."""
    return [
        (under(path, "slug"), NO_SEGMENT) if isinstance(test.fact, Member) else (under(path, "of"), CHOOSE)
        for path, test in meaning.placed(rule)
        if isinstance(test.fact, Member) or getattr(test.fact, "of", None) is Of.PERSON
    ]
