"""The ideas that intents are made of, as words of English, German, French and Spanish: one file a language.

`IDEAS` holds patterns by idea, separated by commas; a pattern is words in a row, without accents: `licen*` is any word
that begins so, `_` at most two words of any kind and `__` at most six, as German puts its `nicht` last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from signals_app.intents.words import common, english, french, german, spanish

IDEAS = {"en": english.IDEAS, "de": german.IDEAS, "fr": french.IDEAS, "es": spanish.IDEAS}
GAPS = {"_": 2, "__": 6}
SILENT = frozenset(common.SILENT.split())
NEAR = 0.6
"""A language with so much of the evidence of the likeliest one is asked, too: people mix them."""


class Found(NamedTuple):
    """An idea, and the numbers of the words that say so."""

    idea: str
    at: tuple[int, ...]


class Pattern(NamedTuple):
    idea: str
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The patterns of one language by their first two words, or by the first one, or by its beginning."""

    common: frozenset[str]
    pairs: dict[tuple[str, str], list[Pattern]]
    whole: dict[str, list[Pattern]]
    begun: dict[str, list[Pattern]]

    def starting(self, word: str, following: str) -> list[Pattern]:
        found = [*self.pairs.get((word, following), ()), *self.whole.get(word, ())]
        for length in range(1, len(word) + 1):
            found += self.begun.get(word[:length], ())
        return found


def _lexicon(little: str, ideas: dict[str, str]) -> Lexicon:
    made = Lexicon(frozenset(little.split()), {}, {}, {})
    for idea, patterns in ideas.items():
        for pattern in {one.strip() for one in patterns.split(",")} - {""}:
            first, *rest = pattern.replace("'", " ").split()
            known = Pattern(idea, tuple(rest))
            if first.endswith("*"):
                made.begun.setdefault(first[:-1], []).append(known)
            elif rest and rest[0] not in GAPS and not rest[0].endswith("*"):
                made.pairs.setdefault((first, rest[0]), []).append(known)
            else:
                made.whole.setdefault(first, []).append(known)
    return made


LEXICONS = {name: _lexicon(common.COMMON[name], ideas) for name, ideas in IDEAS.items()}


def languages(words: Sequence[str], hint: str) -> list[str]:
    """Those that the words look like; the hint, as `de` or `de-AT`, counts as one little word."""
    hinted = hint.replace("_", "-").split("-")[0].lower()
    seen = {
        name: sum(word in one.common for word in words) + (name == hinted) for name, one in LEXICONS.items()
    }
    most = max(seen.values())
    return [name for name, count in seen.items() if count >= most * NEAR]


def find(words: Sequence[str], spoken: Iterable[str]) -> list[Found]:
    """Every idea that these words speak of in one of these languages."""
    lexicons = [LEXICONS[name] for name in spoken]
    found: dict[Found, None] = {}
    for start, (word, following) in enumerate(zip_longest(words, words[1:], fillvalue="")):
        for lexicon in lexicons:
            for pattern in lexicon.starting(word, following):
                at = _at(pattern.rest, words, start) if pattern.rest else (start,)
                if at:
                    found[Found(pattern.idea, at)] = None
    return _longest(found)


def _longest(found: Iterable[Found]) -> list[Found]:
    """Without what is only a part of something longer: `no longer need` needs nothing."""
    ordered = sorted(found, key=lambda one: -len(one.at))
    held: dict[int, list[frozenset[int]]] = {}
    kept = []
    for one in ordered:
        whole = frozenset(one.at)
        if not any(whole < longer for longer in held.get(one.at[0], ())):
            kept.append(one)
            for number in one.at if len(one.at) > 1 else ():
                held.setdefault(number, []).append(whole)
    return kept


def _at(rest: Sequence[str], words: Sequence[str], start: int) -> tuple[int, ...]:
    """Where each word of the pattern stands, or nothing where it does not go on like this."""
    at, gap = [start], 0
    for part in rest:
        if part in GAPS:
            gap = GAPS[part]
            continue
        after = at[-1] + 1
        found = next((i for i in range(after, min(after + gap + 1, len(words))) if _is(part, words[i])), None)
        if found is None:
            return ()
        at.append(found)
        gap = 0
    return tuple(at)


def _is(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part
