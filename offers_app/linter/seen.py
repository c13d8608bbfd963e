"""A text as a reader's eye takes it: without tags, entities, invisible letters and look-alikes of other alphabets.

Every character remembers where it stands in the source, so that a finding can be shown there. Linear time.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from offers_app.linter.liquid_parts import BREAK, MARKS, Char

_TAG = re.compile(
    r"<!--.{0,500}?-->|</?([a-zA-Z][a-zA-Z0-9]{0,20})(?>\"[^\"]{0,500}\"|'[^']{0,500}'|[^<>]){0,2000}>",
    re.DOTALL,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .*_·-]){3,200}[^\W\d_](?![^\W_])")
_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "br", "tr", "td", "h1", "h2", "h3", "h4", "blockquote", "hr"}
)
_INVISIBLE = frozenset({"Cf", "Cc", "Co", "Cn", "Cs", "Mn", "Me"})
_FILLERS = frozenset("ㅤᅟᅠﾠ")
# Letters of other alphabets, and small capitals, that look like Latin ones (after Unicode's confusables).
_ALIKE = str.maketrans(
    "аеорсухіјѕԁһԛԝвкмнтьғпґ"
    "АЕОРСУХІЈЅԀҺԚԜВКМНТ"
    "αοενικρτυχωβηγ"
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑɡⅼ"
    "’‘‛`´ʼ“”„«»‐‑‒–—―−⠀⁄∗＊",
    "aeopcyxijsdhqwbkmhtbfnr"
    "AEOPCYXIJSDHQWBKMHT"
    "aoevikptuxwbny"
    "ABEZHIKMNOPTYX"
    "abcdefghijklmnoprstuvwyziagl"
    "''''''\"\"\"\"\"------- /**",
)
_STOPS, _LONGEST = (BREAK, ". ", "! ", "? "), 400
_SHIFTED = ((0x1F1E6, 26), (0x1F150, 26), (0x1F170, 26))
"""Letters in flags, circles and squares: the first one's code, and how many there are."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`shown` and `plain` (lower case) without accents, character by character; `spans`: where each one stands."""

    shown: str
    plain: str
    spans: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Of these characters in the source."""
        return self.spans[start][0], max(stop for _, stop in self.spans[start:end])

    def sentence(self, start: int, end: int) -> str:
        """The whole of it around these characters, 400 to either side at most."""
        first, last = max(0, start - _LONGEST), end + _LONGEST
        before = max(self.plain.rfind(mark, first, start) for mark in _STOPS)
        ends = [at for mark in _STOPS if (at := self.plain.find(mark, end, last)) >= 0]
        return self.plain[max(first, before + 1) : min(ends, default=last)]


def through(chars: Iterable[Char]) -> Seen:
    """What is left when every disguise is taken off."""
    folded = _joined(list(_folded(_without_entities(_without_tags(list(chars))))))
    kept = list(_one_space(folded))
    shown = "".join(letter for letter, _, _ in kept)
    return Seen(shown, _lower(shown), tuple((start, end) for _, start, end in kept))


def _lower(text: str) -> str:
    """Of the same length."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(letter.lower()[:1] for letter in text)


def _replaced(chars: list[Char], pattern: re.Pattern[str], by: dict[str, str] | None) -> Iterator[Char]:
    """Each match by one character that `by` has for its first group, by none otherwise; with None by its entity."""
    text, at = "".join(letter for letter, _, _ in chars), 0
    for match in pattern.finditer(text):
        yield from chars[at : match.start()]
        start, end = chars[match.start()][1], chars[match.end() - 1][2]
        said = html.unescape(match[0]) if by is None else by.get((match[1] or "").lower(), "")
        yield from ((letter, start, end) for letter in said if by is not None or letter not in MARKS)
        at = match.end()
    yield from chars[at:]


def _without_tags(chars: list[Char]) -> list[Char]:
    return list(_replaced(chars, _TAG, dict.fromkeys(_BLOCKS, BREAK)))


def _without_entities(chars: list[Char]) -> list[Char]:
    return list(_replaced(chars, _ENTITY, None))


def _folded(chars: list[Char]) -> Iterator[Char]:
    for letter, start, end in chars:
        if letter in MARKS or letter in "\n\t\r":
            yield letter, start, end
            continue
        for bare in unicodedata.normalize("NFKD", _shifted(letter).translate(_ALIKE)):
            if unicodedata.category(bare) not in _INVISIBLE and bare not in _FILLERS:
                yield from ((one, start, end) for one in bare.translate(_ALIKE).replace("ß", "ss"))


def _shifted(letter: str) -> str:
    for first, count in _SHIFTED:
        if first <= ord(letter) < first + count:
            return chr(ord("A") + ord(letter) - first)
    return letter


def _joined(chars: list[Char]) -> list[Char]:
    """`h u r r y` as `hurry`."""
    text = "".join(letter for letter, _, _ in chars)
    dropped = {n for match in _SPACED.finditer(text) for n in range(match.start() + 1, match.end(), 2)}
    return [char for n, char in enumerate(chars) if n not in dropped] if dropped else chars


def _one_space(chars: list[Char]) -> Iterator[Char]:
    """Each run of white space as one blank, or as a break where a line is empty."""
    run: list[Char] = []
    begun = False
    for char in chars:
        if char[0].isspace() or char[0] == BREAK:
            run.append(char)
            continue
        if run and begun:
            ends = (
                any(letter == BREAK for letter, _, _ in run)
                or [letter for letter, _, _ in run].count("\n") > 1
            )
            yield (BREAK if ends else " ", run[0][1], run[-1][2])
        run, begun = [], True
        yield char
