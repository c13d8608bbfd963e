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
    person_ids: dict[str, str]
    account_ids: dict[str, str]


@dataclass(slots=True)
class Who:
    """The answer for one item; None where it cannot be said."""

    person_id: int | None = None
    account_id: int | None = None
    """Where it counts: the account that the item names, else where the person is at home."""
    identity_id: int | None = None
    """The name (a row of Identity) under which the person was found."""
    grouped: bool = False
    """The item itself named the account; otherwise its account changes when the person's home does."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a person did without naming an account counts for another account now; None is no account at all."""

    person_id: int
    identity_id: int | None
    """Only what was done under this name; None: everything."""
    old: int | None
    new: int | None
