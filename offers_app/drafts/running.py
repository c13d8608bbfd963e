"""The job: ask the endpoint one question after another. A web process never waits for a model: it has one thread.

What was asked and how long it took is logged, never a text. A worker that dies leaves a lease that runs out.
"""

import json
import logging
import time
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from offers_app import limits, linted, merge_fields
from offers_app.drafts import asking, prompt, reading
from offers_app.drafts.reading import Unusable
from offers_app.linter import check
from offers_app.linter.draft import Draft
from offers_app.models import DraftRequest, Offer, Treatment
from upsell_project.lib import clock, http
from upsell_project.lib.errors import told, where

PATIENCE = 60.0
LEASE = timedelta(minutes=5)
State = DraftRequest.State

log = logging.getLogger(__name__)
_SAID = {
    400: "The endpoint does not take the question: is the model of DRAFTS_MODEL one that writes JSON by a schema?",
    401: "The endpoint does not know the key: look at DRAFTS_API_KEY.",
    403: "The endpoint forbids it for this key.",
    404: "The endpoint does not know the address or the model: look at DRAFTS_URL and DRAFTS_MODEL.",
    429: "The endpoint says that too much was asked, or that nothing is left to spend. Try again later.",
}


def waiting() -> bool:
    """Whether a question waits to be asked."""
    return asking.available() and DraftRequest.objects.filter(_free()).exists()


def run() -> None:
    """Ask one; the dispatcher says soon whether there are more."""
    request = _claim()
    if request is None:
        return
    started = time.monotonic()
    try:
        found, request.tokens = _asked(request)
        request.variants, request.state = [asdict(one) for one in found], State.DONE
    except Unusable as error:
        request.problem, request.state = str(error)[:300], State.FAILED
    except (OperationalError, InterfaceError):
        raise  # PostgreSQL is away: the lease runs out
    except Exception as error:
        log.error("draft request %s failed: %s\n%s", request.pk, told(error), where(error))
        request.problem, request.state = "It failed: see the log of the server.", State.FAILED
    request.seconds = round(time.monotonic() - started, 1)
    DraftRequest.objects.filter(pk=request.pk).update(
        **{name: getattr(request, name) for name in ("variants", "state", "problem", "seconds", "tokens")}
    )
    log.info(
        "drafts for staff %s: %s in %s s, %s tokens, %s variants",
        *(request.staff, request.state, request.seconds, request.tokens, len(request.variants)),
    )


def _free() -> Q:
    return Q(state=State.WAITING) | Q(state=State.RUNNING, leased_until__lte=clock.real())


@transaction.atomic
def _claim() -> DraftRequest | None:
    """One that was tried before is given up: it may have been paid for."""
    rows = DraftRequest.objects.select_for_update(skip_locked=True, of=("self",))
    request = rows.select_related("treatment", "offer").filter(_free()).order_by("pk").first()
    if request is None:
        return None
    again = request.state == State.RUNNING
    request.state = State.FAILED if again else State.RUNNING
    request.problem = "Its worker died. Ask again." if again else ""
    request.leased_until = clock.real() + LEASE
    request.save(update_fields=["state", "problem", "leased_until"])
    return None if again else request


def _asked(request: DraftRequest) -> tuple[list[reading.Variant], int | None]:
    present = {name: getattr(request.treatment, name) for name in limits.TEXTS}
    offer = {name: getattr(request.offer, name) for name in ("name", "topic", "fields")}
    offer["prices"] = _prices(request.offer)
    about = {"channel": request.treatment.channel, "locale": request.treatment.locale, **present}
    asked = prompt.body(settings.DRAFTS_MODEL, about, offer, request.get_tone_display())
    known = merge_fields.KNOWN | merge_fields.of(offer)
    variants, tokens = reading.variants(_answer(asked), known, present)
    return [_linted(one, request.treatment) for one in variants], tokens


def _linted(variant: reading.Variant, treatment: Treatment) -> reading.Variant:
    """With what the linter would refuse before it is published."""
    found = check.findings(Draft(variant.texts, treatment.channel, treatment.locale))
    refused = [f"{one.field} {linted.sentence(one)}".strip() for one in found if one.blocks]
    return reading.Variant(variant.texts, [*variant.faults, *refused])


def _prices(offer: Offer) -> list[dict[str, str]]:
    rows = offer.product.prices.order_by("currency", "period") if offer.product else ()
    return [{"amount": str(one.amount), "currency": one.currency, "period": one.period} for one in rows]


def _answer(body: dict[str, Any]) -> bytes:
    headers = {"Authorization": f"Bearer {settings.DRAFTS_API_KEY}", "Content-Type": "application/json"}
    url = f"{settings.DRAFTS_URL}/chat/completions"
    try:
        answer = http.post(url, headers, json.dumps(body, ensure_ascii=False).encode(), PATIENCE)
    except http.Forbidden as error:
        raise Unusable(f"The endpoint must not be asked: {error}. Look at DRAFTS_URL.") from None
    except http.Unreachable as error:
        raise Unusable(f"The endpoint gave no answer that can be used ({error}). Ask again.") from None
    if answer.status != 200:
        raise Unusable(_SAID.get(answer.status) or f"The endpoint answered {answer.status}. Ask again later.")
    return answer.body
