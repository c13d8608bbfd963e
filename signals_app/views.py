"""The doors for Segment-compatible calls. Durable before 200; a lie gets a 4xx."""

from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from signals_app import authentication, cors, door, ingest
from signals_app.connectors import segment
from signals_app.connectors.base import SOUND
from signals_app.door import Refusal
from signals_app.models import Source
from upsell_project.lib import clock

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


@csrf_exempt
def collect(request: HttpRequest, call: str) -> HttpResponse:
    """`POST /v1/{track,...,batch}` and the short forms."""
    if request.method == "OPTIONS":
        return cors.preflight(request)
    if request.method != "POST":
        return door.said(405, "Send this as a POST.")
    try:
        source, answer = _collect(request, SHORT.get(call, call))
        return cors.open_to(JsonResponse(answer), request, source)
    except Refusal as refusal:
        known = refusal.source or authentication.remembered(_key(request) or "")
        return cors.open_to(door.said(refusal.status, refusal.message), request, known)


def _collect(request: HttpRequest, call: str) -> tuple[Source, dict[str, Any]]:
    plain = door.inflated(door.body(request, segment.MAX_BODY), segment.MAX_BODY)
    key = _key(request)
    source = door.source_of(key) if key else None
    try:
        batch = door.at_cost(lambda: segment.read(plain, call, clock.real().astimezone(UTC)))
    except segment.Unreadable as error:
        raise Refusal(error.status, error.message) from None
    source = source or door.source_of(batch.write_key or "")
    if source.kind == "web" and not cors.allowed(request, source):
        raise Refusal(403, "This origin is not on the source's list of allowed origins.")
    if source.kind == "web":
        batch.refuse_deletes()
    if batch.accepted or batch.rejected:
        headers = door.kept_headers(request) | door.signed_person(source, request)
        if not batch.rejected:
            headers[SOUND] = "1"
        door.wait_if_overloaded(source, batch.accepted + len(batch.rejected))
        ingest.accept(source.pk, call, plain, headers)
    rejected = [{"index": one.index, "reason": one.reason} for one in batch.rejected]
    return source, door.ANSWER | {"accepted": batch.accepted, "rejected": rejected}


def _key(request: HttpRequest) -> str | None:
    return authentication.basic_key(request) or request.headers.get("X-Write-Key")
