"""Segments are counted as phones and carriers count them."""

import random

import pytest

from offers_app import sms
from offers_app.sms import Alphabet


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments", "left"),
    [
        ("", Alphabet.GSM, 0, 1, 160),
        ("a" * 160, Alphabet.GSM, 160, 1, 0),
        ("a" * 161, Alphabet.GSM, 161, 2, 145),
        ("a" * 306, Alphabet.GSM, 306, 2, 0),
        ("a" * 307, Alphabet.GSM, 307, 3, 152),
        ("€" * 80, Alphabet.GSM, 160, 1, 0),
        ("€" * 81, Alphabet.GSM, 162, 2, 153 - 10),  # 76 pairs fit 153, the last septet stays empty
        ("ж" * 70, Alphabet.UCS2, 70, 1, 0),
        ("ж" * 71, Alphabet.UCS2, 71, 2, 63),
        ("😀" * 35, Alphabet.UCS2, 70, 1, 0),
        ("😀" * 36, Alphabet.UCS2, 72, 2, 67 - 6),  # 33 pairs fit 67
        ("Größe: 5 € für Ñandú", Alphabet.UCS2, 20, 1, 50),  # ú is not in the alphabet
        ("Größe: 5 € für Ñandù", Alphabet.GSM, 21, 1, 139),
        ("é à ê", Alphabet.UCS2, 5, 1, 65),
    ],
)
def test_it_works(text: str, alphabet: Alphabet, units: int, segments: int, left: int) -> None:
    size = sms.size(text)
    assert (size.alphabet, size.units, size.segments, size.left) == (alphabet, units, segments, left)


def test_the_alphabet_has_the_standards_size() -> None:
    assert len(sms.BASIC) == 127  # 128 places, one of which is the escape
    assert len(sms.EXTENSION) == 10
    assert not sms.BASIC & sms.EXTENSION


def test_it_names_what_made_it_ucs_2() -> None:
    assert sms.size("Don’t “quote” ’em").outside == "’“”"


def by_hand(text: str) -> int:
    """Another way: writes the units out, cuts them, and moves a pair that a cut would split."""
    if all(one in sms.BASIC | sms.EXTENSION for one in text):
        marks = [mark for one in text for mark in ("ab" if one in sms.EXTENSION else "x")]
        single, joined = 160, 153
    else:
        raw = text.encode("utf-16-be")
        units = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
        marks = ["a" if 0xD800 <= one < 0xDC00 else "b" if 0xDC00 <= one < 0xE000 else "x" for one in units]
        single, joined = 70, 67
    if len(marks) <= single:
        return 1
    count, at = 0, 0
    while at < len(marks):
        end = min(at + joined, len(marks))
        if end < len(marks) and marks[end] == "b":
            end -= 1
        count, at = count + 1, end
    return count


def test_any_text_is_cut_as_by_hand() -> None:
    draw = random.Random(7)
    for letters in ("ab€", "a€[]", "aж", "a😀", "ж😀€", "€", "😀"):
        for length in [*range(60, 90), *range(150, 165), *range(300, 312), 459, 460]:
            text = "".join(draw.choice(letters) for _ in range(length))
            assert sms.size(text).segments == by_hand(text), (letters, length)


def test_plain_makes_typography_cheap_and_keeps_the_rest() -> None:
    assert sms.plain("Don’t “wait” – 5\u202f€…") == 'Don\'t "wait" - 5 €...'
    assert sms.size(sms.plain("Don’t “wait” – 5\u00a0€…")).alphabet is Alphabet.GSM
    assert sms.plain("ê ж 😀") == "ê ж 😀"


def test_plain_leaves_out_accents_only_where_the_whole_text_then_fits() -> None:
    assert sms.plain("Los últimos días de mañana, ¿sí?") == "Los ultimos dias de mañana, ¿si?"
    assert sms.plain("Ça vous plaît, cœur ? déjà là") == "Ça vous plait, coeur ? déjà là"
    assert sms.plain("días жизнь") == "días жизнь"
    assert sms.plain("Łódź") == "Łódź"
