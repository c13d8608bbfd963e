"""What somebody wants who wrote us a ticket, a feedback form or a chat line, in English, German, French or Spanish.

Words of each language and a linear model trained on labelled texts; `python -m signals_app.intents.train` trains it.
Pure: no database, no network, nothing but the standard library.
"""

from dataclasses import dataclass

from signals_app.intents import model
from signals_app.intents.features import plain_of, see
from signals_app.intents.labels import LABELS, Label
from signals_app.intents.words import SILENT

__all__ = ["LABELS", "TEXT_EVENTS", "Intent", "Label", "read"]

MOST_WORDS = 6
TEXT_EVENTS = frozenset(
    {
        "Conversation Replied",
        "Feedback Submitted",
        "Help Requested",
        "NPS Submitted",
        "Survey Answered",
        "Ticket Created",
        "Ticket Rated",
        "Ticket Updated",
    }
)
"""Events that carry what somebody wrote us unasked, or answered to a question of ours that is no offer."""


@dataclass(frozen=True, slots=True)
class Intent:
    """`confidence` from 0 to 1. `words`: those of the text that spoke for it, as written and in their order."""

    label: Label
    confidence: float
    words: tuple[str, ...]


def read(text: str, locale_hint: str = "") -> list[Intent]:
    """What the text wants, the surest first; empty where it wants none of the labels.

    Of the text the first 5,000 characters count. The hint, such as `de` or `fr-CA`, helps where few words tell the
    language.
    """
    seen = see(text, locale_hint)
    if not seen.written:
        return []
    scores = zip(LABELS, model.score(model.load(), seen), strict=True)
    found = [
        Intent(label, score.confidence, _evidence(seen.written, score.by_word))
        for label, score in scores
        if score.enough
    ]
    return sorted(found, key=lambda intent: -intent.confidence)


def _evidence(written: list[str], by_word: dict[int, float]) -> tuple[str, ...]:
    """Little words (the, is, nicht) only where nothing else speaks for it."""
    telling = {number: said for number, said in by_word.items() if plain_of(written[number]) not in SILENT}
    by_word = telling if any(said > 0 for said in telling.values()) else by_word
    strongest = sorted(by_word, key=lambda number: -by_word[number])[:MOST_WORDS]
    least = 0.2 * by_word[strongest[0]] if strongest else 0.0
    return tuple(written[number] for number in sorted(strongest) if by_word[number] >= max(least, 1e-9))
