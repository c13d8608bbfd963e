"""Which languages a text may be in for somebody, best first; pure."""

from collections.abc import Sequence


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
