"""The one normalized shape of anything that comes in. Pure values: no Django, no database, no clock."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MAX_ID = 200
MAX_NAME = 200
MAX_RAW = 4_000
SET_ONCE_BEFORE = datetime(1970, 3, 1, tzinfo=UTC)
"""What is set only once is said to have happened before this moment, backwards and a thousand times as fast."""


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
    """Of the account; None clears a trait; the ids of `account_ids` may also be said here.

    Money is a decimal string in major units, a moment is ISO 8601."""
    context: dict[str, Any] = field(default_factory=dict)
    """Only these, when known: timezone, locale, device_type, push_address (as `lib.push_address` writes it), channel,
    page_url, page_path."""
    lookup: dict[str, str] = field(default_factory=dict)
    """Only `email` and `phone`: where the person is known when nothing better is said; they create nobody."""
    person_ids: dict[str, str] = field(default_factory=dict)
    """The person's ids at providers, by kind: `zendesk_requester_id`, `hubspot_contact_id`, ... New ones are kept,
    and an item that also names a `user_id` says whose they are."""
    account_ids: dict[str, str] = field(default_factory=dict)
    """The account's ids at providers, by kind: `stripe_customer_id`, `hubspot_company_id`, ... The kind `group_id` is
    our own id, which is only looked for here and never created."""
    hinted_user: str = ""
    """A user id that anybody may have typed (a hidden field in a link): it finds who has it, and creates nobody."""
    active: bool = True
    """False: facts to keep, but no sign that the person was there."""
    proven: bool = True
    """False: no secret vouches for it, so it only tells what was done (`signals_app.proof`)."""
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
