"""The one normalized shape of anything that comes in. Pure values: no Django, no database, no clock."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_ID = 200
MAX_NAME = 200
MAX_RAW = 4_000


@dataclass(slots=True)
class Incoming:
    kind: str
    """`track`, `identify`, `group`, `alias`, `page`, `screen` or `delete` (an erasure request)."""
    message_id: str
    """Unique per source, at most 200 characters."""
    occurred_at: datetime
    """Aware UTC, corrected for the sender's clock."""
    name: str = ""
    """The event of a track call; the name of a page or screen."""
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, Any] = field(default_factory=dict)
    """Of the person."""
    account_traits: dict[str, Any] = field(default_factory=dict)
    """Of the account; None clears a trait. Money is a decimal string in major units, a moment is ISO 8601."""
    context: dict[str, Any] = field(default_factory=dict)
    """Only these, when known: timezone, locale, device_type, channel, page_url, page_path."""
    lookup: dict[str, str] = field(default_factory=dict)
    """Ways to find the person or account when the ids are not ours: email, stripe_customer_id, ..."""
    active: bool = True
    """False: facts to keep, but no sign that the person was there."""
    declined: bool = False
    """The sender's `integrations` ask that we not receive this."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """What came in and could not be taken: `path` is inside the item, `raw` its text (4,000 characters)."""

    index: int
    reason: str
    path: str = ""
    raw: str = ""


def short_id(text: str) -> str:
    """The id itself, or its hash when it is longer than the column that holds it."""
    return text if len(text) <= MAX_ID else f"sha256:{digest(text)}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
