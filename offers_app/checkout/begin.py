"""May this still be bought, and is it being prepared: what happens when somebody follows an offer's link.

Here nobody outside is asked: a row says what is wanted, and a worker asks the provider (`work`).
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction

from offers_app import answers, goods, lapsed, offer_gates
from offers_app.checkout import PROVIDERS, orders
from offers_app.checkout.base import Api, Order, Refused
from offers_app.models import Checkout, OfferCheckout, Proposition
from upsell_project.lib import clock, http, queue

State = Checkout.State
AGAIN = timedelta(seconds=30)
"""So long a refusal is told to who comes back, before it is tried again by itself."""


class Stop(StrEnum):
    """Why an offer cannot be bought any more."""

    EXPIRED = "expired"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    OWNED = "owned"
    COMPLETED = "completed"


def stopped(proposition: Proposition, now: datetime) -> Stop | None:
    """One who began to buy may go on also when the offer was withdrawn meanwhile: the price stands. That they clicked
    says less: it may have been after the end."""
    begun = Checkout.objects.filter(pk=proposition.pk).values_list("state", flat=True).first()
    if begun == State.COMPLETED:
        return Stop.COMPLETED
    if proposition.account and goods.owned(proposition.account, proposition.offer):
        return Stop.OWNED
    if proposition.answer in answers.NO | answers.NOT_NOW:
        return Stop.ANSWERED
    if proposition.expires_at <= now or orders.incentive_ended(proposition, now):
        return Stop.EXPIRED
    return Stop.WITHDRAWN if not begun and _withdrawn(proposition, now) else None


def _withdrawn(proposition: Proposition, now: datetime) -> bool:
    """By the product, or by staff: the offer is off or over, its incentive or the waiver of its words has ended."""
    if proposition.state == Proposition.State.ENDED and not proposition.answer:
        return True
    if orders.incentive_withdrawn(proposition, now):
        return True
    off = any(not gate.passed for gate in offer_gates.on_offer(proposition.offer, now))
    return off or bool(lapsed.stopped([proposition.pk], now))


def ask(proposition: Proposition, way: OfferCheckout, *, again: bool = False) -> Checkout:
    """What was begun for the proposition, begun now if nothing is. The same proposition has the same one.

    `again`: they ask for another try themselves. Changes nothing while what was made can be used.
    """
    now, real = clock.now(), clock.real()
    with transaction.atomic():
        # Two at once: the second waits here for the first, and then finds what it began.
        Proposition.objects.select_for_update(no_key=True).only("pk").get(pk=proposition.pk)
        row = Checkout.objects.filter(pk=proposition.pk).first()
        if row is None:
            row = Checkout(pk=proposition.pk, account=way.account, asked_at=real)
        elif not _anew(row, real, again):
            return row
        elif _repeated(row, real):
            _wanted(row, real)
            return row
        else:
            row.generation, row.unsure = row.generation + 1, False
        _order(row, proposition, way, now, real)
        return row


def _anew(row: Checkout, real: datetime, again: bool) -> bool:
    if row.state in (State.WANTED, State.COMPLETED):
        return False
    if row.state == State.READY:
        return row.expires_at is not None and row.expires_at <= real
    return again or row.ended_at is None or row.ended_at + AGAIN <= real


def _repeated(row: Checkout, real: datetime) -> bool:
    """It may have been made: until that is void, the same is asked under the same key."""
    if not row.unsure:
        return False
    return not PROVIDERS[row.account.provider].voids or row.request["expires_at"] > real.timestamp()


def _order(
    row: Checkout, proposition: Proposition, way: OfferCheckout, now: datetime, real: datetime
) -> None:
    row.account, row.asked_at, row.url, row.external_id, row.error = way.account, real, "", "", ""
    try:
        order = orders.of(proposition, way, row.generation, now, real)
    except orders.NoPrice as error:
        row.state, row.error, row.ended_at = State.REFUSED, str(error), real
        row.save()
        return
    row.request, row.expires_at = asdict(order), datetime.fromtimestamp(order.expires_at, real.tzinfo)
    if PROVIDERS[way.account.provider].address:
        _wanted(row, real)
    else:
        _at_once(row, order, real)


def _wanted(row: Checkout, real: datetime) -> None:
    row.state, row.due_at, row.lease_until, row.ended_at = State.WANTED, real, None, None
    row.attempts, row.asked_at = 0, real
    row.save()
    queue.nudge("checkouts")


def _at_once(row: Checkout, order: Order, real: datetime) -> None:
    """An address that is known needs nobody to be asked."""
    row.ended_at = real
    try:
        ready = PROVIDERS[row.account.provider].begin(order, Api("", "", _nobody), again=False)
        row.state, row.url, row.expires_at = State.READY, ready.url, None
    except Refused as error:
        row.state, row.error = State.REFUSED, str(error)[:300]
    row.save()


def _nobody(*_: Any) -> http.Answer:
    raise http.Forbidden("nobody is asked")
