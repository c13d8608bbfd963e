"""What a channel is: it takes a finished message and says what became of it. It knows no database."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One finished message. `delivery_id` makes a repetition recognizable; `at` is the date it bears."""

    delivery_id: str
    to: str
    at: datetime
    channel: str = "email"
    user_id: str = ""
    """The person's pseudonymous key, for providers that know people by it."""
    sender: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    unsubscribe_url: str = ""
    url: str = ""
    """Where its first button leads."""
    locale: str = "en"
    expires_at: datetime | None = None
    """Afterwards it is stale: a provider that keeps it longer must not deliver it."""
    form: Mapping[str, Any] = field(default_factory=dict)
    """What the provider approved beforehand: `{"id", "language", "variables": [...], "button"}`, of which only `id` is
    always there (`offers_app/whatsapp_form.py`); empty: free text."""
    headers: Mapping[str, str] = field(default_factory=dict)


class Gone(StrEnum):
    """What a refusal says of the address itself."""

    NOBODY = "nobody"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took responsibility; `provider_ref` is its own id for the message."""

    provider_ref: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not sent. `retry_after` in seconds. `down`: the provider as a whole, not this message. `broken`: it no
    longer takes our key, until staff mend it. `gone`: nobody is at this address, or they want nothing there."""

    reason: str
    retry: bool
    retry_after: float | None = None
    down: bool = False
    broken: bool = False
    gone: Gone | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been sent: repeated only under a key that the provider remembers, else looked up, else
    left to a human."""

    reason: str


Outcome = Accepted | Refused | Unknown


class Connection(Protocol):
    """An open way to the provider, good for many messages."""

    def send(self, message: Message) -> Outcome: ...


class Channel(Protocol):
    """One way to reach people. `at_intent`: accepted as it is intended, so it never meets the outbox."""

    @property
    def name(self) -> str: ...

    @property
    def at_intent(self) -> bool: ...

    @property
    def key_lives(self) -> timedelta | None:
        """How long the provider knows a repetition by its key; None: it knows none."""

    def connect(self) -> AbstractContextManager[Connection]: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that staff tell of their account at a provider."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    choices: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    """For these channels alone; empty: for all."""
