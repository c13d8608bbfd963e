"""What identification reads of an incoming item, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class Item(Protocol):
    """What identification reads of an incoming item (`signals_app.incoming.Incoming` has this shape)."""

    kind: str
    name: str
    occurred_at: datetime
    user_id: str | None
    anonymous_id: str | None
    group_id: str | None
    previous_id: str | None
    active: bool
    properties: dict[str, Any]
    traits: dict[str, Any]
    account_traits: dict[str, Any]
    context: dict[str, Any]
    lookup: dict[str, str]


@dataclass(slots=True)
class Who:
    """The answer for one item; None where it cannot be said."""

    person_id: int | None = None
    account_id: int | None = None
