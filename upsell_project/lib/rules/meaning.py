"""Whether a rule that can be read also means something: what it refers to is there, and what it asks can be so.

Pure: what there is, is given. A typing error must not become a condition that nothing ever meets; beneath `not` such a
one lets everybody in.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from heapq import nlargest
from typing import Any

from upsell_project.lib.rules.comparing import Answers
from upsell_project.lib.rules.facts import (
    Answered,
    Events,
    Fact,
    Found,
    Measure,
    Member,
    Metered,
    Of,
    Op,
    Said,
    Score,
    Trait,
)
from upsell_project.lib.rules.reader import under
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

Named = tuple[str, str]
"""What sort of thing, and its name: `("segment", "vip")`."""
_OFF = {"segment": "so nobody is in it", "score": "so no account has it"}
MOST_ALIKE = 20
_GAP = Events.__dataclass_fields__["gap"].default
_BY_PATH = (Measure.DISTINCT, Measure.SUM, Measure.LAST, Measure.SWITCHES)
_BY_GAP = (Measure.SESSION, Measure.MINUTES)
_CLOSED = ("intent", "answer")
"""Nobody adds to these."""
_MEMBERS = {
    Member.kind: {"slug": "segment"},
    Found.kind: {"slug": "signal"},
    Score.kind: {"name": "score"},
    Answered.kind: {"offer": "offer"},
    Metered.kind: {"resource": "meter"},
}


@dataclass(frozen=True, slots=True)
class There:
    """`names`: by sort, those that there are; a sort that is missing is not looked at. `off`: those that are switched
    off. `columns`: what the answers of these traits are like."""

    names: Mapping[str, frozenset[str]]
    off: Mapping[str, frozenset[str]] = field(default_factory=dict)
    columns: Mapping[tuple[Of, str], Answers] = field(default_factory=dict)


def problems(rule: Rule, there: There) -> list[tuple[str, str]]:
    """(path, sentence) of everything that means nothing, in the order in which it is written."""
    return [wrong for path, test in placed(rule) for wrong in _of_test(path, test, there)]


def placed(rule: Rule, path: str = "") -> Iterator[tuple[str, Test]]:
    """Every question with its path in the JSON from which the rule was read."""
    match rule:
        case Test():
            yield path, rule
        case Not(inner):
            yield from placed(inner, under(path, "not"))
        case AllOf(rules):
            yield from _each(rules, under(path, "all"), "")
        case AnyOf(rules):
            yield from _each(rules, under(path, "any"), "")
        case Weighed(rules):
            yield from _each(tuple(one for _, one in rules), under(path, "weighed"), ".if")


def _each(rules: tuple[Rule, ...], path: str, inside: str) -> Iterator[tuple[str, Test]]:
    for number, one in enumerate(rules):
        yield from placed(one, f"{path}[{number}]{inside}")


def named(fact: Fact) -> Iterator[tuple[str, Named]]:
    """What a question refers to, each with the member that says so."""
    match fact:
        case Member(slug):
            yield "slug", ("segment", slug)
        case Found(slug):
            yield "slug", ("signal", slug)
        case Score(name):
            yield "name", ("score", name)
        case Metered(resource):
            yield "resource", ("meter", resource)
        case Said(label):
            yield "label", ("intent", label)
        case Answered(answer, _, offer):
            yield "answer", ("answer", answer)
            if offer:
                yield "offer", ("offer", offer)


def named_in(raw: Any) -> Iterator[Named]:
    """What is referred to anywhere in this JSON, also where it cannot be read as a rule."""
    if isinstance(raw, Mapping):
        kind = raw.get("fact")
        for member, sort in _MEMBERS.get(kind, {}).items() if isinstance(kind, str) else ():
            if isinstance(name := raw.get(member), str) and name:
                yield sort, name
        raw = list(raw.values())
    if isinstance(raw, list):
        for each in raw:
            yield from named_in(each)


def missing(sort: str, name: str, known: frozenset[str]) -> str:
    """The sentence, with what may have been meant."""
    said = f"There is no {sort} “{name}”."
    if close := get_close_matches(name, _alike(name, known), 1):
        return f"{said} Did you mean “{close[0]}”?"
    return f"{said} There are {', '.join(sorted(known))}." if sort in _CLOSED else said


def _alike(name: str, known: Collection[str]) -> list[str]:
    """Those that share most pairs of letters with it: of thousands only a few are worth a closer look."""
    pairs = {name[at : at + 2] for at in range(max(len(name) - 1, 1))}
    return nlargest(MOST_ALIKE, sorted(known), key=lambda one: sum(pair in one for pair in pairs))


def _of_test(path: str, test: Test, there: There) -> Iterator[tuple[str, str]]:
    for member, (sort, name) in named(test.fact):
        if sort in there.names and name not in there.names[sort]:
            yield under(path, member), missing(sort, name, there.names[sort])
        elif name in there.off.get(sort, ()):
            yield under(path, member), f"The {sort} “{name}” is switched off, {_OFF[sort]}."
    if isinstance(test.fact, Trait) and (answers := there.columns.get((test.fact.of, test.fact.name))):
        yield from _unfit(path, test, test.fact, answers)
    if isinstance(test.fact, Events):
        yield from _idle(path, test.fact)


def _idle(path: str, events: Events) -> Iterator[tuple[str, str]]:
    """What would be ignored. It can be read all the same: so it may be stored from when it was not refused."""
    if events.path and events.measure not in _BY_PATH:
        yield under(path, "path"), _ignored(events, _BY_PATH)
    if events.gap != _GAP and events.measure not in _BY_GAP:
        yield under(path, "gap"), _ignored(events, _BY_GAP)


def _ignored(events: Events, by: tuple[Measure, ...]) -> str:
    return f"The measure {events.measure.value} ignores it: leave it out, or measure by {', '.join(by)}."


def _unfit(path: str, test: Test, trait: Trait, answers: Answers) -> Iterator[tuple[str, str]]:
    said = f"the {trait.of.value}'s {trait.name}"
    if test.op not in answers.ops:
        ops = ", ".join(answers.ops)
        yield under(path, "op"), f"“{test.op.value}” can never hold for {said}: compare it by one of {ops}."
    elif test.op not in (Op.KNOWN, Op.UNKNOWN, Op.CONTAINS, Op.CONTAINS_WORD, Op.WITHIN):
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        if not all(answers.fits(value) for value in values):
            yield under(path, "value"), f"What {said} is compared with {answers.sentence}."
