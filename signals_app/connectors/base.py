"""What a connector is: proof that a request comes from its provider, then the body turned into `Incoming`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from signals_app.incoming import MAX_ID, MAX_RAW, Incoming, Rejected


@dataclass(frozen=True, slots=True)
class HookRequest:
    """One request off the wire. `url` is built from our configured public address, never from `Host`."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Keys in lower case."""
    body: bytes


class BadSignature(Exception):
    """Missing, wrong or stale proof of origin: answer 401. The message holds no secret and no signature."""


@dataclass(slots=True)
class Parsed:
    """Everything authentic is answered 200; what could not be used is in `rejected`. Both may be empty."""

    items: list[Incoming] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class Connector(ABC):
    kind: ClassVar[str]
    label: ClassVar[str]
    freshness: ClassVar[timedelta | None] = None
    """How far the signed time may be from now, both ways; None when the provider signs no time."""
    signed: ClassVar[bool] = True
    """Takes `POST /hooks/<kind>/<token>`. False: authenticated by write key at `/v1/...` instead."""

    @abstractmethod
    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        """Raise `BadSignature` unless an active secret signed these bytes. `now`: real unix seconds."""

    @abstractmethod
    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        """Never raises on an authentic body. `call` matters only where one kind has several doors."""

    def refuse_stale(self, signed_at: float, now: float) -> None:
        if self.freshness is not None and not abs(now - signed_at) <= self.freshness.total_seconds():
            raise BadSignature("the signed time is too far from now")


def unusable(body: bytes, reason: str, path: str = "") -> Parsed:
    return Parsed(rejected=[Rejected(0, reason, path, printable(body))])


def printable(body: bytes) -> str:
    """Text that any column holds: no broken UTF-8, no NUL, cut to size."""
    return body[: MAX_RAW * 4].decode(errors="replace").replace("\x00", "\ufffd")[:MAX_RAW]


def from_unix(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 253_402_300_800:
        return None
    return datetime.fromtimestamp(value, UTC)


def from_iso(value: Any) -> datetime | None:
    """Aware UTC; a text without an offset is taken as UTC; None when it is no ISO 8601 moment after 1970."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not UTC:
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= 1970 else None


def members(value: Any) -> dict[str, Any]:
    """The value when it is an object, else an empty one: providers leave out and null what they like."""
    return value if isinstance(value, dict) else {}


def elements(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def words(value: Any) -> str:
    """An id or text as a stripped string; numbers become text, anything else becomes empty."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def identifier(value: Any) -> str:
    """An id as text; one that is longer than any column of ours is nobody we know, so it is left out."""
    found = words(value)
    return found if len(found) <= MAX_ID else ""
