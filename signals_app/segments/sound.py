"""Whether a segment may be saved: its rule reads, refers to what exists and to itself nowhere, and makes a date of
nothing that is live."""

from collections.abc import Iterator
from typing import Any

from signals_app import dated, references
from signals_app.models import Segment
from signals_app.segments import order, rules
from upsell_project.lib.rules import reading
from upsell_project.lib.rules.facts import Member
from upsell_project.lib.rules.tree import Rule
from upsell_project.lib.rules.tree import facts as facts_of


def problems(slug: str, kind: str, rule: Any, *, live: bool = True) -> list[tuple[str, str]]:
    """(field, sentence) of everything that is wrong; the place within a rule stands before its sentence."""
    if kind != Segment.Kind.RULE:
        found = [("rule", "A list has no rule: leave it empty.")] if rule else []
        return found + (
            [] if live else [("live", "A list is always live: take everybody out of it instead.")]
        )
    try:
        read = reading.read(rule)
    except reading.Unreadable as error:
        return [("rule", f"{path or 'The rule'} {sentence}.") for path, sentence in error.problems]
    wrong = references.said(references.problems(read, ("segment", slug), live=live))
    return [("rule", sentence) for sentence in wrong or _for_others(slug, read, live)]


def _for_others(slug: str, rule: Rule, live: bool) -> Iterator[str]:
    wanted = frozenset(fact.slug for fact in facts_of(rule) if isinstance(fact, Member))
    others = Segment.objects.exclude(slug=slug)
    if way := order.circle(slug, rules.refers(others) | {slug: wanted}):
        yield f"It refers to itself: {' → '.join(way)}."
    elif live:
        yield from dated.by_segment(slug, rule)
