"""What rules refer to: whether it is there when one is saved, and who needs it before it goes.

An app above this one has a module of this name, too, and adds what it has: `NAMES` and `ABOVE`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from signals_app import columns
from signals_app.intents import LABELS
from signals_app.models import Meter, Score, ScoreDefinition, Segment, SignalDefinition
from signals_app.models.answer import ANSWERS
from signals_app.models.signal import Detector
from upsell_project.lib.rules import meaning, reading, ready
from upsell_project.lib.rules.meaning import Named, There
from upsell_project.lib.rules.tree import Rule
from upsell_project.lib.rules.tree import facts as facts_of


@dataclass(frozen=True, slots=True)
class User:
    """Something that is live and has rules. `row`: it itself, which says its name."""

    own: Named
    row: Model
    asks: Any
    """JSON with its rules."""
    more: frozenset[Named] = field(default_factory=frozenset)
    """What it needs beside those."""

    @property
    def said(self) -> str:
        sort, name = self.own
        return f"the {sort} {name}"

    @property
    def needs(self) -> frozenset[Named]:
        return self.more | frozenset(meaning.named_in(self.asks))


ABOVE: list[Callable[[], Iterable[User]]] = []
NAMES: dict[str, Callable[[], Iterable[str]]] = {
    "segment": lambda: Segment.objects.values_list("slug", flat=True),
    "signal": lambda: SignalDefinition.objects.values_list("slug", flat=True),
    "score": lambda: ScoreDefinition.objects.values_list("slug", flat=True),
    "intent": lambda: LABELS,
    "answer": lambda: ANSWERS,
    "meter": lambda: Meter.objects.values_list("resource", flat=True),
}
_OFF: Mapping[str, Any] = {"segment": Segment, "score": ScoreDefinition}


def problems(rule: Rule, own: Named | None = None, *, live: bool = True) -> list[tuple[str, str]]:
    """(path, sentence) of what a rule refers to in vain, and of what can never hold. `own`: what is being saved counts
    as there. What is not live may ask for what is switched off."""
    wanted = {name for fact in facts_of(rule) for _, name in meaning.named(fact)}
    sorts = {sort for sort, _ in wanted}
    names = {sort: frozenset(NAMES[sort]()) | _own(sort, own) for sort in sorts & NAMES.keys()}
    if "score" in names:
        names["score"] |= _brought({name for sort, name in wanted if sort == "score"} - names["score"])
    off = {sort: _off(sort) for sort in sorts & _OFF.keys()} if live else {}
    return meaning.problems(rule, There(names, off, columns.ANSWERS))


def faults(raw: Any, path: str = "", own: Named | None = None) -> list[str]:
    """Everything that is wrong with a rule that somebody wrote at this path, or with none (`{}`): sentences that begin
    with the place."""
    if raw == {}:
        return []
    if wrong := ready.problems(raw, path):
        return wrong
    return said(problems(reading.read(raw), own), path)


def said(found: Iterable[tuple[str, str]], path: str = "") -> list[str]:
    return [f"{'.'.join(one for one in (path, at) if one)}: {sentence}" for at, sentence in found]


def absent(sort: str, names: Iterable[str]) -> dict[str, str]:
    """A sentence for each that is not there."""
    known = frozenset(NAMES[sort]())
    return {name: meaning.missing(sort, name, known) for name in names if name not in known}


def users(sort: str, names: Collection[str]) -> dict[str, list[User]]:
    """By name, what is live and refers to it; not what is named itself."""
    found: dict[str, list[User]] = {name: [] for name in names}
    for user in _users():
        if user.own not in {(sort, name) for name in names}:
            for name in found.keys() & {one for kind, one in user.needs if kind == sort}:
                found[name].append(user)
    return {name: needing for name, needing in found.items() if needing}


def referring(sort: str, names: Collection[str]) -> dict[str, list[str]]:
    """The same as the API calls them."""
    return {name: [one.said for one in needing] for name, needing in users(sort, names).items()}


def refusals(sort: str, names: Collection[str], verb: str) -> list[str]:
    """Sentences why these may not go; none where nothing needs them."""
    return [
        f"{name} cannot be {verb}: {', '.join(users)} {'refers' if len(users) == 1 else 'refer'} to it."
        for name, users in sorted(referring(sort, names).items())
    ]


def _users() -> Iterator[User]:
    for segment in Segment.objects.filter(live=True).order_by("slug"):
        yield User(("segment", segment.slug), segment, segment.rule)
    for one in SignalDefinition.objects.filter(live=True).order_by("slug"):
        asks = [one.condition, one.config]
        yield User(("signal", one.slug), one, asks, _of_detector(one))
    for score in ScoreDefinition.objects.filter(live=True).order_by("slug"):
        yield User(("score", score.slug), score, score.signs)
    for above in ABOVE:
        yield from above()


def _of_detector(definition: SignalDefinition) -> frozenset[Named]:
    """A score is named by its setting, not by a rule."""
    config = definition.config
    name = config.get("name") if isinstance(config, Mapping) else None
    by_name = definition.detector == Detector.SCORE and isinstance(name, str)
    return frozenset({("score", str(name))}) if by_name else frozenset()


def _own(sort: str, own: Named | None) -> frozenset[str]:
    return frozenset({own[1]}) if own and own[0] == sort else frozenset()


def _off(sort: str) -> frozenset[str]:
    return frozenset(_OFF[sort].objects.filter(live=False).values_list("slug", flat=True))


def _brought(names: Collection[str]) -> frozenset[str]:
    """Scores that accounts have from elsewhere."""
    rows = Score.objects.filter(name__in=names).values_list("name", flat=True)
    return frozenset(rows.distinct()) if names else frozenset()
