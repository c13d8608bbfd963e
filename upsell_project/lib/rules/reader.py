"""Notes of everything that is wrong with a rule as it was given, each with its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from upsell_project.lib.rules.measuring import value as plain

LONGEST_TEXT = 200


class Unreadable(ValueError):
    """`problems`: (path, sentence) of everything that is wrong."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path or 'the rule'} {sentence}" for path, sentence in problems))
        self.problems = problems


@dataclass(slots=True)
class Reader:
    problems: list[tuple[str, str]] = field(default_factory=list)
    tests: int = 0

    def wrong(self, path: str, sentence: str) -> Any:
        """Note it, and go on with None in its place: the next problem is wanted, too."""
        self.problems.append((path, sentence))
        return None

    def only(self, raw: Mapping[str, Any], names: set[str], path: str, sentence: str) -> None:
        """Note every member that is none of these."""
        for other in sorted(raw.keys() - names):
            self.wrong(under(path, other), sentence)


def under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def text(raw: Any, path: str, reader: Reader) -> Any:
    if isinstance(raw, str) and raw.strip() and len(raw) <= LONGEST_TEXT:
        return raw
    if isinstance(raw, str) and not raw.strip():
        return reader.wrong(path, "must not be empty")
    return reader.wrong(path, f"must be a text of at most {LONGEST_TEXT} characters")


def choice(choices: type[StrEnum], raw: Any, path: str, reader: Reader) -> Any:
    known = [one.value for one in choices]
    return choices(raw) if raw in known else reader.wrong(path, f"must be one of {', '.join(known)}")


def whole(raw: Any, first: int, last: int) -> bool:
    """Whether it is one of the whole numbers from `first` to `last`."""
    return isinstance(raw, int) and not isinstance(raw, bool) and first <= raw <= last


def amount(raw: Any, most: int) -> Decimal | None:
    """It as a number above 0 and at most `most`, None if it is none."""
    found = plain(raw)
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return None
    exact = Decimal(found)
    return exact if exact.is_finite() and 0 < exact <= most else None
