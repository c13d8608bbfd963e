"""The door for providers' webhooks: verified over the raw bytes, kept, answered. 401 only for a bad signature."""

import logging
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from signals_app import connectors, door, health, ingest, limits
from signals_app.connectors.base import (
    QUERY,
    UNPROVEN,
    BadSignature,
    Connector,
    HookRequest,
    from_iso,
    from_unix,
)
from signals_app.door import Refusal
from signals_app.models import Source
from upsell_project.lib import clock

# A hook may be larger than an SDK's batch: some providers put a thousand events in one.
MAX_HOOK = 10 * 1024 * 1024
log = logging.getLogger(__name__)
_known: set[str] = set()
NOTED_AGE = timedelta(days=1)
WRONG = "The signature is missing, wrong or stale"


@csrf_exempt
def hook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    """`POST /hooks/<kind>/<token>`, and the other methods that the provider may be set to."""
    try:
        return _hook(request, kind, token)
    except Refusal as refusal:
        return door.said(refusal.status, refusal.message)


def _hook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    method = request.method or "POST"
    connector = connectors.CONNECTORS.get(kind)
    if method not in (connector.methods if connector else {"POST"}):
        return HttpResponse("ok") if method in ("GET", "HEAD") else door.said(405, "Send this as a POST.")
    if connector is None or not connector.signed:
        return door.said(404, "There is no such hook.")
    source = _source(kind, token)
    arrived = HookRequest(
        method,
        f"{settings.PUBLIC_URL}{request.get_full_path()}",
        {name.lower(): value for name, value in request.headers.items()},
        door.body(request, MAX_HOOK),
    )
    _verify(connector, source, arrived)
    if greeting := connector.greeting(arrived):
        return HttpResponse(greeting.body, greeting.content_type, greeting.status)
    if connector.dated:
        _note_old(connector, source, arrived)
    door.wait_if_overloaded(source)
    query = request.META.get("QUERY_STRING", "")
    headers = door.kept_headers(request, connector.headers)
    if QUERY in connector.headers:
        headers[QUERY] = query[: door.LONGEST_HEADER]
    if not source.secrets:
        headers[UNPROVEN] = "1"
    body = door.inflated(arrived.body, MAX_HOOK) or query.encode()
    if reason := connector.too_much(body):
        raise Refusal(413, f"The body {reason}.", source)
    ingest.accept(source.pk, "hook", body, headers)
    answer = connector.answer(arrived)
    return HttpResponse(answer.body, answer.content_type, answer.status)


def _source(kind: str, token: str) -> Source:
    """Whose address this is. Who tries many that are nobody's is not even looked up, but those that this process knows
    go on: one address of a provider sends for many customers, whose old hooks may be gone."""
    if token not in _known and not limits.may_guess():
        raise Refusal(429, limits.TOO_FAST)
    source = Source.objects.filter(kind=kind, hook_token=token).first()
    if source and not source.active:  # some providers give up a hook for good when they are told 404
        raise Refusal(503, "This source is switched off.", source)
    if source is None:
        limits.guessed()
        _known.discard(token)
        raise Refusal(404, "There is no such hook.")
    _known.add(token)
    return source


def _verify(connector: Connector, source: Source, arrived: HookRequest) -> None:
    try:
        connector.verify(arrived, source.secrets, clock.real().timestamp())
    except BadSignature as error:
        health.signature_failed(source.pk)
        raise Refusal(401, f"{WRONG} ({error})." if str(error) else f"{WRONG}.", source) from None


def _note_old(connector: Connector, source: Source, arrived: HookRequest) -> None:
    """Some providers repeat for days: that is no reason to refuse, but staff should be able to see it."""
    said = arrived.headers.get(connector.dated, "")
    signed = from_iso(said) or (from_unix(float(said)) if said.isdecimal() and said.isascii() else None)
    if signed and clock.real() - signed > NOTED_AGE:
        log.warning("%s, source %s: a request that was signed at %s", connector.kind, source.pk, signed)
