"""How a value that somebody sent becomes a typed fact. A value that does not fit is left out, never guessed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import available_timezones

Parser = Callable[[Any], Any]
LONGEST_NAME = 100
BROWSER = "web"
"""The kind of source whose word counts least."""
MOST_NAMES = 200
MOST_BYTES = 2_000


class Unusable(ValueError):
    """The value does not fit the fact."""


def text(limit: int) -> Parser:
    def parse(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Unusable
        return str(value)[:limit]

    return parse


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unusable
    return value


def whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 2**31 - 1:
        raise Unusable
    return int(value)


def money(value: Any) -> Decimal:
    """An amount in major units, of a number or a decimal string."""
    if isinstance(value, bool):
        raise Unusable
    try:
        amount = Decimal(str(value))
        if not amount.is_finite() or abs(amount) >= Decimal(10) ** 13:
            raise Unusable
        amount = amount.quantize(Decimal("0.01"))
    except ArithmeticError:
        raise Unusable from None
    if abs(amount) >= Decimal(10) ** 12:
        raise Unusable
    return amount


def moment(value: Any) -> datetime:
    """ISO 8601 text or unix seconds; a text without zone is UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            at = datetime.fromtimestamp(value, UTC)
        else:
            at = datetime.fromisoformat(value)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Unusable from None
    # At the ends of the calendar another zone's reading does not fit a datetime any more.
    if not 1900 <= at.year <= 9000:
        raise Unusable
    return at


def one_of(*allowed: str) -> Parser:
    def parse(value: Any) -> str:
        if value not in allowed:
            raise Unusable
        return str(value)

    return parse


def month_day(value: Any) -> str:
    """`MM-DD`, as a fiscal year end."""
    try:
        day = datetime.strptime(f"2000-{value}", "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Unusable from None
    return f"{day:%m-%d}"


def country(value: Any) -> str:
    """ISO 3166-1 alpha-2."""
    if not isinstance(value, str) or len(value) != 2 or not (value.isascii() and value.isalpha()):
        raise Unusable
    return value.upper()


def currency(value: Any) -> str:
    """ISO 4217."""
    if not isinstance(value, str) or len(value) != 3 or not (value.isascii() and value.isalpha()):
        raise Unusable
    return value.upper()


def zone(value: Any) -> str:
    """A name of the IANA time zone database."""
    if not isinstance(value, str) or value not in _zones():
        raise Unusable
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def slugs(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise Unusable
    return sorted({entry[:100] for entry in value})


def manager(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Unusable
    return {key: str(value[key])[:500] for key in ("email", "booking_url") if isinstance(value.get(key), str)}


def phone(value: Any) -> Any:
    """`+49 (0) 170 12-34` as `+491701234`; anything but a text is left as it is."""
    return value.replace("(0)", "").translate(_BETWEEN_DIGITS) if isinstance(value, str) else value


_BETWEEN_DIGITS = str.maketrans("", "", " \u00a0-\u2010\u2011\u2013()./")


def untyped(traits: dict[str, Any], name: str, value: Any) -> Any:
    """A trait that we know no type of: a long text is cut, a large structure or one name too many is Unusable."""
    if name not in traits and len(traits) >= MOST_NAMES:
        raise Unusable
    if isinstance(value, str):
        return value.encode()[:MOST_BYTES].decode(errors="ignore")
    if isinstance(value, dict | list) and len(json.dumps(value)) > MOST_BYTES:
        raise Unusable
    return value
