"""What identification reads of an incoming item, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol


class Trust(IntEnum):
    """How far the sender of an item is believed."""

    HEARSAY = 0
    """A provider that no secret proves, or that hands on what browsers told it: it tells what people did, found by id
    or by address, and says nothing about anybody."""
    ANYBODY = 1
    """A browser with the publishable key: whom it names is attribution, not proof."""
    THEMSELVES = 2
    """A browser with a person token: it speaks for that person, not for what the law or their account is."""
    FULL = 3
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


@dataclass(frozen=True, slots=True)
class Said:
    """What senders of one sort said."""

    items: Sequence[Item]
    source: str
    """Kind of source."""
    trust: Trust = Trust.FULL


@dataclass(slots=True)
class Who:
    """The answer for one item; None where it cannot be said."""

    person_id: int | None = None
    account_id: int | None = None
    """Where it counts: the account that the item names, else where the person is at home."""
    identity_id: int | None = None
    """The name (a row of Identity) under which it was said; an address may be nobody's."""
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
