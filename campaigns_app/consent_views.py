"""`POST /v1/consents`: a company's server reports what a person permitted, with its proof."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from campaigns_app import enroll, outcomes
from consent_app import ledger
from consent_app.models import ALL
from people_app import facts, identify
from people_app.models import Channel, Person
from signals_app import authentication
from signals_app.incoming import Incoming
from upsell_project.lib import clock, gunzip, problem, strict_json
from upsell_project.lib.problem import Error

MAX_BODY = 32 * 1024


@csrf_exempt
def consents(request: HttpRequest) -> HttpResponse:
    """200 once the ledger has it. Takes a server (`http`) key, never a browser's; a missing topic means all topics."""
    if request.method != "POST":
        return problem.response(request, 405, "Send this as a POST.")
    try:
        sent, errors = _sent(request)
        key = authentication.basic_key(request) or request.headers.get("X-Write-Key") or sent.get("writeKey")
        source = authentication.source_of(key) if isinstance(key, str) and key else None
        if source is None or source.kind != "http":
            return problem.response(request, 401, "A server write key is needed.")
        errors += _errors(sent)
        if errors:
            return problem.response(request, 400, "The consent cannot be used.", errors)
        records = _record(sent)
    except ledger.Refused as error:
        return problem.response(request, 400, str(error))
    return JsonResponse({"ok": True, "records": records})


def _sent(request: HttpRequest) -> tuple[dict[str, Any], list[Error]]:
    try:
        sent = strict_json.loads(gunzip.inflate(request.body, MAX_BODY))
    except strict_json.Refused as error:
        return {}, [Error("#", "invalid", f"the body {error.reason}")]
    return (sent, []) if isinstance(sent, dict) else ({}, [Error("#", "invalid", "must be a JSON object")])


def _errors(sent: Mapping[str, Any]) -> list[Error]:
    errors = []
    user_id = sent.get("userId")
    if not isinstance(user_id, str) or not 0 < len(user_id) <= 200:
        errors.append(Error("#/userId", "required", "must be a text of 1 to 200 characters"))
    if sent.get("purpose", "marketing") != "marketing":
        errors.append(Error("#/purpose", "invalid", "must be marketing"))
    channels = sent.get("channels")
    if not isinstance(channels, dict) or not channels:
        errors.append(Error("#/channels", "required", "must be an object of channel: true or false"))
    for name, value in channels.items() if isinstance(channels, dict) else ():
        if name not in Channel.values:
            errors.append(
                Error(f"#/channels/{name}", "unknown", f"must be one of {', '.join(Channel.values)}")
            )
        elif not isinstance(value, bool):
            errors.append(Error(f"#/channels/{name}", "invalid", "must be true or false"))
    if _moment(sent) is None and sent.get("collected_at") is not None:
        errors.append(Error("#/collected_at", "invalid", "must be an ISO 8601 time"))
    topic = sent.get("topic")
    if topic is not None and not (isinstance(topic, str) and 0 < len(topic) <= 100):
        errors.append(Error("#/topic", "invalid", "must be a text of 1 to 100 characters"))
    if not isinstance(sent.get("proof", {}), dict):
        errors.append(Error("#/proof", "invalid", "must be an object"))
    return errors


def _moment(sent: Mapping[str, Any]) -> datetime | None:
    """The sender's time, moved with the sandbox clock like every other time that comes in."""
    if sent.get("collected_at") is None:
        return None
    try:
        return facts.moment(sent["collected_at"]) + clock.offset()
    except (facts.Unusable, OverflowError):
        return None


def _record(sent: Mapping[str, Any]) -> int:
    """Record each channel's word; a withdrawal also ends what is running."""
    said = {True: [], False: []} | {
        wanted: [name for name, value in sent["channels"].items() if value is wanted]
        for wanted in (True, False)
    }
    topic = str(sent.get("topic") or ALL)
    proof = {**sent.get("proof", {}), "purpose": "marketing"}
    with transaction.atomic():
        person = _person(sent["userId"])
        if said[True]:
            ledger.grant(
                person,
                channels=said[True],
                topic=topic,
                basis=str(sent.get("basis", "consent")),
                how="api",
                wording_version=str(sent.get("wording_version", ""))[:100],
                proof=proof,
                collected_at=_moment(sent),
            )
        for channel in said[False]:
            ledger.withdraw(person, channel=channel, topic=topic, how="api", proof=proof)
            outcomes.withdraw_deliveries(person.pk, channel, topic)
    if set(said[False]) >= set(Channel.values):
        enroll.exit(reason="opted_out", person_id=person.pk, topic=None if topic == ALL else topic)
    return len(sent["channels"])


def _person(user_id: str) -> Person:
    now = clock.now()
    item = Incoming(kind="identify", message_id="", occurred_at=now, user_id=user_id, active=False)
    return Person.objects.get(pk=identify.resolve([item], "api", now).who[0].person_id or 0)
