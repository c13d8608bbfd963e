"""A definition as rules that can be asked: of what parts it is made, what it reads, and what can change its answer."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, repeat

from signals_app.detectors import DETECTORS
from signals_app.intents import TEXT_EVENTS
from signals_app.knowing.asked import COSTLY, Doubt, costly
from signals_app.models import SignalDefinition
from signals_app.subjects import Subject
from upsell_project.lib.errors import told
from upsell_project.lib.rules import certainty, judging, reading, timing, wording
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Member,
    Metered,
    Of,
    Said,
    Score,
    Season,
    Share,
    Step,
    Trait,
    Where,
)
from upsell_project.lib.rules.facts import Sequence as InOrder
from upsell_project.lib.rules.judging import Judge
from upsell_project.lib.rules.possible import possible
from upsell_project.lib.rules.tree import AllOf, Not, Rule, Test, nodes
from upsell_project.lib.rules.tree import facts as facts_of
from upsell_project.lib.rules.tree import tests as tests_of

log = logging.getLogger(__name__)

EVERY = "*"
SHARES = (Share.USED, Share.CAP)


@dataclass(frozen=True, slots=True)
class Condition:
    """A question of a rule, as evidence has it."""

    test: Test
    holds: Judge
    sentence: str
    negated: bool
    """A figure below a Not is evidence by not being reached."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a definition says of one resource (`name`), or altogether (no name)."""

    name: str
    rule: Rule
    rearm: Rule | None
    """Armed again when this holds and the rule does not; without one it is found again after its rest."""
    holds: Judge
    rearms: Judge | None
    facts: frozenset[Fact]
    asks: frozenset[Fact]
    """What is to be loaded: whoever shows a share of a limit shows how much of how much."""
    begins_anew: tuple[Fact, ...]
    """Which of them say to which period it belongs."""
    conditions: tuple[Condition, ...]
    """Each question of the rule once."""
    certain: bool
    """Where the rule holds, it is certain that it does."""
    doubt: Doubt | None
    """What is needed first, and what only if it can hold by that. None where what arms it again reads events, too."""

    @property
    def whole(self) -> Rule:
        """All that it asks."""
        return AllOf((self.rule, self.rearm)) if self.rearm else self.rule

    @property
    def rearmed_by_time(self) -> bool:
        """Whether time alone can arm it again: it does not while both hold at once."""
        return self.rearm is not None and (timing.rises(self.rearm) or timing.ceases(self.rule))


@dataclass(slots=True)
class Compiled:
    """`names`: the events whose arrival can change its answer, None for any. `rises`: time alone can make it true;
    `timed`: or have it found again."""

    definition: SignalDefinition
    of: Of
    resources: tuple[str, ...]
    """Of which there is a part each; `*`: of all that an account has a limit of. Empty: it has one part."""
    names: frozenset[str] | None
    wheres: dict[str, list[tuple[Where, ...]] | None]
    """Of the events that count only with certain properties: these; None: however they are."""
    rises: bool
    timed: bool
    reads_account: bool
    reads_person: bool
    reads_use: bool
    metered: frozenset[str]
    """Of which resources it asks what was used in a window, whatever its parts are about."""
    reads_signals: frozenset[str]
    """Of which definitions it asks what they found."""
    reads_segments: frozenset[str]
    reads_scores: frozenset[str]
    reads_answers: frozenset[str]
    of_account: frozenset[str] | None
    """The events of a whole account that it reads, None for any."""
    by_account: bool
    """Of a person it may say another thing in each of their accounts."""
    condition: Rule | None
    _parts: dict[str, Part] = field(default_factory=dict)

    def whose(self, subject: Subject) -> tuple[int | None, int | None]:
        """Person and account whose moment it is. That of a person is theirs wherever they are at home, unless it reads
        something of the account."""
        if self.of is Of.ACCOUNT:
            return None, subject.account
        return subject.person, subject.account if self.by_account else None

    def part(self, resource: str = "") -> Part:
        if resource not in self._parts:
            self._parts[resource] = _part(self, resource)
        return self._parts[resource]

    def parts(self, resources: Iterable[str] = ()) -> list[Part]:
        """One of each resource. `resources`: those of the subject, where it asks for every one there is."""
        if not self.resources:
            return [self.part()]
        named = sorted(set(resources)) if EVERY in self.resources else self.resources
        return [self.part(resource) for resource in named]


def of(definition: SignalDefinition) -> Compiled:
    """Compiled once for as long as it stays as it is.

    Raises reading.Unreadable, or what a detector says of settings that `detectors.settings.problems` refuses.
    """
    key = _key(definition)
    known = _cache.get(definition.slug)
    if known is None or known[0] != key:
        _cache[definition.slug] = known = (key, _compiled(definition))
    known[1].definition = definition
    return known[1]


def sound(definitions: Iterable[SignalDefinition]) -> list[Compiled]:
    """Without those that cannot be compiled: one that an earlier version accepted must not stop the others."""
    found = []
    for definition in definitions:
        try:
            found.append(of(definition))
        except Exception as error:
            log.error("the definition %s is left out: %s", definition.slug, told(error))
    return found


_cache: dict[str, tuple[str, Compiled]] = {}


def _key(definition: SignalDefinition) -> str:
    how = (definition.detector, definition.about, definition.config, definition.condition)
    hours = (definition.hold_hours, definition.cooldown_hours)
    return json.dumps([definition.pk, *hours, *how], sort_keys=True)


def _compiled(definition: SignalDefinition) -> Compiled:
    resources = tuple(definition.config.get("resources", ())) if isinstance(definition.config, dict) else ()
    found = Compiled(
        definition=definition,
        of=Of(definition.about),
        resources=resources,
        names=None,
        wheres={},
        rises=False,
        timed=False,
        reads_account=False,
        reads_person=False,
        reads_use=False,
        metered=frozenset(),
        reads_signals=frozenset(),
        reads_segments=frozenset(),
        reads_scores=frozenset(),
        reads_answers=frozenset(),
        of_account=frozenset(),
        by_account=False,
        condition=reading.read(definition.condition) if definition.condition else None,
    )
    part = found.part(resources[0] if resources else "")
    found.names = timing.names(part.whole, TEXT_EVENTS)
    found.reads_signals = frozenset(fact.slug for fact in part.facts if isinstance(fact, Found))
    found.reads_segments = frozenset(fact.slug for fact in part.facts if isinstance(fact, Member))
    found.reads_scores = frozenset(fact.name for fact in part.facts if isinstance(fact, Score))
    found.reads_answers = frozenset(fact.answer for fact in part.facts if isinstance(fact, Answered))
    found.of_account = _of_account(part.facts)
    found.by_account = found.of is Of.PERSON and any(map(is_of_account, part.facts))
    found.wheres = _wheres(part.facts)
    cools = part.rearm is not None and definition.cooldown_hours > 0
    found.rises = timing.rises(part.rule) or definition.hold_hours > 0
    found.timed = found.rises or part.rearmed_by_time or cools
    found.reads_use = any(isinstance(fact, Entitlement | Metered) for fact in part.facts)
    found.metered = frozenset(fact.resource for fact in part.facts if isinstance(fact, Metered))
    traits = {fact.of for fact in part.facts if isinstance(fact, Trait)}
    found.reads_account = (
        found.reads_use or Of.ACCOUNT in traits or any(isinstance(fact, Season) for fact in part.facts)
    )
    found.reads_person = Of.PERSON in traits
    return found


def _part(compiled: Compiled, resource: str) -> Part:
    definition = compiled.definition
    detector = DETECTORS[definition.detector]
    rule = detector.rule(definition.config, compiled.of, resource)
    if compiled.condition is not None:
        rule = AllOf((rule, compiled.condition))
    rearm = detector.rearm(definition.config, compiled.of, resource)
    facts = facts_of(rule) | (facts_of(rearm) if rearm else set())
    rearms = judging.compiled(rearm, _called(definition)) if rearm else None
    resources = {fact.resource for fact in facts if isinstance(fact, Entitlement)}
    asks = facts | {Entitlement(each, share) for each in resources for share in SHARES}
    return Part(
        name=resource,
        rule=rule,
        rearm=rearm,
        holds=judging.compiled(rule, _called(definition)),
        rearms=rearms,
        facts=frozenset(facts),
        asks=frozenset(asks),
        begins_anew=tuple(
            sorted((fact for fact in facts if isinstance(fact, Entitlement | Season)), key=repr)
        ),
        conditions=_conditions(rule),
        certain=certainty.always_full(rule),
        doubt=_doubt(rule, rearm, asks),
    )


def _doubt(rule: Rule, rearm: Rule | None, asks: set[Fact]) -> Doubt | None:
    """Not of limits that run out: these say to which period it belongs, whatever it comes to."""
    later = frozenset(fact for fact in asks if isinstance(fact, COSTLY))
    if not later or later != {fact for fact in asks if costly(fact)} or later == asks:
        return None
    if rearm and not later.isdisjoint(facts_of(rearm)):
        return None
    return Doubt(possible(rule, later), frozenset(asks - later), later)


def _conditions(rule: Rule) -> tuple[Condition, ...]:
    negated = {test for one in nodes(rule) if isinstance(one, Not) for test in tests_of(one)}
    return tuple(
        Condition(test, judging.compiled(test), wording.sentence(test), test in negated)
        for test in dict.fromkeys(tests_of(rule))
    )


def is_of_account(fact: Fact) -> bool:
    """Whether it is, or may be, one of the account."""
    if isinstance(fact, Trait | Events | InOrder | Changed):
        return fact.of is Of.ACCOUNT
    return isinstance(fact, Entitlement | Metered | Season | Score | Found)


def _of_account(facts: Iterable[Fact]) -> frozenset[str] | None:
    asked = [
        fact.names for fact in facts if isinstance(fact, Events | InOrder | Changed) and fact.of is Of.ACCOUNT
    ]
    return frozenset(chain.from_iterable(asked)) if all(asked) else None


def _called(definition: SignalDefinition) -> str:
    return f"the definition {definition.slug}"


def _wheres(facts: Iterable[Fact]) -> dict[str, list[tuple[Where, ...]] | None]:
    found: dict[str, list[tuple[Where, ...]] | None] = {}
    for name, where in chain.from_iterable(map(_read, facts)):
        known = found.get(name, [])
        found[name] = None if not where or known is None else [*known, where]
    return found


def _read(fact: Fact) -> Iterable[Step]:
    """The events of which it asks, each with the properties without which it is none of them."""
    if isinstance(fact, InOrder):
        return fact.steps
    names = TEXT_EVENTS if isinstance(fact, Said) else getattr(fact, "names", ())
    return zip(names, repeat(fact.where if isinstance(fact, Events) else ()))
