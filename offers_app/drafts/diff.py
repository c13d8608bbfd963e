"""What a proposal would change, word by word. Pure; it returns plain text, to be escaped by whoever shows it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>|\s+|[^\s<{]+|.", re.DOTALL)
SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind`: same, gone or new."""

    kind: str
    text: str


def words(before: str, after: str) -> list[Piece]:
    """Pieces in reading order; without the new ones it is `before`, without the gone ones `after`."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    return list(_pieces(old, new))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(SAME, "".join(old[a:b]))
            continue
        if b > a:
            yield Piece(GONE, "".join(old[a:b]))
        if d > c:
            yield Piece(NEW, "".join(new[c:d]))
