"""Liquid in every way that a reader may get to see it, a paragraph at a time; and what cannot be read so.

Each branch is one of several ways, and so is each literal of an expression. Two paragraphs are read apart, as no rule
looks across them; so the ways of one do not multiply those of another. What has more ways than a person could read,
or builds words in a manner of its own, is not read but refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce

from offers_app.linter.liquid_parts import (
    CLOSING,
    FILTERS,
    LITERAL,
    OPENING,
    SWITCHES,
    TAGS,
    Char,
    Part,
    literals,
    looped,
    mark,
    parts,
    plain_chars,
    spoken,
)

MOST = 64
"""So many ways of one paragraph are read."""
_DEEPEST = 8
_ROUNDS = 3
_BARRIER = re.compile(
    r"(?:\n[ \t\r]{0,50}){2,50}|</?(?:p|div|li|ul|ol|br|tr|td|h[1-4]|blockquote|hr)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_FILTER = re.compile(r"\|\s{0,50}(\w{1,50})")
_LOOP = re.compile(
    r"for\s{1,50}\w{1,50}\s{1,50}in\s{1,50}[A-Za-z_][\w.]{0,200}(?:\s{1,50}limit:\s{0,50}\d{1,3})?$"
)
_CASES = re.compile(r"when\s{0,50}((?:\"[^\"]{0,200}\"|'[^']{0,200}'|\d{1,9}|\s|,|or\b){1,100})$")

Chain = tuple["Chain | None", tuple[Char, ...]]
Open = Mapping[str, Chain | None]
"""Beginnings of one paragraph: what each says, and its characters, the newest first."""
_EMPTY: Open = {"": None}


class _TooMany(Exception):
    """The text is not read on."""


@dataclass(slots=True)
class Ways:
    """`paragraphs`: each as characters; `unread`: from where to where in the source, and why."""

    paragraphs: list[list[Char]] = field(default_factory=list)
    unread: list[tuple[int, int, str]] = field(default_factory=list)


def ways(source: str) -> Ways:
    """Of Liquid. In time linear in its length; a text without Liquid has none beside the plain one."""
    all_parts = list(parts(source))
    if all(part.kind == "text" for part in all_parts):
        return Ways()
    reader = _Reader(all_parts, looped(all_parts), "<!--" not in source)
    try:
        reader.end(reader.block(_EMPTY))
    except _TooMany as reason:
        part = all_parts[min(reader.at, len(all_parts) - 1)]
        reader.refuse(part, str(reason))
        return Ways(unread=sorted(reader.unread))
    return Ways(list(reader.done.values()), sorted(reader.unread))


@dataclass(slots=True)
class _Reader:
    parts: list[Part]
    named: frozenset[str]
    apart: bool
    """Whether paragraphs may be told from each other: not where a comment of HTML could hide their ends."""
    at: int = 0
    depth: int = 0
    looping: bool = False
    done: dict[str, list[Char]] = field(default_factory=dict)
    unread: set[tuple[int, int, str]] = field(default_factory=set)

    def refuse(self, part: Part, why: str) -> None:
        self.unread.add((part.start, part.end, why))

    def block(self, begun: Open) -> Open:
        """All up to the tag that closes or switches this block."""
        while self.at < len(self.parts):
            part = self.parts[self.at]
            if part.kind == "tag" and part.name in CLOSING | SWITCHES and self.depth:
                return begun
            self.at += 1
            if part.kind == "text":
                begun = self._text(begun, part)
            elif part.kind == "value":
                begun = self._value(begun, part)
            elif part.name in OPENING and part.name in TAGS:
                begun = self._tag(begun, part)
            elif part.name not in TAGS and not part.name.startswith("end"):
                self.refuse(part, f"The tag {part.name[:30]} may not be used")
        return begun

    def end(self, begun: Open) -> None:
        for said, chain in begun.items():
            if said:
                self.done.setdefault(said, list(_unrolled(chain)))

    def _text(self, begun: Open, part: Part) -> Open:
        at = 0
        for barrier in _BARRIER.finditer(part.inside) if self.apart else ():
            self.end(_longer(begun, plain_chars(part, at, barrier.start())))
            begun, at = _EMPTY, barrier.end()
        return _longer(begun, plain_chars(part, at, len(part.inside)))

    def _value(self, begun: Open, part: Part) -> Open:
        bare = LITERAL.sub(" ", part.inside)
        for name in _FILTER.findall(bare):
            if name not in FILTERS:
                self.refuse(part, f"The filter {name} may not be used")
        options = [option for option in (mark(part, self.named), *literals(part)) if option]
        return self._either([_longer(begun, option) for option in options] or [begun])

    def _tag(self, begun: Open, part: Part) -> Open:
        if self.depth >= _DEEPEST:
            raise _TooMany(f"Conditions stand more than {_DEEPEST} deep in each other")
        self.depth += 1
        found = self._loop(begun, part) if part.name == "for" else self._branches(begun, part)
        self.depth -= 1
        self.at += 1
        return self._either(found)

    def _branches(self, begun: Open, part: Part) -> list[Open]:
        """Nothing of it, where there is no `else`; what stands before the first `when` is never shown."""
        found, otherwise, cases = [], 0, list[str]()
        shown = self.block(begun)
        if part.name != "case":
            found.append(shown)
        while (switch := self._switch()) is not None:
            otherwise += switch.name == "else"
            cases += _cases(switch) if switch.name == "when" else []
            found.append(self.block(begun))
        if otherwise > 1 or len(set(cases)) < len(cases):
            self.refuse(part, "More than one of its branches may be shown")
        if "" in cases:
            self.refuse(part, "After when stand texts in quotation marks or whole numbers only")
        if self.looping and len(found) > 2:
            self.refuse(part, "A list has more than one condition")
        return found if otherwise else [*found, begun]

    def _loop(self, begun: Open, part: Part) -> list[Open]:
        """Each round may take other branches than the one before."""
        if self.looping:
            self.refuse(part, "A list stands in a list")
        if not _LOOP.match(part.inside):
            self.refuse(part, "A list has to be a merge field")
        was, self.looping = self.looping, True
        body, found = self.at, [begun]
        for _ in range(1 if was else _ROUNDS):
            self.at = body
            found.append(self.block(found[-1]))
        self.looping = was
        while self._switch() is not None:
            found.append(self.block(begun))
        return found

    def _switch(self) -> Part | None:
        """The switch that is next, and past it; None where the tag ends."""
        part = self.parts[self.at] if self.at < len(self.parts) else None
        if part is None or part.name in CLOSING:
            return None
        self.at += 1
        return part

    def _either(self, found: list[Open]) -> Open:
        merged: Open = reduce(lambda one, other: {**one, **other}, found, {})
        if len(merged) > MOST:
            raise _TooMany(f"A paragraph reads in more than {MOST} ways")
        return merged


def _longer(begun: Open, chars: tuple[Char, ...]) -> Open:
    more = "".join(letter for letter, _, _ in chars)
    return {said + more: (chain, chars) for said, chain in begun.items()} if chars else begun


def _unrolled(chain: Chain | None) -> Iterator[Char]:
    runs = []
    while chain is not None:
        chain, chars = chain
        runs.append(chars)
    for chars in reversed(runs):
        yield from chars


def _cases(switch: Part) -> list[str]:
    """What this `when` is for; blank where that cannot be told."""
    match = _CASES.match(switch.inside)
    return [spoken(found[0]) for found in LITERAL.finditer(match[1])] if match else [""]
