"""How many messages a text is on the wire: GSM 03.38 with its extension table, else UCS-2, and concatenation.

Pure. Source: 3GPP TS 23.038 (6.2.1 default alphabet and extension table), TS 23.040 (9.2.3.24.1: the 6 octets of a
concatenation header leave 153 septets or 67 UCS-2 units of 160 and 70).
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each takes two septets: an escape and itself, which must stand in one segment."""


class Alphabet(StrEnum):
    GSM = "GSM-7"
    UCS2 = "UCS-2"


SINGLE = {Alphabet.GSM: 160, Alphabet.UCS2: 70}
JOINED = {Alphabet.GSM: 153, Alphabet.UCS2: 67}


@dataclass(frozen=True, slots=True)
class Size:
    """`units` are septets or UTF-16 units; `left` is how many more of them the last segment takes."""

    alphabet: Alphabet
    units: int
    segments: int
    left: int
    outside: str
    """Each character once that GSM 03.38 does not have; they make the whole text UCS-2."""

    def __str__(self) -> str:
        parts = "1 segment" if self.segments == 1 else f"{self.segments} segments"
        return f"{parts}, {self.units} units of {self.alphabet}"


def size(text: str) -> Size:
    """Of an empty text: one unit-less segment. A lone surrogate counts as one unit."""
    outside = "".join(dict.fromkeys(one for one in text if one not in BASIC and one not in EXTENSION))
    alphabet = Alphabet.UCS2 if outside else Alphabet.GSM
    costs = list(_costs(text, alphabet))
    units = sum(costs)
    if units <= SINGLE[alphabet]:
        return Size(alphabet, units, 1, SINGLE[alphabet] - units, outside)
    segments, filled = _packed(costs, JOINED[alphabet])
    return Size(alphabet, units, segments, JOINED[alphabet] - filled, outside)


def _costs(text: str, alphabet: Alphabet) -> Iterator[int]:
    """Of each character. An escape pair and a surrogate pair are two units that belong together."""
    for one in text:
        double = ord(one) > 0xFFFF if alphabet is Alphabet.UCS2 else one in EXTENSION
        yield 2 if double else 1


def _packed(costs: list[int], room: int) -> tuple[int, int]:
    segments, filled = 1, 0
    for cost in costs:
        if filled + cost > room:
            segments, filled = segments + 1, 0
        filled += cost
    return segments, filled


def plain(text: str) -> str:
    """With the typographic signs that would make the whole text UCS-2 in their plain form; and without those accents
    that GSM 03.38 lacks (í, ê, ç), where that alone makes it fit. Nothing else is changed."""
    text = text.translate(_PLAIN)
    bare = "".join(map(_bare, text))
    return bare if size(bare).alphabet is Alphabet.GSM else text


def _bare(letter: str) -> str:
    if letter in BASIC or letter in EXTENSION:
        return letter
    base = unicodedata.normalize("NFD", letter.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(one for one in base if not unicodedata.combining(one))


_PLAIN = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\t": " ",
    }
)
