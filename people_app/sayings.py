"""What was said under a name: per fact when, how directly, by which source and what.

Of two sayings about one fact the newer counts; of one moment the more direct; else the greater text of the value. That
is a total order of the sayings themselves, so what remains does not depend on the order in which they arrive.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

IMPLIED, OUTRIGHT = 0, 1


class Saying(NamedTuple):
    """As it is stored in JSON, where it is a list."""

    at: str
    """ISO 8601 in UTC with microseconds, so that texts compare as moments."""
    weight: int
    source: str
    value: Any


Facts = dict[str, Saying]
text = msgspec.json.Encoder(order="sorted").encode


def saying(at: datetime, source: str, value: Any, weight: int = OUTRIGHT) -> Saying:
    return Saying(at.astimezone(UTC).isoformat(timespec="microseconds"), weight, source, value)


def rank(said: Saying) -> tuple[str, int, bytes]:
    return said.at, said.weight, text(said.value)


def read(stored: dict[str, list[Any]]) -> Facts:
    return {field: Saying(*said) for field, said in stored.items()}


def add(known: Facts, field: str, said: Saying) -> bool:
    """Take it in unless what is known outranks it; whether anything changed."""
    before = known.get(field)
    if before is not None and (said.at < before.at or rank(said) <= rank(before)):
        return False
    known[field] = said
    return True


def add_all(known: Facts, said: Facts) -> bool:
    """Take all of them in; whether anything changed."""
    return any([add(known, field, one) for field, one in said.items()])  # noqa: C419 (no short cut: all are taken)


def newest(many: Iterable[Facts]) -> Facts:
    found: Facts = {}
    for facts in many:
        for field, said in facts.items():
            add(found, field, said)
    return found


def provenance(said: Saying) -> dict[str, str]:
    return {"at": said.at, "source": said.source}
