"""Text as word lists see it."""

import re
import unicodedata

MAX_TEXT = 5_000


def folded(text: str) -> str:
    """Lower case without accents and punctuation but `'` and `?`, so that `Arrête !` is `arrete`; 5,000 characters."""
    plain = unicodedata.normalize("NFKD", text[:MAX_TEXT].casefold().replace("’", "'").replace("`", "'"))
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^\w'?]+", " ", bare).split()).strip("'")
