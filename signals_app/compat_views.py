"""The doors for the SDKs of PostHog, Amplitude, Mixpanel and Heap, each answered in its vendor's words.

The write key is wherever the SDK puts it. What is kept is the JSON of the request; `signals_app.connectors.analytics`
reads it again when the envelope is opened. Durable before 200, as at the Segment-compatible doors.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC
from typing import Any
from urllib.parse import parse_qs

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from signals_app import authentication, cors, door, ingest
from signals_app.connectors import segment
from signals_app.connectors.analytics import DIALECTS, Reading
from signals_app.door import Refusal
from signals_app.models import Source
from upsell_project.lib import clock, strict_json

MAX_FIELDS = 50
MAX_KEYS = 4
AMPLITUDE, MIXPANEL, POSTHOG = "amplitude", "mixpanel", "posthog"
BY_GET = {(MIXPANEL, "track"), (MIXPANEL, "engage"), (MIXPANEL, "groups")}
"""The one exception from "a GET changes nothing": Mixpanel's npm package knows no other method for these."""


class _Shape(msgspec.Struct):
    batch: msgspec.Raw | None = None
    events: msgspec.Raw | None = None


@csrf_exempt
def batch(request: HttpRequest) -> HttpResponse:
    """`POST /batch/`: PostHog's array is called `batch`, Amplitude's is called `events`."""
    try:
        body = door.inflated(door.body(request, segment.MAX_BODY), segment.MAX_BODY)
    except Refusal as refusal:
        return _refused(POSTHOG, refusal)
    return collect(request, AMPLITUDE if _holds_events(body) else POSTHOG)


def _holds_events(body: bytes) -> bool:
    try:
        shape = msgspec.json.decode(body, type=_Shape)
        return shape.batch is None and shape.events is not None
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        return not strict_json.split(body.decode(), "batch")[1] and b'"events"' in body
    except (strict_json.Refused, UnicodeDecodeError):
        return False


@csrf_exempt
def collect(request: HttpRequest, vendor: str, call: str = "") -> HttpResponse:
    """One request of an SDK of `vendor`; `call` is Mixpanel's door, or Heap's for people."""
    if request.method == "OPTIONS":
        return cors.preflight(request)
    if request.method != "POST" and not (request.method == "GET" and (vendor, call) in BY_GET):
        return _refused(vendor, Refusal(405, "Send this as a POST."))
    fields: dict[str, str] = {}
    try:
        source, reading, size = _collect(request, vendor, call, fields)
        answer = _taken(vendor, call, reading, size, fields)
        return cors.open_to(answer, request, source)
    except Refusal as refusal:
        known = refusal.source or authentication.remembered(_keys(request, fields)[0])
        return cors.open_to(_refused(vendor, refusal), request, known)


def _collect(
    request: HttpRequest, vendor: str, call: str, fields: dict[str, str]
) -> tuple[Source, Reading, int]:
    """`fields` is filled with those of the query and of a form."""
    plain = door.inflated(door.body(request, segment.MAX_BODY), segment.MAX_BODY)
    fields |= _form(request.META.get("QUERY_STRING", "").encode())
    if vendor == MIXPANEL or (vendor == POSTHOG and plain.lstrip()[:5] == b"data="):
        plain = _data(plain, fields)
    named = f"{vendor}:{call}" if call else vendor
    try:
        now = clock.real().astimezone(UTC)
        reading = door.at_cost(lambda: DIALECTS[vendor].read(plain, named, now))
    except strict_json.TooLarge as error:
        raise Refusal(413, f"The body {error.reason}.") from None
    except strict_json.Refused as error:
        raise Refusal(400, f"{error.sentence('The body')}.") from None
    source = _source(request, fields, reading)
    if source.kind == "web" and not cors.allowed(request, source):
        raise Refusal(403, "This origin is not on the source's list of allowed origins.")
    if reading.accepted or reading.rejected:
        headers = door.kept_headers(request) | door.signed_person(source, request)
        door.wait_if_overloaded(source, reading.accepted + len(reading.rejected))
        ingest.accept(source.pk, named, plain, headers)
    return source, reading, len(plain)


def _keys(request: HttpRequest, fields: Mapping[str, str]) -> list[str]:
    """Keys beside the items; the first is empty when there is none."""
    given = (authentication.basic_key(request), request.headers.get("X-Write-Key"), fields.get("api_key"))
    return [key for key in given if key] or [""]


def _source(request: HttpRequest, fields: Mapping[str, str], reading: Reading) -> Source:
    """The first key that is one: Mixpanel's `/import` may name a service account beside the token in its events."""
    refusal = Refusal(401, "The write key is missing or unknown.")
    for key in [key for key in (*reading.keys, *_keys(request, fields)) if key][:MAX_KEYS]:
        try:
            return door.source_of(key)
        except Refusal as refused:
            refusal = refused
            if refused.status != 401:
                break
    raise refusal


def _form(encoded: bytes) -> dict[str, str]:
    """The first value of each field."""
    try:
        text = encoded.decode("ascii")
        found = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Refusal(400, "The form cannot be read.") from None
    return {name: values[0] for name, values in found.items()}


def _data(plain: bytes, fields: dict[str, str]) -> bytes:
    """The JSON itself, or that in the field `data` of a form or of the query: as it is, or in base64."""
    if plain.lstrip()[:1] in (b"{", b"["):
        fields["json"] = "1"
        return plain
    fields |= _form(plain.strip())
    data = fields.get("data", "").strip()
    if not data:
        raise Refusal(400, "The field data is missing.")
    if data[0] in "{[":
        return data.encode()
    # Mixpanel's npm package leaves the plus signs of its base64 as they are, and a form reads them as spaces.
    sound = data.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return door.inflated(
            base64.b64decode(sound + "=" * (-len(sound) % 4), validate=True), segment.MAX_BODY
        )
    except (binascii.Error, ValueError):
        raise Refusal(400, "The field data is neither JSON nor base64.") from None


def _taken(vendor: str, call: str, reading: Reading, size: int, fields: Mapping[str, str]) -> HttpResponse:
    rejected = [{"index": one.index, "reason": one.reason} for one in reading.rejected]
    told: dict[str, Any] = door.ANSWER | {"accepted": reading.accepted, "rejected": rejected}
    if vendor == AMPLITUDE:
        told |= {
            "events_ingested": reading.accepted,
            "payload_size_bytes": size,
            "server_upload_time": int(clock.real().timestamp() * 1000),
        }
    if vendor != MIXPANEL:
        return JsonResponse(told)
    if call == "import" and "json" in fields:
        return JsonResponse(
            told | {"status": "OK", "num_records_imported": reading.accepted, "failed_records": rejected}
        )
    useless = bool(rejected) and not reading.accepted
    if fields.get("verbose") not in ("1", "true"):
        return HttpResponse("0" if useless else "1", "text/plain")
    return JsonResponse(told | ({"status": 0, "error": rejected[0]["reason"]} if useless else {}))


def _refused(vendor: str, refusal: Refusal) -> HttpResponse:
    status, message = refusal.status, refusal.message
    if vendor == AMPLITUDE:
        # Its SDKs give up only on these words; any other refusal they take for one that passes.
        error = f"Invalid API key: {message}" if status == 401 else message
        return door.said(status, message, code=status, error=error)
    if vendor == MIXPANEL:
        return door.said(status, message, status=0, error=message)
    return door.said(status, message, detail=message)
