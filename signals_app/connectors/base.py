"""What a connector is: proof that a request comes from its provider, then the body turned into `Incoming`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from babel import Locale

from signals_app import counted
from signals_app.incoming import MAX_ID, MAX_RAW, Incoming, Rejected

MAX_TEXT = 10_000
LATER = datetime.min.replace(tzinfo=UTC)
"""Stands in an item until whoever has the whole event says when it happened."""

QUERY = "upsell-query"  # no header of a request: the door puts the query string there


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


SOUND = "upsell-sound"
"""Kept with an envelope in which the door found nothing to refuse: its reader need not look for it again."""


UNPROVEN = "upsell-unproven"
"""Kept with an envelope of a source that had no secret: whoever knew the URL may have sent it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object of the provider that has to be read by its API, because what came in only names it."""

    kind: str
    """The provider's word, at most 12 characters: contact, company, subscription, ..."""
    id: str


@dataclass(frozen=True, slots=True)
class Question:
    """What reads one object: a whole URL and the headers that authorize it."""

    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    """None for a GET; a search is a POST that may be repeated."""


@dataclass(slots=True)
class Parsed:
    """Everything authentic is answered 200; what could not be used is in `rejected`. All may be empty."""

    items: list[Incoming] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider wants to hear once its request is durable."""

    body: bytes = b'{"ok": true}'
    content_type: str = "application/json"
    status: int = 200


class Connector(ABC):
    kind: ClassVar[str]
    label: ClassVar[str]
    freshness: ClassVar[timedelta | None] = None
    """How far the signed time may be from now, both ways; None when the provider signs no time."""
    signed: ClassVar[bool] = True
    """Takes `POST /hooks/<kind>/<token>`. False: authenticated by write key at `/v1/...` instead."""
    beta: ClassVar[str] = ""
    """What could not be verified against the vendor, as staff read it; empty when all of it was."""
    setup: ClassVar[str] = ""
    """What to do at the provider, in one or two sentences: where the URL goes, where the secret is found."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names under which `create_source` knows this kind."""
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})
    headers: ClassVar[tuple[str, ...]] = ()
    """Request headers, in lower case, that `parse` needs, and `QUERY`; they are kept with the envelope."""
    needs_secret: ClassVar[bool] = True
    """False: without a secret whoever knows the unguessable URL may tell what was done, and no more than that."""
    relays: ClassVar[bool] = False
    """True: what it sends was told to the provider by browsers and apps, so its secret proves the provider only, unless
    staff vouch for the source."""
    anybody_typed: ClassVar[bool] = False
    """True: whoever opens its chat may say who they are and where to reach them. So what it says of people finds them,
    and does not change their addresses, unless staff vouch for the source."""
    dated: ClassVar[str] = ""
    """The header, in lower case, with the moment of signing, where age is no reason to refuse: it is noted."""
    reads: ClassVar[str] = ""
    """Where the provider's API is, such as `https://api.hubapi.com`; empty when nothing is ever read there."""
    enriches: ClassVar[bool] = False
    """Knows companies by their domain. What sends webhooks, too, is asked only if staff say so (`Source.looks_up`)."""
    lists: ClassVar[tuple[str, ...]] = ()
    """Where a body holds items that are read one by one (`parameters.members`); "" is the body itself, an array."""
    most: ClassVar[int] = 5_000
    """How many such items one request may bring: with more it is refused whole, before anything is kept."""
    lines: ClassVar[bool] = False
    """Takes one JSON value a line, too; then all lines together may hold so many."""

    @abstractmethod
    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        """Raise `BadSignature` unless an active secret signed these bytes. `now`: real unix seconds."""

    def too_much(self, body: bytes) -> str:
        """Why this body holds more than one request may, as `holds more than 5 events`; empty when it does not."""
        return f"holds more than {self.most} events" if self.beyond(body) else ""

    def beyond(self, body: bytes) -> bool:
        """Whether it holds more than `most` items. What is no JSON is counted by its own connector."""
        return counted.beyond(self.most, body, self.lists, lines=self.lines)

    @abstractmethod
    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        """Never raises on an authentic body. `call` is the door where a kind has several, `hook` for webhooks, or
        `read:<kind>` for the answer to a `Question` about an object of that kind.

        A request without a body (a GET) is parsed from its query string.
        """

    def greeting(self, request: HookRequest) -> Answer | None:
        """What to say to a provider that only asks whether somebody is here, before it sends anything: nothing is kept.
        None: this is no such question."""
        return None

    def answer(self, request: HookRequest) -> Answer:
        """What to say after the request was kept."""
        return Answer()

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        """How to read this object at `api_url` (no slash at its end); None when it cannot be read."""
        return None

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


def first_words(said: Mapping[str, Any], *names: str) -> str:
    """The first of these members that says something."""
    return next((found for name in names if (found := words(said.get(name)))), "")


def present(**values: Any) -> dict[str, Any]:
    """Those that are known, long texts cut."""
    known = {name: value for name, value in values.items() if value is not None and value != ""}
    return {name: value[:MAX_TEXT] if isinstance(value, str) else value for name, value in known.items()}


def points(value: Any) -> int | float | None:
    """A point on a scale, also written as text."""
    number = _decimal(value)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def from_number(value: Any) -> datetime | None:
    """Unix seconds or milliseconds, whichever it must be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return from_unix(value / 1000 if value > 10**11 else value)


def whole_number(value: Any) -> int | None:
    """An amount of things, also written as text; None when it is no plausible one."""
    number = _decimal(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def decimal_text(value: Any) -> str | None:
    """An amount of money in major units as plain decimal text; None when it is no number."""
    number = _decimal(value)
    return None if number is None else f"{number:f}"


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value).strip())
    except ArithmeticError:
        return None
    plausible = number.is_finite() and abs(number) < Decimal(10) ** 12
    # `1e-999` is a number too, but nobody's money, and a text without end.
    return round(number, 6).normalize() if plausible else None


def country_code(value: Any) -> str:
    """ISO 3166-1 alpha-2 of a code or an English name, as CRMs keep it; empty when it is neither."""
    said = words(value)
    if len(said) == 2 and said.isascii() and said.isalpha():
        return "GB" if said.upper() == "UK" else said.upper()
    return _country_names().get(said.casefold().removeprefix("the "), "")


@cache
def _country_names() -> dict[str, str]:
    territories = Locale("en").territories
    named = {name.casefold(): code for code, name in territories.items() if code.isalpha() and len(code) == 2}
    return named | {"usa": "US", "united states of america": "US", "great britain": "GB", "england": "GB"}
