"""What an answer to one of our messages says: in English, German, French or Spanish, by words alone.

The careful reading wins: a stop before a revocation, that before a negative, that before a positive. What none of the
lists knows is neutral, and then a human reads it. The words are in `reply_words`, one file a language.
"""

from typing import Literal

from signals_app import reply_words
from signals_app.folding import folded

Verdict = Literal["stop", "revocation", "negative", "positive", "neutral"]


def verdict(text: str) -> Verdict:
    """What the sender wants; of the text only the first 5,000 characters count."""
    plain = folded(text)
    if plain in reply_words.STOPS:
        return "stop"
    if reply_words.REVOCATION.search(plain) and not reply_words.NOT_ABOUT_MAIL.search(plain):
        return "revocation"
    wanted = reply_words.HARMLESS.sub(" ", plain)
    if plain in reply_words.NOES or reply_words.NEGATIVE.search(wanted):
        return "negative"
    if plain in reply_words.YESES or (
        reply_words.POSITIVE.search(wanted) and not reply_words.NOT_YET.search(wanted)
    ):
        return "positive"
    return "neutral"
