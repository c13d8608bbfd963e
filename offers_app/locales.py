"""Which languages a text may be in for somebody, best first; pure."""

import re
from collections.abc import Sequence

from babel import Locale, UnknownLocaleError

_NAME = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


def chain(wanted: str, default: str) -> list[str]:
    """`("de-AT", "fr")` -> `["de-at", "de", "fr", "en"]`: exact, its language, the deployment's default, English."""
    found: list[str] = []
    for locale in (wanted, default, "en"):
        parts = normal(locale).split("-")
        found += ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return [locale for locale in dict.fromkeys(found) if locale]


def same_language(locale: str) -> list[str]:
    """`"de-AT"` -> `["de-at", "de"]`."""
    parts = normal(locale).split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def first(there: Sequence[str], chain: Sequence[str]) -> str | None:
    """That of `there` which stands first in the chain."""
    by_name = {normal(locale): locale for locale in there}
    return next((by_name[locale] for locale in chain if locale in by_name), None)


def normal(locale: str) -> str:
    return locale.strip().replace("_", "-").lower()


def parsed(name: str) -> Locale | None:
    """None where Unicode's CLDR (Babel) has no such language or country."""
    try:
        return Locale.parse(name.replace("-", "_")) if name else None
    except (ValueError, UnknownLocaleError):
        return None


def fault(name: str) -> str:
    """What is wrong with the name of a text's locale; empty: nothing."""
    known = _NAME.fullmatch(name) and parsed(name)
    return "" if known else f"“{name}” is no locale that is known; write one such as de or de-AT."
