"""What an answer to one of our messages says: in English, German, French or Spanish, by words alone.

The careful reading wins: a stop before a revocation, that before a negative, that before a positive. What none of the
lists knows is neutral, and then a human reads it. The words are in `reply_stops` and
`reply_moods`.
"""

import re
import unicodedata
from typing import Literal

from signals_app import reply_moods, reply_stops

Verdict = Literal["stop", "revocation", "negative", "positive", "neutral"]
MAX_TEXT = 5_000


def verdict(text: str) -> Verdict:
    """What the sender wants; of the text only the first 5,000 characters count."""
    plain = _plain(text)
    if plain in reply_stops.STOPS:
        return "stop"
    if reply_stops.REVOCATION.search(plain) and not reply_stops.NOT_ABOUT_MAIL.search(plain):
        return "revocation"
    wanted = reply_moods.HARMLESS.sub(" ", plain)
    if plain in reply_moods.NOES or reply_moods.NEGATIVE.search(wanted):
        return "negative"
    if plain in reply_moods.YESES or (
        reply_moods.POSITIVE.search(wanted) and not reply_moods.NOT_YET.search(wanted)
    ):
        return "positive"
    return "neutral"


def _plain(text: str) -> str:
    """Lower case without accents and punctuation but `'` and `?`, so that `Arrête !` is `arrete`."""
    folded = unicodedata.normalize("NFKD", text[:MAX_TEXT].casefold().replace("’", "'").replace("`", "'"))
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^\w'?]+", " ", bare).split()).strip("'")
