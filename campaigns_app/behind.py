"""The rules behind what a playbook refers to: those of its segments, signals and scores, and of what these rest on."""

from collections.abc import Callable, Collection, Iterable, Mapping

from campaigns_app.playbook_lint.refusing import Behind
from signals_app import compiled
from signals_app.models import ScoreDefinition, Segment, SignalDefinition
from signals_app.scores import rules as scores
from upsell_project.lib.rules import meaning, ready
from upsell_project.lib.rules.meaning import Named
from upsell_project.lib.rules.tree import Not, Rule
from upsell_project.lib.rules.tree import facts as facts_of

Rules = dict[str, list[Rule]]
_A_LIMIT = ("any",)
"""A signal of every limit there is asks the same of each."""


def rules(asked: Iterable[Named]) -> Behind:
    """However far; a statement for each sort of what one rule after the other refers to. What cannot be read says
    nothing."""
    found: dict[Named, list[Rule]] = {}
    while asked := {one for one in asked if one[0] in _READ} - found.keys():
        found |= {one: [] for one in asked}
        for sort in sorted({sort for sort, _ in asked}):
            slugs = [slug for kind, slug in asked if kind == sort]
            found |= {(sort, slug): each for slug, each in _READ[sort](slugs).items()}
        asked = {
            named
            for one in asked
            for rule in found[one]
            for fact in facts_of(rule)
            for _, named in meaning.named(fact)
        }
    return found


def _segments(slugs: Collection[str]) -> Rules:
    rows = Segment.objects.filter(slug__in=slugs)
    known = {row.slug: ready.readable(row.rule) for row in rows if row.kind == Segment.Kind.RULE}
    return {slug: [one.rule] for slug, one in known.items() if one}


def _signals(slugs: Collection[str]) -> Rules:
    rows = compiled.sound(SignalDefinition.objects.filter(slug__in=slugs))
    return {one.definition.slug: [part.rule for part in one.parts(_A_LIMIT)] for one in rows}


def _scores(slugs: Collection[str]) -> Rules:
    """A sign of a trained one may count for or against it."""
    found = {}
    for row in ScoreDefinition.objects.filter(slug__in=slugs):
        signs = [sign.rule for sign in scores.of(row).signs]
        found[row.slug] = [*signs, *(Not(rule) for rule in signs)] if row.trained else signs
    return found


_READ: Mapping[str, Callable[[Collection[str]], Rules]] = {
    "segment": _segments,
    "signal": _signals,
    "score": _scores,
}
