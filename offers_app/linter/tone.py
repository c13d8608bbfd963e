"""Shouting, in any language: capitals, exclamation marks, rows of pictures."""

import re
import unicodedata
from collections.abc import Iterator

from offers_app.linter.saying import Place
from offers_app.linter.seen import Seen

# Three words in capitals or more, of two letters at least one of which is long; an acronym beside another is no shout.
_CAPITALS = re.compile(r"(?<!\w)[A-Z][A-Z']{0,20}(?:[ -][A-Z][A-Z']{0,20}){2,40}(?!\w)")
_MARKS = re.compile(r"[!?]{0,5}!(?: ?[!?]){1,50}")
_MANY = 4
_LONG = 4


def loud(text: Seen) -> Iterator[Place]:
    """Where it shouts, in the source."""
    for match in _CAPITALS.finditer(text.shown):
        if sum(len(word) >= _LONG for word in match[0].split()) > 1:
            yield text.span(*match.span())
    for match in _MARKS.finditer(text.shown):
        yield text.span(*match.span())
    pictures = [n for n, letter in enumerate(text.shown) if _picture(letter)]
    if len(pictures) >= _MANY:
        yield text.span(pictures[0], pictures[-1] + 1)


def _picture(letter: str) -> bool:
    return ord(letter) > 0x2190 and unicodedata.category(letter) == "So"
