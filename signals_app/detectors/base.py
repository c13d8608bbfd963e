"""What a detector is: a pure question about a batch of new facts, answered for all definitions of its kind at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from signals_app.ingest import Stored
from signals_app.models import Signal, SignalDefinition
from signals_app.usage import Change

Evidence = dict[str, Any]


@dataclass
class Batch:
    """What is new: events, totals that moved, accounts whose plan or limits changed."""

    stored: Sequence[Stored]
    changes: Sequence[Change] = ()
    changed_accounts: set[int] = field(default_factory=set)

    @cached_property
    def by_name(self) -> Mapping[str, Sequence[Stored]]:
        """Events that were tracked, by name; each in the order in which they happened."""
        found: dict[str, list[Stored]] = {}
        for one in self.stored:
            if one.item.kind == "track":
                found.setdefault(one.item.name, []).append(one)
        for those in found.values():
            those.sort(key=lambda one: one.item.occurred_at)
        return found


@dataclass(slots=True)
class Finding:
    """A moment that was found; `key` makes it one signal however often it is found."""

    definition: SignalDefinition
    person_id: int | None
    account_id: int | None
    evidence: Evidence
    key: str


class Detector(Protocol):
    """`find` is called for all live definitions of the kind; `refresh` says what is left of old evidence."""

    def find(self, definitions: Sequence[SignalDefinition], batch: Batch, now: datetime) -> list[Finding]: ...

    def refresh(self, signals: Sequence[Signal], now: datetime) -> Mapping[int, Evidence | None]: ...


def number(value: Any) -> int | float:
    """A JSON number without a needless fraction."""
    as_float = float(value)
    return int(as_float) if as_float.is_integer() else as_float
