"""Purchases and trials that name the offer which led to them: what a payment provider kept for us came back.

The name is `proposition_id`, which checkouts put where webhooks bring it back (docs/checkout.md). It is believed of an
offer to this person or account alone, within the `goal_days` of its run, and counted as conversion once.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from campaigns_app import conversions, enroll, interact, requested
from campaigns_app.models import Enrollment, Interaction
from offers_app.checkout import work
from offers_app.models import Proposition
from signals_app.ingest import Stored
from upsell_project.lib import spans

Kind = Interaction.Kind
_SAID = uuid.UUID("6a1f0b52-0a3c-4d0e-8d0b-5f3f5a9be9d4")
TOLD = (*sorted(conversions.YES_EVENTS), "Trial Ended")


def from_events(stored: Sequence[Stored], now: datetime) -> list[Stored]:
    """The events that are left for `conversions.from_events`: those that name no offer which may be believed."""
    said = [one for one in stored if one.item.kind == "track" and one.item.name in TOLD]
    named = [(one, key) for one in said if (key := _named(one))]
    offers = _offers({key for _, key in named}) if named else {}
    taken = set()
    for one, key in sorted(named, key=lambda pair: pair[0].item.occurred_at):
        if (offer := offers.get(key)) and _believed(one, offer) and _take(offer, one, now):
            taken.add(id(one))
    return [one for one in stored if id(one) not in taken]


def _named(one: Stored) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(one.item.properties.get("proposition_id")))
    except ValueError:
        return None


def _offers(keys: set[uuid.UUID]) -> dict[uuid.UUID, Proposition]:
    return {one.pk: one for one in Proposition.objects.filter(pk__in=keys).select_related("offer")}


def _believed(one: Stored, offer: Proposition) -> bool:
    ours = one.person_id == offer.person_id or (one.account_id and one.account_id == offer.account_id)
    return bool(ours) and offer.ready_at <= one.item.occurred_at


def _take(offer: Proposition, one: Stored, now: datetime) -> bool:
    if one.item.name == "Trial Ended" and one.item.properties.get("converted") is not True:
        return False
    if offer.ready_at + _goal(offer) < one.item.occurred_at:
        return False
    interact.hold_runs(offer)
    Proposition.objects.select_for_update(no_key=True).only("pk").get(pk=offer.pk)
    work.completed([offer.pk])
    _accept(offer, one, now)
    enroll.exit(
        reason="accepted_elsewhere",
        person_id=offer.person_id,
        account_id=offer.account_id,
        keep=offer.enrollment_id,
    )
    if not conversions.is_free(one):
        _convert(offer, one, now)
    return True


def _goal(offer: Proposition) -> timedelta:
    """For how long a purchase may be owed to it."""
    if offer.enrollment_id is None:
        return requested.GOAL
    run = Enrollment.objects.select_related("version").get(pk=offer.enrollment_id)
    return spans.days(run.version.goal_days)


def _accept(offer: Proposition, one: Stored, now: datetime) -> None:
    """Unless they had said so themselves."""
    if Interaction.objects.filter(proposition=offer, kind=Kind.ACCEPTED).exists():
        return
    act = Interaction(
        id=uuid.uuid5(_SAID, f"{offer.pk}:accepted"),
        proposition=offer,
        person_id=offer.person_id,
        kind=Kind.ACCEPTED,
        at=one.item.occurred_at,
        recorded_at=now,
        how="event",
        data={"event": one.event_id},
    )
    act.save(force_insert=True)
    interact.EFFECTS[Kind.ACCEPTED](offer, act)


def _convert(offer: Proposition, one: Stored, now: datetime) -> None:
    conversions.credit(offer, one, now, named=True)
    if offer.enrollment_id is not None:
        enroll.exit_one(offer.enrollment_id, "converted")
