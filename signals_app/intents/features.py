"""What the model sees of a text: ideas, ideas that meet in one clause, and pieces of words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from zlib import crc32

from signals_app.folding import MAX_TEXT
from signals_app.intents import words

BITS = 13
BUCKETS = (1 << BITS) - 1
SIZES = (3, 4, 5)
MAX_WORD = 30
_WORD = re.compile(r"[^\W_]+")
_CLAUSE = re.compile(r"[.!;:\n\r]+(?=\s|$)|\?+|,?\s\b(?:but|however|aber|jedoch|mais|pero)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    """The words as they were written, and for each feature the numbers of the words that carry it.

    `ideas` by name; `grams` by bucket, below `2 ** BITS`.
    """

    written: list[str]
    ideas: dict[str, list[int]]
    grams: dict[int, list[int]]


def see(text: str, hint: str = "") -> Seen:
    """Of the text the first 5,000 characters count."""
    text = text[:MAX_TEXT]
    clauses = [(_WORD.findall(clause), asked) for clause, asked in _clauses(text)]
    written = [word for clause, _ in clauses for word in clause]
    plain = [plain_of(word) for word in written]
    spoken = words.languages(plain, hint)
    seen = Seen(written, {}, _grams(plain))
    start = 0
    for clause, asked in clauses:
        end = start + len(clause)
        _take(seen.ideas, plain[start:end], start, spoken, asked)
        start = end
    return seen


def _clauses(text: str) -> Iterator[tuple[str, bool]]:
    """Each with whether it ends as a question."""
    start = 0
    for stop in _CLAUSE.finditer(text):
        yield text[start : stop.start()], stop[0].startswith("?")
        start = stop.end()
    yield text[start:], False


def plain_of(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word[:MAX_WORD].casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def _take(
    ideas: dict[str, list[int]], clause: Sequence[str], start: int, spoken: Sequence[str], asked: bool
) -> None:
    here: dict[str, list[int]] = {}
    for found in words.find(clause, spoken):
        here.setdefault(found.idea, []).extend(start + number for number in found.at)
    if asked and clause:
        here["question"] = []
    for idea, at in here.items():
        ideas.setdefault(idea, []).extend(at)
    for one, other in combinations(sorted(here), 2):
        ideas.setdefault(f"{one}&{other}", []).extend(here[one] + here[other])


def _grams(plain: Sequence[str]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    spelled = [word.encode("utf-8", "surrogatepass") for word in plain]
    for number, word in enumerate(spelled):
        for gram in _of_word(word):
            at = crc32(gram) & BUCKETS
            if at in found:
                found[at].append(number)
            else:
                found[at] = [number]
    for number, (one, other) in enumerate(pairwise(spelled)):
        found.setdefault(crc32(one + b" " + other) & BUCKETS, []).extend((number, number + 1))
    return found


def _of_word(word: bytes) -> list[bytes]:
    """The word itself and its pieces; `<` and `>` are its ends."""
    whole = b"<" + word + b">"
    pieces = [whole[start : start + size] for size in SIZES for start in range(len(whole) - size + 1)]
    return [word, *pieces]
