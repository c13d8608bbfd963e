"""What a channel is: it takes a finished message and says what became of it. It knows no database."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One finished message. `delivery_id` makes a repetition recognizable; `at` is the date it bears."""

    delivery_id: str
    to: str
    at: datetime
    sender: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    unsubscribe_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took responsibility; `provider_ref` is its own id for the message."""

    provider_ref: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not sent. `retry_after` in seconds. `down`: the provider as a whole, not this message."""

    reason: str
    retry: bool
    retry_after: int | None = None
    down: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been sent: to be looked up by a human, never repeated."""

    reason: str


Outcome = Accepted | Refused | Unknown


class Connection(Protocol):
    """An open way to the provider, good for many messages."""

    def send(self, message: Message) -> Outcome: ...


class Channel(Protocol):
    """One way to reach people. `at_intent`: accepted as it is intended, so it never meets the outbox."""

    name: str
    at_intent: bool

    def connect(self) -> AbstractContextManager[Connection]: ...
