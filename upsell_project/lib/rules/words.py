"""A piece of a text as words of their own: `limit` is one in "monthly_limit: reached", and none in "unlimited".
Pure.

Words end where no letter or digit follows; `_` and `-` end them, too. Which characters are letters is said by ranges
and not by `\\w`, so that Python and PostgreSQL see the same, whatever the locale of the database. A character is in
words if what it folds to is.
"""

import re
from functools import lru_cache

LETTERS = (
    r"0-9A-Za-z\u00b5\u00c0-\u1fff\u2100-\u218f\u2c00-\u2fff\u3040-\uffff"
    r"\U00010000-\U0001efff\U00020000-\U0010ffff"
)
"""Within brackets of a regular expression: ASCII's letters and digits, and all beyond but punctuation and symbols."""
BEGIN, END = f"(?<![{LETTERS}])", f"(?![{LETTERS}])"


def inside(words: str, text: str) -> bool:
    """Whether these words are in the text, whatever their case."""
    return _whole(words).search(text.casefold()) is not None


@lru_cache(maxsize=1_000)
def _whole(words: str) -> re.Pattern[str]:
    return re.compile(f"{BEGIN}{re.escape(words.casefold())}{END}")
