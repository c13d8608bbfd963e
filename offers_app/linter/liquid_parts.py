"""Liquid as a reader may get to see it: the plain words, and a mark where a value is filled in.

A text with branches has several readings: the first branches, the last ones, and all of them apart. What stands in
quotation marks of an expression (`{{ "only 3 left" }}`, a `default`) is text as well.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

DATE, EVIDENCE, SOURCE, VALUE = "\ue001", "\ue002", "\ue003", "\ue004"
BREAK = "\ue000"
"""The end of a paragraph, or of a branch."""
MARKS = frozenset((DATE, EVIDENCE, SOURCE, VALUE, BREAK))

TAGS = frozenset({"if", "elsif", "else", "unless", "case", "when", "for"})
FILTERS = frozenset({"default", "capitalize"})
"""All that texts may use: whatever else Liquid has can build words that nobody reads before they are sent."""
OPENING = {"if": 0, "unless": 0, "for": 0, "case": 1}
CLOSING = frozenset(f"end{name}" for name in OPENING)
SWITCHES = frozenset({"else", "elsif", "when"})
LITERAL = re.compile(r"\"[^\"]{0,5000}\"|'[^']{0,5000}'|(?<![\w.\[-])-?\d{1,20}(?:\.\d{1,20})?(?![\w.\[])")
"""What an expression says itself: a text in its quotation marks, or a number."""
_PATH = re.compile(r"\s{0,50}([A-Za-z_][\w.-]{0,200})")
_LOOPED = re.compile(r"for\s{1,50}([A-Za-z_][\w-]{0,200})")
_ENDS = re.compile(
    r"(?:^|[._])(?:ends?|ends_at|ends_on|until|deadline|expires|expires_at|expires_on|renewal|renews_at|renews_on"
    r"|valid_to|closes|closes_at|due|date)$"
)
_DATED = frozenset({"terms", "account", "evidence", "entitlement", "subscription", "trial", "event"})
_SOURCED = frozenset({"case_study", "case", "story", "claim", "claims", "benefit", "comparison", "source"})

Kind = Literal["text", "value", "tag"]
Reading = Literal["first", "last", "all"]
Char = tuple[str, int, int]
"""A character that is seen, and from where to where it stands in the source."""


@dataclass(frozen=True, slots=True)
class Part:
    """A text, a `{{ value }}` or a `{% tag %}`: what is inside, and from where to where it stands."""

    kind: Kind
    inside: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return (self.inside.split(None, 1) or [""])[0]


def readings(source: str) -> list[list[Char]]:
    """Each way to read it, in linear time."""
    all_parts = list(parts(source))
    named = looped(all_parts)
    plain = not any(
        part.kind == "tag" or LITERAL.search(part.inside) for part in all_parts if part.kind != "text"
    )
    ways: tuple[Reading, ...] = ("first",) if plain else ("first", "last", "all")
    branches = _branches(all_parts)
    return [list(_read(all_parts, named, branches, way)) for way in ways]


def parts(source: str) -> Iterator[Part]:
    """In their order; white space that a hyphen beside it takes away (`{%-`) is not there."""
    at, cut, closing = 0, False, {"{{": "}}", "{%": "%}"}
    for opening in re.finditer(r"\{[{%]", source):
        if opening.start() < at:
            continue
        end = source.find(closing[opening[0]], opening.end())
        if end < 0:
            break
        inside = source[opening.end() : end]
        yield _text(source, at, opening.start(), cut, inside.startswith("-"))
        kind: Kind = "value" if opening[0] == "{{" else "tag"
        yield Part(kind, inside.removeprefix("-").removesuffix("-").strip(), opening.start(), end + 2)
        at, cut = end + 2, inside.endswith("-")
    yield _text(source, at, len(source), cut, False)


def _text(source: str, start: int, end: int, cut: bool, cut_end: bool) -> Part:
    text = source[start:end]
    text = text.rstrip() if cut_end else text
    start += len(text) - len(text.lstrip()) if cut else 0
    return Part("text", text.lstrip() if cut else text, start, end)


def looped(all_parts: Iterable[Part]) -> frozenset[str]:
    """What the text itself gives a value, for each of a list: such a name is bound to nothing."""
    found = (_LOOPED.match(part.inside) for part in all_parts if part.kind == "tag")
    return frozenset(match[1] for match in found if match)


def _branches(parts: list[Part]) -> dict[int, int]:
    """How many ways each opening tag has, by its index; one more where it may show nothing."""
    counts: dict[int, int] = {}
    open_: list[int] = []
    for index, part in enumerate(parts):
        if part.kind != "tag":
            continue
        if part.name in OPENING:
            open_.append(index)
            counts[index] = 2
        elif part.name in SWITCHES and open_:
            counts[open_[-1]] += part.name != "else"
        elif part.name in CLOSING and open_:
            open_.pop()
    return counts


def _read(parts: list[Part], named: frozenset[str], branches: dict[int, int], way: Reading) -> Iterator[Char]:
    taken: list[list[int]] = []  # of each open tag: the branch to show, the one it is in
    hidden = 0
    for index, part in enumerate(parts):
        if part.kind != "tag":
            if not hidden:
                yield from _said(part, named, way)
            continue
        if part.name in OPENING:
            wanted = OPENING[part.name] if way == "first" else branches[index] - 1
            taken.append([wanted, 0])
            hidden += way != "all" and wanted != 0
        elif part.name in SWITCHES and taken:
            wanted, now = taken[-1]
            taken[-1][1] = now + 1
            hidden += way != "all" and (now == wanted) - (now + 1 == wanted)
            yield from [(BREAK, part.start, part.end)] if way == "all" else []
        elif part.name in CLOSING and taken:
            wanted, now = taken.pop()
            hidden -= way != "all" and now != wanted


def _said(part: Part, named: frozenset[str], way: Reading) -> Iterator[Char]:
    if part.kind == "text":
        yield from plain_chars(part, 0, len(part.inside))
        return
    marked = mark(part, named)
    if marked and not (way == "last" and "default" in part.inside):
        yield from marked
    if way != "first" or not marked:
        for literal in literals(part):
            yield from literal


def plain_chars(part: Part, start: int, end: int) -> tuple[Char, ...]:
    """Those of a text, from one character to another."""
    told = ((letter, part.start + n) for n, letter in enumerate(part.inside[start:end], start))
    return tuple((letter, at, at + 1) for letter, at in told if letter not in MARKS)


def literals(part: Part) -> list[tuple[Char, ...]]:
    """Each text or number that an expression says itself."""
    said = (match[0] for match in LITERAL.finditer(part.inside))
    return [
        tuple((letter, part.start, part.end) for letter in spoken(one) if letter not in MARKS) for one in said
    ]


def spoken(literal: str) -> str:
    """Without its quotation marks."""
    return literal[1:-1] if literal[:1] in ("'", '"') else literal


def mark(part: Part, named: frozenset[str]) -> tuple[Char, ...]:
    """The merge field of an expression as one character; nothing where it has none."""
    path = _PATH.match(part.inside)
    return ((_kind(path[1], named, "default" in part.inside), part.start, part.end),) if path else ()


def _kind(path: str, named: frozenset[str], default: bool) -> str:
    """What kind of value it is. An end is bound when the product itself brings it, without a text in its place."""
    root = path.partition(".")[0]
    if root in named:
        return VALUE
    if root in _DATED and _ENDS.search(path) and not default:
        return DATE
    if root in ("evidence", "why") or path.startswith("account.trial"):
        return EVIDENCE
    return SOURCE if root in _SOURCED else VALUE
