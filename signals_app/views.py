"""The doors for data: Segment-compatible calls and providers' webhooks. Durable before 200; a lie gets a 4xx."""

from datetime import UTC
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from signals_app import authentication, connectors, cors, ingest, overload
from signals_app.connectors import segment
from signals_app.connectors.base import BadSignature, HookRequest
from signals_app.models import Source
from upsell_project.lib import clock, strict_json

SHORT = {
    "t": "track",
    "i": "identify",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
    "b": "batch",
    "import": "batch",
}
KEPT_HEADERS = ("content-type", "user-agent", "x-zendesk-webhook-invocation-id", "x-zendesk-webhook-id")
# A hook may be larger than an SDK's batch: some providers put a thousand events in one.
MAX_HOOK = 10 * 1024 * 1024
LONGEST_HEADER = 300


class Refusal(Exception):
    """Answer this status with one sentence, readable by a page that the source permits."""

    def __init__(self, status: int, message: str, source: Source | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.source = source


@csrf_exempt
def collect(request: HttpRequest, call: str) -> HttpResponse:
    """`POST /v1/{track,...,batch}` and the short forms."""
    if request.method == "OPTIONS":
        return cors.preflight(request)
    if request.method != "POST":
        return _said(405, "Send this as a POST.")
    try:
        source, answer = _collect(request, SHORT.get(call, call))
        return cors.open_to(JsonResponse(answer), request, source)
    except Refusal as refusal:
        known = refusal.source or authentication.source_of(_key(request) or "")
        return cors.open_to(_said(refusal.status, refusal.message), request, known)


def _collect(request: HttpRequest, call: str) -> tuple[Source, dict[str, Any]]:
    plain = _inflated(_body(request, segment.MAX_BODY), segment.MAX_BODY)
    key = _key(request)
    source = _source(key) if key else None
    try:
        batch = segment.read(plain, call, clock.real().astimezone(UTC))
    except segment.Unreadable as error:
        raise Refusal(error.status, error.message) from None
    source = source or _source(batch.write_key or "")
    if source.kind == "web" and not cors.allowed(request, source):
        raise Refusal(403, "This origin is not on the source's list of allowed origins.")
    if batch.accepted or batch.rejected:
        headers = _kept(request) | _signed_person(source, request)
        _wait_if_overloaded(source)
        ingest.accept(source.pk, call, plain, headers)
    rejected = [{"index": one.index, "reason": one.reason} for one in batch.rejected]
    return source, ANSWER | {"accepted": batch.accepted, "rejected": rejected}


def _key(request: HttpRequest) -> str | None:
    return authentication.basic_key(request) or request.headers.get("X-Write-Key")


def _wait_if_overloaded(source: Source) -> None:
    if overload.overloaded():
        raise Refusal(429, "Too much is waiting to be processed. Send it again later.", source)


def _signed_person(source: Source, request: HttpRequest) -> dict[str, str]:
    """A browser that brings a person token speaks for that person, whatever user id its body names."""
    token = authentication.bearer(request) if source.kind == "web" else ""
    try:
        return {ingest.SIGNED_PERSON: authentication.claims_of(source, token).user_id} if token else {}
    except authentication.BadToken as error:
        raise Refusal(401, f"{error}.", source) from None


# One body that pleases the SDKs of Segment, RudderStack, Mixpanel and Amplitude alike.
ANSWER: dict[str, Any] = {"success": True, "status": 1, "error": None, "code": 200}


def _source(write_key: str) -> Source:
    source = authentication.source_of(write_key) if write_key else None
    if source is None or source.kind not in ("http", "web"):
        raise Refusal(401, "The write key is missing or unknown.")
    return source


def _body(request: HttpRequest, limit: int) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise Refusal(413, f"The body is larger than {limit} bytes.") from None
    except OSError:
        raise Refusal(400, "The body did not arrive whole.") from None


def _inflated(body: bytes, limit: int) -> bytes:
    try:
        return strict_json.inflate(body, limit)
    except strict_json.TooLarge as error:
        raise Refusal(413, f"The body {error.reason}.") from None
    except strict_json.Refused as error:
        raise Refusal(400, f"The body {error.reason}.") from None


def _kept(request: HttpRequest) -> dict[str, str]:
    return {name: value[:LONGEST_HEADER] for name in KEPT_HEADERS if (value := request.headers.get(name))}


def _said(status: int, message: str) -> JsonResponse:
    """The flat error that SDKs show to their users."""
    codes = {
        400: "invalid_request",
        401: "unauthorized",
        403: "forbidden",
        405: "method_not_allowed",
        413: "too_large",
        429: "overloaded",
    }
    response = JsonResponse({"code": codes.get(status, "error"), "message": message}, status=status)
    if status == 429:
        response["Retry-After"] = str(overload.RETRY_AFTER)
    return response


@csrf_exempt
def hook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    """`POST /hooks/<kind>/<token>`: verified over the raw bytes, kept, answered. 401 only for a bad signature."""
    if request.method != "POST":
        return (
            _said(405, "Send this as a POST.")
            if request.method not in ("GET", "HEAD")
            else HttpResponse("ok")
        )
    try:
        return _hook(request, kind, token)
    except Refusal as refusal:
        return _said(refusal.status, refusal.message)


def _hook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    source = Source.objects.filter(kind=kind, hook_token=token, active=True).first()
    if source is None or not connectors.of(kind).signed:
        return _said(404, "There is no such hook.")
    body = _body(request, MAX_HOOK)
    headers = {name.lower(): value for name, value in request.headers.items()}
    arrived = HookRequest(
        request.method or "POST", f"{settings.PUBLIC_URL}{request.get_full_path()}", headers, body
    )
    secrets = [secret for secret in (source.signing_secret, source.previous_secret) if secret]
    try:
        connectors.of(kind).verify(arrived, secrets, clock.real().timestamp())
    except BadSignature:
        Source.objects.filter(pk=source.pk).update(signature_failures=F("signature_failures") + 1)
        return _said(401, "The signature is missing, wrong or stale.")
    _wait_if_overloaded(source)
    ingest.accept(source.pk, "hook", _inflated(body, MAX_HOOK), _kept(request))
    return JsonResponse({"ok": True})
