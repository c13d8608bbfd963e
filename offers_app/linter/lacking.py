"""What a treatment or an offer lacks, and the tips for one that reads well."""

import re
from collections.abc import Iterator, Sequence

from offers_app.linter.draft import DECLINES, OPT_OUT, Draft, Terms
from offers_app.linter.liquid_parts import BREAK, DATE, EVIDENCE, SOURCE, VALUE
from offers_app.linter.rules import LANGUAGES, choices
from offers_app.linter.seen import Seen

Lack = tuple[str, str, str]
"""Rule, field, and what lacks."""
_GREETING = re.compile(rf"^[^{BREAK}]{{0,30}}[{VALUE}]?[^{BREAK}]{{0,10}}[,:!]{BREAK}")


def lacks(draft: Draft, texts: dict[str, list[Seen]]) -> Iterator[Lack]:
    """What is refused for being absent."""
    if draft.controls is not None:
        yield from _controls(draft.controls)
    if draft.terms is not None:
        yield from _terms(draft.terms)
    if "why" in draft.texts and not any(
        mark in text.plain for text in texts["why"] for mark in (EVIDENCE, DATE)
    ):
        yield "missing-why-now", "why", "It names nothing that was noticed"


def tips(draft: Draft, texts: dict[str, list[Seen]]) -> Iterator[Lack]:
    """What would read better: of whole treatments only."""
    language = draft.locale.replace("_", "-").partition("-")[0].lower()
    if language not in LANGUAGES:
        yield "unread-language", "", f"The language {draft.locale} is not known"
    if not {"why", "body"} <= draft.texts.keys():
        return
    body = texts["body"]
    if not all(_begins_with_reason(text.plain) for text in body):
        yield "why-now-first", "body", "It does not begin with the reader's own situation"
    if draft.channel == "email" and not any(SOURCE in text.plain for text in body):
        yield "customer-story", "body", "It has no customer story with a source"
    if language in LANGUAGES and not _ends_with_choice(body, language):
        yield "closes-with-choice", "body", "It does not end with a choice"


def _controls(controls: frozenset[str]) -> Iterator[Lack]:
    if not controls & DECLINES:
        yield "unequal-decline", "", "There is no way to decline"
    if OPT_OUT not in controls:
        yield "hard-opt-out", "", "There is no way to opt out"


def _terms(terms: Terms) -> Iterator[Lack]:
    absent = [name for name in ("price", "currency", "period") if not getattr(terms, name)]
    if absent:
        yield "hidden-price", "terms", f"The offer costs something, and its terms lack {', '.join(absent)}"
    if not terms.bounded:
        yield "hidden-renewal", "terms", "The terms do not say whether it renews"


def _begins_with_reason(body: str) -> bool:
    first = _GREETING.sub("", body, count=1).partition(BREAK)[0]
    return any(mark in first for mark in (EVIDENCE, DATE))


def _ends_with_choice(texts: Sequence[Seen], language: str) -> bool:
    ends = [" ".join(text.plain.rstrip(BREAK).split(BREAK)[-2:]) for text in texts]
    return all(any(choice.search(end) for choice in choices(language)) for end in ends)
