"""The words of a stop, a no and a yes: one file a language, all of them asked of every text.

In each file: `STOPS` as the whole message, `REVOCATION` by which somebody asks for no more messages (`NOT_ABOUT_MAIL`:
they speak of their own customers), `NOES` as the whole message, `NEGATIVE`, `HARMLESS` which sounds like a no and is
none, `YESES` as the whole message, `POSITIVE` (`NOT_YET`: a question or a condition). Lower case, without accents.
"""

import re
from collections.abc import Iterable
from itertools import chain

from signals_app.reply_words import english, french, german, spanish

LANGUAGES = (english, german, french, spanish)


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Each from the beginning of a word; the end is its own."""
    return re.compile("|".join(rf"\b(?:{pattern})" for pattern in patterns))


STOPS = frozenset(chain.from_iterable(one.STOPS for one in LANGUAGES))
NOES = frozenset(chain.from_iterable(one.NOES for one in LANGUAGES))
YESES = frozenset(chain.from_iterable(one.YESES for one in LANGUAGES))
REVOCATION = any_of(chain.from_iterable(one.REVOCATION for one in LANGUAGES))
NEGATIVE = any_of(chain.from_iterable(one.NEGATIVE for one in LANGUAGES))
HARMLESS = any_of(chain.from_iterable(one.HARMLESS for one in LANGUAGES))
POSITIVE = any_of(chain.from_iterable(one.POSITIVE for one in LANGUAGES))
NOT_ABOUT_MAIL = any_of(english.NOT_ABOUT_MAIL)
NOT_YET = any_of(english.NOT_YET)
