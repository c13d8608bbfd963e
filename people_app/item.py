"""What identification reads of an incoming item, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol


class Trust(IntEnum):
    """How far the sender of an item is believed."""

    ANYBODY = 0
    """A browser with the publishable key: whom it names is attribution, not proof."""
    THEMSELVES = 1
    """A browser with a person token: it speaks for that person, not for what the law or their account is."""
    FULL = 2
    """A server with its key, or a provider that signed."""


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
