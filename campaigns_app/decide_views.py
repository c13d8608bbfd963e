"""`POST /v1/decide`: a company's server asks which offer, if any, to show this person now."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from campaigns_app import decide_body, on_request
from campaigns_app.decide_body import Request
from campaigns_app.models import Delivery, IdempotencyKey
from campaigns_app.on_request import Answer
from offers_app import linted
from offers_app.models import Decision, Offer, Placement, Template, Treatment
from signals_app import authentication, limits
from signals_app.models import Source
from upsell_project.lib import bulk, clock, gunzip, problem, strict_json
from upsell_project.lib.gates import Gate
from upsell_project.lib.problem import Error

KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"
MOST_REFUSALS = 10


class Unusable(Exception):
    """The request cannot be used; what to correct is in `errors`."""

    def __init__(self, status: int, detail: str, *errors: Error, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, errors, headers


@csrf_exempt
def decide(request: HttpRequest) -> HttpResponse:
    """200 with the contract's offer object, or with none and the reason. Takes a server (`http`) key."""
    try:
        if request.method != "POST":
            raise Unusable(405, "Send this as a POST.")
        answered = _answered(request)
    except Unusable as error:
        headers = {name.replace("_", "-"): value for name, value in error.headers.items()}
        answered = problem.response(request, error.status, error.detail, error.errors, headers)
    answered["Cache-Control"] = "private, no-store"
    return answered


def _answered(request: HttpRequest) -> HttpResponse:
    sent, unreadable = _sent(request)
    source = _source(request, sent)
    if unreadable:
        raise unreadable
    asked, errors = decide_body.read(sent)
    errors += _unknown(asked) if asked else []
    key = _key(request, sent, errors)
    if errors or asked is None:
        raise Unusable(400, "The question cannot be used.", *errors)
    if key is None:
        with transaction.atomic():
            return JsonResponse(_told(on_request.answer(asked, clock.now())))
    return _once(f"source:{source.pk}", key, sent, asked)


def _sent(request: HttpRequest) -> tuple[dict[str, Any], Unusable | None]:
    """The body, and what is wrong with it, to be said to whoever has a key."""
    try:
        sent = strict_json.loads(gunzip.inflate(request.body, decide_body.MAX_BODY))
    except strict_json.TooLarge:
        return {}, Unusable(413, f"The body is larger than {decide_body.MAX_BODY} bytes.")
    except strict_json.Refused as error:
        where = Error("#", "invalid", error.sentence("the body"))
        return {}, Unusable(400, f"The body {error.reason}.", where)
    if not isinstance(sent, dict):
        return {}, Unusable(400, "The body is not a JSON object.", Error("#", "invalid", "must be an object"))
    return sent, None


def _source(request: HttpRequest, sent: dict[str, Any]) -> Source:
    key = authentication.basic_key(request) or request.headers.get("X-Write-Key") or sent.get("writeKey")
    source = authentication.source_of(key) if isinstance(key, str) and key else None
    if source is None or source.kind != "http":
        raise Unusable(401, "A server write key is needed.")
    if not limits.may_send(source.pk, 1):
        raise Unusable(429, limits.TOO_FAST, Retry_After=str(limits.RETRY_AFTER))
    return source


def _unknown(asked: Request) -> list[Error]:
    """Names that nothing here has, or that cannot be used: a typing error must not look like "no offer"."""
    errors = []
    if asked.placement and not Placement.objects.filter(slug=asked.placement).exists():
        errors.append(Error("#/placement", "unknown", "is no placement"))
    errors += _unusable(asked.template, asked.channel) if asked.template else []
    wanted = asked.offers or ()
    known = set(Offer.objects.filter(slug__in=wanted).values_list("slug", flat=True)) if wanted else set()
    lacking = [place for place, slug in enumerate(wanted) if slug not in known]
    return errors + [Error(f"#/offers/{place}", "unknown", "is no offer") for place in lacking]


def _unusable(template: str, channel: str) -> list[Error]:
    """What is wrong with a template that may be in no playbook: then nobody was asked whether its texts may go live."""
    if not Template.objects.filter(slug=template).exists():
        return [Error("#/template", "unknown", "is no template")]
    texts = Treatment.objects.filter(template__slug=template, channel=channel).select_related("template")
    refused = linted.refusals(list(texts.order_by("pk")))
    return [Error("#/template", "refused", f"is refused: {one}") for one in refused[:MOST_REFUSALS]]


def _key(request: HttpRequest, sent: dict[str, Any], errors: list[Error]) -> str | None:
    """The request's own name: the header or the body's `id`, which must not say two things."""
    given, own = request.headers.get(HEADER), sent.get("id")
    if given is not None and not decide_body.usable_key(given):
        raise Unusable(400, f"{HEADER} is 1 to 255 visible ASCII characters.")
    if given is not None and own is not None and given != own and not errors:
        errors.append(Error("#/id", "invalid", f"is not what {HEADER} says"))
    return given if given is not None else own


def _once(caller: str, key: str, sent: dict[str, Any], asked: Request) -> HttpResponse:
    """A second one with this key waits for the first one's commit, and is told what was decided then."""
    said = {name: value for name, value in sent.items() if name not in ("writeKey", "id")}
    fresh = {"fingerprint": _digest(said), "created_at": clock.real(), "status": 200}
    bulk.run(_FORGET, clock.real() - KEPT)
    with transaction.atomic():
        row, new = IdempotencyKey.objects.get_or_create(caller=caller, key=key, defaults=fresh)
        if not new and row.fingerprint != fresh["fingerprint"]:
            raise Unusable(422, f"This {HEADER} was used for another question.")
        if not new:
            return JsonResponse(_again(row, clock.now()), headers={"Idempotent-Replayed": "true"})
        answer = on_request.answer(asked, clock.now())
        if answer.decision is None:
            row.delete()  # once they are known it is another question
        else:
            row.answer = json.dumps({"decision": answer.decision.pk})
            row.save(update_fields=["answer"])
    return JsonResponse(_told(answer))


def _digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _again(row: IdempotencyKey, now: datetime) -> dict[str, Any]:
    """From what is stored. What was permitted then may not be by now: an offer is told again only while it is."""
    decision = Decision.objects.get(pk=json.loads(row.answer)["decision"])
    related = ("proposition__offer", "person", "account")
    delivery = Delivery.objects.filter(decision=decision).select_related(*related).first()
    if delivery is None:
        return _told(Answer(decision))
    gate = on_request.still(delivery, now)
    return _told(Answer(decision, None if gate else delivery, gate))


def _told(answer: Answer) -> dict[str, Any]:
    if answer.delivery:
        return {"offers": [on_request.presented(answer.delivery)], **_outcome(answer.decision, None)}
    return {"offers": [], **_outcome(answer.decision, answer.gate)}


def _outcome(decision: Decision | None, gate: Gate | None) -> dict[str, Any]:
    """As `/api/explain/` says it; `gate` is what speaks against it by now."""
    again = gate.next_eligible_at if gate else decision.next_eligible_at if decision else None
    excluded = gate is not None and (decision is None or decision.gate != gate.gate)
    return {
        "outcome": Decision.Outcome.EXCLUDED.value if excluded or decision is None else decision.outcome,
        "gate": gate.gate.value if gate else decision.gate if decision else "",
        "reason": gate.reason[:300] if gate else decision.reason if decision else "",
        "next_eligible_at": again.isoformat() if again else None,
        "decision_id": decision.pk if decision else None,
    }


_FORGET = """
DELETE FROM campaigns_app_idempotencykey WHERE id IN (SELECT id FROM campaigns_app_idempotencykey
    WHERE created_at < %s ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""
