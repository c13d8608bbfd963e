"""What every door for data does alike: read the body, inflate it, refuse with a sentence that SDKs show."""

import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse

from signals_app import authentication, ingest, limits, overload
from signals_app.incoming import Rejected
from signals_app.models import Source
from upsell_project.lib import gunzip, strict_json

LONGEST_HEADER = 300
KEPT_HEADERS = ("content-type", "user-agent")
# One body that pleases the SDKs of Segment, RudderStack, Mixpanel and Amplitude alike.
ANSWER = {"success": True, "status": 1, "error": None, "code": 200}


class Readable(Protocol):
    """What reading a body finds; `rejected` are the items that were refused."""

    @property
    def rejected(self) -> list[Rejected]: ...


Read = TypeVar("Read", bound=Readable)


class Refusal(Exception):
    """Answer this status with one sentence, readable by a page that the source permits."""

    def __init__(self, status: int, message: str, source: Source | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.source = source


def source_of(write_key: str) -> Source:
    """The source of events with this key. Raises Refusal. Who names many unknown keys is not even looked up."""
    if not authentication.is_remembered(write_key) and not limits.may_guess():
        raise Refusal(429, limits.TOO_FAST)
    source = authentication.source_of(write_key) if write_key else None
    if source is None or source.kind not in ("http", "web"):
        limits.guessed()
        raise Refusal(401, "The write key is missing or unknown.")
    return source


def wait_if_overloaded(source: Source, events: int = 1) -> None:
    """Refuse what is too much for this source in this second, or for the workers at all."""
    if not limits.may_send(source.pk, events):
        raise Refusal(429, limits.TOO_FAST, source)
    if overload.overloaded():
        raise Refusal(429, "Too much is waiting to be processed. Send it again later.", source)


def body(request: HttpRequest, limit: int) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise Refusal(413, f"The body is larger than {limit} bytes.") from None
    except OSError:
        raise Refusal(400, "The body did not arrive whole.") from None


def inflated(received: bytes, limit: int) -> bytes:
    try:
        return gunzip.inflate(received, limit)
    except strict_json.TooLarge as error:
        raise Refusal(413, f"The body {error.reason}.") from None
    except strict_json.Refused as error:
        raise Refusal(400, f"The body {error.reason}.") from None


def at_cost(read: Callable[[], Read]) -> Read:
    """What `read` finds. Where it refuses the body or an item, the sender's address pays for the time that took."""
    began = time.thread_time()
    try:
        found = read()
    except Exception:
        limits.pay(time.thread_time() - began)
        raise
    if found.rejected:
        limits.pay(time.thread_time() - began)
    return found


def signed_person(source: Source, request: HttpRequest) -> dict[str, str]:
    """A browser that brings a person token speaks for that person, whatever user id its body names."""
    token = authentication.bearer(request) if source.kind == "web" else ""
    try:
        return {ingest.SIGNED_PERSON: authentication.claims_of(source, token).user_id} if token else {}
    except authentication.BadToken as error:
        raise Refusal(401, f"{error}.", source) from None


def kept_headers(request: HttpRequest, more: Iterable[str] = ()) -> dict[str, str]:
    """The headers that stay with the envelope: those that reading it later needs, and none that opens a door."""
    wanted = (*KEPT_HEADERS, *more)
    return {name: value[:LONGEST_HEADER] for name in wanted if (value := request.headers.get(name))}


def said(status: int, message: str, /, **more: Any) -> JsonResponse:
    """The flat error that SDKs show to their users; `more` is what other vendors' SDKs look for in it."""
    codes = {
        400: "invalid_request",
        401: "unauthorized",
        403: "forbidden",
        405: "method_not_allowed",
        413: "too_large",
        429: "overloaded",
    }
    response = JsonResponse({"code": codes.get(status, "error"), "message": message} | more, status=status)
    if status == 429:
        response["Retry-After"] = str(
            limits.RETRY_AFTER if message == limits.TOO_FAST else overload.RETRY_AFTER
        )
    return response
