"""Texts that hold a piece of text whatever its case, as a regular expression that means to PostgreSQL exactly what
`casefold` means to Python: there "ß" is "ss". Pure.

What is looked for is gone through from its first character (place 0) to behind its last. Each character of a text takes
it on by as many places as it folds to characters, which is nearly always one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from sys import maxunicode

from upsell_project.lib.rules import words

MOST_WAYS = 50
"""In which what folds to several characters may be combined, such as many s in a row."""
_AT_ONCE = 256
_PLAIN = 0x80

Steps = Mapping[tuple[int, int], set[str]]
"""From place to place, the characters that do it."""


@lru_cache(maxsize=1_000)
def holding(piece: str, as_word: bool = False) -> str | None:
    """Matches the texts whose `casefold` holds that of `piece`, as words of their own or anyhow. None: there are too
    many ways to write it."""
    wanted = piece.casefold()
    steps = _steps(wanted, as_word)
    found = [_between(steps, *both) for both in pairwise(_passed(steps, len(wanted)))]
    pattern = None if None in found else "".join(part or "" for part in found)
    return f"{words.BEGIN}{pattern}{words.END}" if as_word and pattern is not None else pattern


@cache
def _folding() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """For each character those that fold to it, and those that fold to several characters, with these."""
    one: dict[str, str] = defaultdict(str)
    several = {}
    for character in _changing():
        folded = character.casefold()
        if len(folded) > 1:
            several[character] = folded
        elif folded != character:
            one[folded] += character
    return one, several


def _changing() -> Iterator[str]:
    """All that fold to something else, among others."""
    for first in range(0, maxunicode + 1, _AT_ONCE):
        several = "".join(map(chr, range(first, first + _AT_ONCE)))
        if several.casefold() != several:
            yield from several


def _steps(wanted: str, as_word: bool) -> Steps:
    """As a word: what folds to more than a part of it goes on beyond its end."""
    one, several = _folding()
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for place, character in enumerate(wanted):
        found[place, place + 1] |= {character, *one.get(character, "")}
    for character, folded in several.items():
        more = 0 if as_word else len(folded) - 1
        for first in range(-more, len(wanted) - len(folded) + 1 + more):
            last = first + len(folded)
            inside = folded[max(0, -first) : len(wanted) - first]
            if wanted[max(0, first) : last] == inside:
                found[max(0, first), min(last, len(wanted))].add(character)
    return found


def _passed(steps: Steps, last: int) -> list[int]:
    """The places that no step jumps over."""
    over = {place for first, then in steps for place in range(first + 1, then)}
    return [place for place in range(last + 1) if place not in over]


def _between(steps: Steps, first: int, last: int) -> str | None:
    ways = []
    for way in _ways(steps, first, last):
        ways.append(way)
        if len(ways) > MOST_WAYS:
            return None
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _ways(steps: Steps, first: int, last: int) -> Iterator[str]:
    if first == last:
        yield ""
        return
    for then in range(first + 1, last + 1):
        if (first, then) in steps:
            step = _any_of(steps[first, then])
            yield from (step + way for way in _ways(steps, then, last))


def _any_of(characters: set[str]) -> str:
    each = [_written(one) for one in sorted(characters)]
    return each[0] if len(each) == 1 else f"[{''.join(each)}]"


def _written(character: str) -> str:
    number = ord(character)
    if character.isalnum() and number < _PLAIN:
        return character
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
