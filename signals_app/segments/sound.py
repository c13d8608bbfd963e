"""Whether a segment may be saved, switched off or deleted: its rule reads, refers to what exists and to itself nowhere,
and nothing that is live refers to one that goes."""

from collections.abc import Collection, Iterator
from typing import Any

from signals_app.models import Segment, SignalDefinition
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
    return [("rule", sentence) for sentence in _references(slug, read, live)]


def _references(slug: str, rule: Rule, live: bool) -> Iterator[str]:
    wanted = {fact.slug for fact in facts_of(rule) if isinstance(fact, Member)}
    others = {one.slug: one for one in Segment.objects.exclude(slug=slug)}
    for other in sorted(wanted - others.keys() - {slug}):
        yield f"There is no segment {other}."
    for other in sorted(wanted & others.keys()) if live else ():
        if not others[other].live:
            yield f"The segment {other} is switched off, so nobody is in it."
    if way := order.circle(slug, rules.refers(others.values()) | {slug: frozenset(wanted)}):
        yield f"It refers to itself: {' → '.join(way)}."


def referring(slugs: Collection[str]) -> dict[str, list[str]]:
    """By slug, what is live and refers to it, as staff call it; not what is named by `slugs` itself."""
    found: dict[str, list[str]] = {slug: [] for slug in slugs}
    for segment in Segment.objects.filter(live=True).exclude(slug__in=slugs).order_by("slug"):
        _note(found, f"the segment {segment.slug}", segment.rule)
    for definition in SignalDefinition.objects.filter(live=True).order_by("slug"):
        _note(found, f"the signal {definition.slug}", [definition.condition, definition.config])
    return {slug: users for slug, users in found.items() if users}


def refusals(slugs: Collection[str], verb: str) -> list[str]:
    """Sentences why these may not go; none where nothing needs them."""
    return [
        f"{slug} cannot be {verb}: {', '.join(users)} {'refers' if len(users) == 1 else 'refer'} to it."
        for slug, users in sorted(referring(slugs).items())
    ]


def _note(found: dict[str, list[str]], user: str, raw: Any) -> None:
    for slug in found.keys() & set(_named(raw)):
        found[slug].append(user)


def _named(raw: Any) -> Iterator[str]:
    """The segments that are asked for anywhere in this JSON."""
    if isinstance(raw, dict):
        if raw.get("fact") == Member.kind and isinstance(raw.get("slug"), str):
            yield raw["slug"]
        for each in raw.values():
            yield from _named(each)
    elif isinstance(raw, list):
        for each in raw:
            yield from _named(each)
