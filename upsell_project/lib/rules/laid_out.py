"""A rule line by line, as a table shows it: a line a group and a question, the inner ones further in."""

from collections.abc import Iterator
from dataclasses import dataclass

from upsell_project.lib.rules import wording
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed


@dataclass(frozen=True, slots=True)
class Line:
    """`level`: how deep it lies, 0 for the whole."""

    level: int
    said: str
    rule: Rule


def lines(rule: Rule, level: int = 0) -> Iterator[Line]:
    """In the order in which it is written."""
    if isinstance(rule, Test):
        yield Line(level, wording.sentence(rule), rule)
        return
    yield Line(level, _group(rule), rule)
    for inner in _inner(rule):
        yield from lines(inner, level + 1)


def _group(rule: Rule) -> str:
    match rule:
        case AllOf():
            return "All of these"
        case AnyOf():
            return "Any of these"
        case Weighed(at_least=share):
            return f"Enough of these: at least {wording.percent(share)} of the weights"
    return "Not this"


def _inner(rule: Rule) -> Iterator[Rule]:
    match rule:
        case Not(inner):
            yield inner
        case AllOf(inners) | AnyOf(inners):
            yield from inners
        case Weighed(weighed):
            yield from (inner for _, inner in weighed)
