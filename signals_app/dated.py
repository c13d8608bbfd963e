"""No date alone, also not through what a rule refers to: segments, signals and scores are looked into."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from signals_app import compiled
from signals_app.compiled import Compiled
from signals_app.detectors.shared import dates
from signals_app.detectors.shared.dates import Meant
from signals_app.models import ScoreDefinition, Segment, SignalDefinition
from upsell_project.lib.rules import ready
from upsell_project.lib.rules.tree import Rule


def meant() -> Meant:
    """What is behind the names, as far as it is live and can be read."""
    kept = Segment.objects.filter(live=True, kind=Segment.Kind.RULE).values_list("slug", "rule")
    scores = ScoreDefinition.objects.filter(live=True).values_list("slug", "signs")
    definitions = compiled.sound(SignalDefinition.objects.filter(live=True))
    return Meant(
        segments={slug: read.rule for slug, raw in kept if (read := ready.readable(raw))},
        signals={one.definition.slug: whole(one) for one in definitions},
        scores={slug: tuple(_points(signs)) for slug, signs in scores},
    )


def whole(definition: Compiled) -> Rule:
    """Its settings and its condition; of several resources they are all alike."""
    return definition.part(definition.resources[0] if definition.resources else "").rule


def by_segment(slug: str, rule: Rule) -> list[str]:
    """Sentences about the live definitions that a date alone would make true after this change, and none before."""
    now = meant()
    return _spoiled(now, replace(now, segments={**now.segments, slug: rule}))


def by_score(slug: str, signs: Sequence[Mapping[str, Any]]) -> list[str]:
    now = meant()
    return _spoiled(now, replace(now, scores={**now.scores, slug: tuple(_points(signs))}))


def by_signal(slug: str, rule: Rule) -> list[str]:
    """What is wrong with itself is not among them."""
    now = meant()
    others = {name: other for name, other in now.signals.items() if name != slug}
    return _spoiled(replace(now, signals=others), replace(now, signals={**others, slug: rule}), slug)


def _spoiled(before: Meant, after: Meant, own: str = "") -> list[str]:
    spoiled = _alone(after) - _alone(before) - {own}
    return [f"{_SAID.format(slug)}: ask here also for something they did." for slug in sorted(spoiled)]


def _alone(known: Meant) -> set[str]:
    return {slug for slug, rule in known.signals.items() if dates.alone(rule, known)}


def _points(signs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Decimal, Rule]]:
    for sign in signs:
        if read := ready.readable(sign["if"]):
            yield Decimal(str(sign["points"])), read.rule


_SAID = "A date alone would then make the signal “{}” be found"
