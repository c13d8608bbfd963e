"""Liquid as a reader may get to see it: the plain words, and a mark where a value is filled in.

A text with branches has several readings: the first branches, the last ones, and all of them apart. What stands in
quotation marks of an expression (`{{ "only 3 left" }}`, a `default`) is text as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

DATE, EVIDENCE, SOURCE, VALUE = "\ue001", "\ue002", "\ue003", "\ue004"
BREAK = "\ue000"
"""The end of a paragraph, or of a branch."""
MARKS = frozenset((DATE, EVIDENCE, SOURCE, VALUE, BREAK))

_OPENING = {"if": 0, "unless": 0, "for": 0, "tablerow": 0, "case": 1}
_CLOSING = frozenset(f"end{name}" for name in _OPENING)
_SWITCHES = frozenset({"else", "elsif", "when"})
_SAYING = frozenset({"assign", "echo", "cycle", "liquid"})
_NAMING = frozenset({"assign", "capture", "for", "tablerow", "increment", "decrement"})
_QUOTED = re.compile(r"\"([^\"]{0,5000})\"|'([^']{0,5000})'")
_PATH = re.compile(r"\s{0,50}([A-Za-z_][\w.-]{0,200})")
_NAMED = re.compile(r"\s{1,50}([A-Za-z_][\w-]{0,200})")
_ENDS = re.compile(
    r"(?:^|[._])(?:ends?|ends_at|ends_on|until|deadline|expires|expires_at|expires_on|renewal|renews_at|renews_on"
    r"|valid_to|closes|closes_at|due|date)$"
)
_DATED = frozenset({"terms", "account", "evidence", "entitlement", "subscription", "trial", "event"})
_SOURCED = frozenset({"case_study", "case", "story", "claim", "claims", "benefit", "comparison", "source"})

Reading = Literal["first", "last", "all"]
Char = tuple[str, int, int]
"""A character that is seen, and from where to where it stands in the source."""


@dataclass(frozen=True, slots=True)
class _Part:
    kind: Literal["text", "value", "tag"]
    inside: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return (self.inside.split(None, 1) or [""])[0]


def readings(source: str) -> list[list[Char]]:
    """Each way to read it, in linear time."""
    parts = list(_parts(source))
    named = _named_in(parts)
    plain = not any(
        part.kind == "tag" or _QUOTED.search(part.inside) for part in parts if part.kind != "text"
    )
    ways: tuple[Reading, ...] = ("first",) if plain else ("first", "last", "all")
    branches = _branches(parts)
    return [list(_read(parts, named, branches, way)) for way in ways]


def _parts(source: str) -> Iterator[_Part]:
    at, closing = 0, {"{{": "}}", "{%": "%}"}
    for opening in re.finditer(r"\{[{%]", source):
        if opening.start() < at:
            continue
        end = source.find(closing[opening[0]], opening.end())
        if end < 0:
            break
        yield _Part("text", source[at : opening.start()], at, opening.start())
        inside = source[opening.end() : end].strip("-~").strip()
        yield _Part("value" if opening[0] == "{{" else "tag", inside, opening.start(), end + 2)
        at = end + 2
    yield _Part("text", source[at:], at, len(source))


def _named_in(parts: list[_Part]) -> frozenset[str]:
    """What the text itself gives a value: such a name is bound to nothing."""
    tags = [part for part in parts if part.kind == "tag" and part.name in _NAMING]
    found = (_NAMED.match(part.inside, len(part.name)) for part in tags)
    code = " ".join(part.inside for part in parts if part.name == "liquid")
    return frozenset(match[1] for match in found if match) | frozenset(
        re.findall(r"assign\s(\w{1,99})", code)
    )


def _branches(parts: list[_Part]) -> dict[int, int]:
    """How many ways each opening tag has, by its index; one more where it may show nothing."""
    counts: dict[int, int] = {}
    open_: list[int] = []
    for index, part in enumerate(parts):
        if part.kind != "tag":
            continue
        if part.name in _OPENING:
            open_.append(index)
            counts[index] = 2
        elif part.name in _SWITCHES and open_:
            counts[open_[-1]] += part.name != "else"
        elif part.name in _CLOSING and open_:
            open_.pop()
    return counts


def _read(
    parts: list[_Part], named: frozenset[str], branches: dict[int, int], way: Reading
) -> Iterator[Char]:
    taken: list[list[int]] = []  # of each open tag: the branch to show, the one it is in
    hidden = 0
    for index, part in enumerate(parts):
        if part.kind != "tag":
            if not hidden:
                yield from _said(part, named, way)
            continue
        if part.name in _OPENING:
            wanted = _OPENING[part.name] if way == "first" else branches[index] - 1
            taken.append([wanted, 0])
            hidden += way != "all" and wanted != 0
        elif part.name in _SWITCHES and taken:
            wanted, now = taken[-1]
            taken[-1][1] = now + 1
            hidden += way != "all" and (now == wanted) - (now + 1 == wanted)
            yield from [(BREAK, part.start, part.end)] if way == "all" else []
        elif part.name in _CLOSING and taken:
            wanted, now = taken.pop()
            hidden -= way != "all" and now != wanted
        elif part.name in _SAYING and way == "all":
            yield (BREAK, part.start, part.start)
            yield from _literals(part)
            yield (BREAK, part.end, part.end)


def _said(part: _Part, named: frozenset[str], way: Reading) -> Iterator[Char]:
    if part.kind == "text":
        places = ((letter, part.start + n) for n, letter in enumerate(part.inside) if letter not in MARKS)
        yield from ((letter, at, at + 1) for letter, at in places)
        return
    path = _PATH.match(part.inside)
    default = "default" in part.inside
    if path and not (way == "last" and default):
        yield (_mark(path[1], named, default), part.start, part.end)
    if way != "first" or not path:
        yield from _literals(part)


def _literals(part: _Part) -> Iterator[Char]:
    for match in _QUOTED.finditer(part.inside):
        text = match[1] or match[2] or ""
        yield from ((letter, part.start, part.end) for letter in text if letter not in MARKS)


def _mark(path: str, named: frozenset[str], default: bool) -> str:
    """What kind of value it is. An end is bound when the product itself brings it, without a text in its place."""
    root = path.partition(".")[0]
    if root in named:
        return VALUE
    if root in _DATED and _ENDS.search(path) and not default:
        return DATE
    if root in ("evidence", "why") or path.startswith("account.trial"):
        return EVIDENCE
    return SOURCE if root in _SOURCED else VALUE
