"""What the words of a text say that they may not: the patterns of every language, over every reading of it."""

import re
from collections.abc import Iterable, Iterator

from offers_app.linter import liquid_parts, seen
from offers_app.linter.draft import LABELS
from offers_app.linter.liquid_parts import DATE, SOURCE
from offers_app.linter.rules import Rule, Words, rules, words
from offers_app.linter.seen import Seen
from offers_app.linter.ways import Ways

Place = tuple[int, int]
TIPS = frozenset({"jargon"})
# Who found it, and in which year: "(source: customer survey, May 2026)".
_NAMED = re.compile(r"\b(?:source|quelle|fuente) ?: ?[^()]{4,120}?\b(?:19|20)\d\d\b")
_CLAIM = "unsourced-claim"


def readings(source: str) -> list[Seen]:
    """Each way a reader may get to see it."""
    return [seen.through(reading) for reading in liquid_parts.readings(source)]


def in_ways(read: Ways) -> list[Seen]:
    """Each way of each paragraph."""
    return [seen.through(paragraph) for paragraph in read.paragraphs]


def found(
    name: str, texts: list[Seen], dated: bool, claims: Iterable[str] = ()
) -> Iterator[tuple[Rule, Place]]:
    """(rule, place in the source) of the field with this name; `dated`: a text of the treatment has a bound date."""
    sourced = [comparable for one in claims if (comparable := _comparable(one))]
    for rule, spoken in words().items():
        for text in texts:
            for start, end in _matches(rules()[rule], spoken, text, name in LABELS, dated):
                if rule != _CLAIM or not _sourced(text, start, end, sourced):
                    yield rules()[rule], text.span(start, end)


def dated(texts: Iterable[Seen]) -> bool:
    """Whether one of them has a bound date."""
    return any(DATE in text.plain for text in texts)


def _matches(rule: Rule, spoken: Iterable[Words], text: Seen, label: bool, in_draft: bool) -> Iterator[Place]:
    """What is honest in one language excuses what the words of another one found there: figures look alike in all."""
    excused = _spans((honest for said in spoken for honest in said.honest), text.plain)
    for said in spoken:
        for span in _spans((*said.always, *(said.labels if label else ())), text.plain):
            if not _touched(span, excused):
                yield span
        for span in _spans(said.unbound, text.plain):
            if not _touched(span, excused) and not _bound(rule, text, span, in_draft):
                yield span


def _spans(patterns: Iterable[re.Pattern[str]], text: str) -> list[Place]:
    return sorted(match.span() for pattern in patterns for match in pattern.finditer(text))


def _touched(span: Place, others: list[Place]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _bound(rule: Rule, text: Seen, span: Place, in_draft: bool) -> bool:
    if rule.bound == "draft":
        return in_draft
    return rule.bound == "sentence" and DATE in text.sentence(*span)


def _sourced(text: Seen, start: int, end: int, claims: list[str]) -> bool:
    sentence = text.sentence(start, end)
    named = SOURCE in sentence or bool(_NAMED.search(sentence))
    return named or any(claim in sentence for claim in claims)


def _comparable(claim: str) -> str:
    found = readings(claim)
    return found[0].plain.rstrip(".! ") if found else ""
