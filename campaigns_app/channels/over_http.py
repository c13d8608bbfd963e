"""A provider that is asked over HTTP: transport and the usual meaning of answers are here, so that its own file holds
nothing but its fields, its payload and its odd codes."""

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from campaigns_app.channels.base import Accepted, Connection, Field, Message, Outcome, Refused, Unknown
from upsell_project.lib import http

SECONDS = 10.0
AGAIN = frozenset({408, 425, 429, 503})
"""Not taken; that a server or a gateway failed (500, 502, 504) does not say so."""
WHOLE = frozenset({429, 503})
"""Said of the account or the provider, not of one message."""
KEY_REFUSED = frozenset({401, 403})

Ask = Callable[[str, str, Mapping[str, str], bytes | None, float | None], http.Answer]
"""Method, URL, headers, body, seconds. Raises `http.Forbidden`, `http.Unsent` and `http.Unreachable`."""


@dataclass(frozen=True, slots=True)
class Request:
    """`path` follows the account's address."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


class HttpProvider(ABC):
    """An account at a provider for one channel."""

    kind: ClassVar[str]
    label: ClassVar[str]
    channels: ClassVar[tuple[str, ...]]
    address: ClassVar[str]
    """Where its API is, unless the account says otherwise."""
    fields: ClassVar[tuple[Field, ...]]
    beta: ClassVar[str] = ""
    """What could not be verified against the vendor, as staff read it; empty when all of it was."""
    key_lives: ClassVar[timedelta | None] = None
    seconds: ClassVar[float] = SECONDS
    at_intent: ClassVar[bool] = False

    def __init__(
        self, channel: str, given: Mapping[str, str], base_url: str = "", ask: Ask = http.ask
    ) -> None:
        """`given`: the values of `fields`, secrets too."""
        self.channel, self.given, self.ask = channel, given, ask
        self.base_url = base_url or self.host()

    @property
    def name(self) -> str:
        return self.kind

    def host(self) -> str:
        """Where its API is by what staff told, such as a region."""
        return self.address

    @abstractmethod
    def request(self, message: Message) -> Request:
        """The message in the provider's words. Raises ValueError for what it cannot express; the text is the reason."""

    @abstractmethod
    def taken(self, answer: http.Answer) -> Outcome:
        """What a 2xx answer means; some providers refuse with it."""

    def odd(self, answer: http.Answer) -> Outcome | None:
        """What an answer means where it is not what its status usually does."""
        return None

    def test(self) -> Request | None:
        """Asks for something that changes nothing and needs the key; None: the provider has nothing of the kind."""
        return None

    def look_up(self, message: Message, since: datetime) -> Accepted | None:
        """What became of a message that was handed over at `since` (real time) and whose answer was lost. None: the
        provider cannot tell (yet)."""
        return None

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Connections are kept by `http`, for the whole process."""
        yield self

    def send(self, message: Message) -> Outcome:
        try:
            request = self.request(message)
        except ValueError as error:
            return Refused(str(error)[:300], retry=False)
        answer = self.asked(request)
        return self.outcome(answer) if isinstance(answer, http.Answer) else answer

    def asked(self, request: Request) -> http.Answer | Refused | Unknown:
        url = f"{self.base_url}{request.path}"
        try:
            return self.ask(request.method, url, request.headers, request.body, self.seconds)
        except http.Forbidden as error:
            return Refused(f"the provider cannot be asked: {error}", retry=True, broken=True)
        except http.Unsent as error:
            return Refused(f"no connection ({error})", retry=True, down=True)
        except http.Unreachable as error:
            return Unknown(f"no answer after it was handed over ({error})")

    def outcome(self, answer: http.Answer) -> Outcome:
        odd = self.odd(answer)
        if odd is not None:
            return odd
        if 200 <= answer.status < 300:
            return self.taken(answer)
        said = self.told(answer)
        if answer.status in KEY_REFUSED:
            return Refused(f"the key was refused: {said}", retry=True, broken=True)
        if answer.status in AGAIN:
            return Refused(said, retry=True, retry_after=answer.wait, down=answer.status in WHOLE)
        return Unknown(said) if answer.status >= 500 else Refused(said, retry=False)

    def tested(self, answer: http.Answer) -> Refused | Unknown | None:
        """What is wrong by the answer to `test`; None: nothing."""
        found = self.odd(answer)
        if found is None and not 200 <= answer.status < 300:
            found = self.outcome(answer)
        return None if isinstance(found, Accepted) else found

    def told(self, answer: http.Answer) -> str:
        """Status and code alone: a provider's sentences may repeat what they were sent."""
        return f"{answer.status} {self.code(answer)}".strip()[:200]

    def code(self, answer: http.Answer) -> str:
        """The provider's own code of an error."""
        return ""


def said(answer: http.Answer) -> dict[str, Any]:
    """The answer's JSON object; empty where it is none."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def inside(value: Any, *path: str | int) -> Any:
    """What lies at this path of a decoded JSON value; None where there is nothing."""
    for key in path:
        if isinstance(key, str):
            value = value.get(key) if isinstance(value, dict) else None
        else:
            value = value[key] if isinstance(value, list) and -len(value) <= key < len(value) else None
    return value


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def as_json(method: str, path: str, headers: Mapping[str, str], body: Any) -> Request:
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    return Request(method, path, {"Content-Type": "application/json", **headers}, raw)


def as_form(path: str, headers: Mapping[str, str], body: Mapping[str, str]) -> Request:
    kind = "application/x-www-form-urlencoded"
    return Request("POST", path, {"Content-Type": kind, **headers}, urlencode(body).encode())


def accepted(reference: Any) -> Accepted:
    return Accepted(str(reference or "")[:200])
