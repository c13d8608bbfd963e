"""Purchases and trials that our customers' systems tell of: what they end, and the offer to which they are owed.

A purchase counts once, however many events tell of it and whatever offers it could be owed to. Whoever had said no
to an offer by then was not led by what was made for them before, unless the event names the offer (`attribution`).
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db.models import Q, QuerySet

from campaigns_app import enroll, requested
from campaigns_app.models import Enrollment, Interaction
from offers_app import answers, learn
from offers_app.models import Proposition
from signals_app.ingest import Stored
from upsell_project.lib import spans

Kind = Interaction.Kind
# A purchase or a trial: whoever got there needs no other offer. A trial is not the goal: its own sequence goes on.
YES_EVENTS = {"Plan Upgraded", "Add-on Purchased", "Trial Started", "Order Completed"}
_CONVERTED = uuid.UUID("0c5a3d5e-51a5-4cf7-9f52-0a7b8b1f6f0e")


def from_events(stored: Sequence[Stored], now: datetime) -> None:
    """Product events that answer an offer: the goal of a run ends it, and a yes ends every other one."""
    yes = [one for one in stored if one.item.kind == "track" and one.item.name in YES_EVENTS]
    for one in sorted(yes, key=lambda one: one.item.occurred_at):
        if one.person_id or one.account_id:
            _said_yes(one, now)


def is_free(one: Stored) -> bool:
    """A trial, or an order of nothing, as which providers tell of one that begins: a yes, but no purchase yet."""
    if one.item.name == "Trial Started":
        return True
    try:
        return one.item.name == "Order Completed" and Decimal(str(one.item.properties.get("revenue"))) == 0
    except InvalidOperation:
        return False


def credit(shown: Proposition, one: Stored, now: datetime, *, named: bool = False) -> None:
    """Once an offer. Unless the event names this one: also no purchase that was counted for another since it was made,
    as one is often told by several events."""
    if _counted(shown, named):
        return
    act = Interaction(
        id=uuid.uuid5(_CONVERTED, f"{shown.pk}:{one.event_id}"),
        proposition=shown,
        person_id=shown.person_id,
        kind=Kind.CONVERTED,
        at=one.item.occurred_at,
        recorded_at=now,
        how="event",
        data={"event": one.event_id},
    )
    Interaction.objects.bulk_create([act], ignore_conflicts=True)
    learn.outcome([(shown.pk, Kind.CONVERTED)], now)


def _counted(shown: Proposition, named: bool) -> bool:
    counted = Interaction.objects.filter(kind=Kind.CONVERTED)
    if named:
        return counted.filter(proposition=shown).exists()
    whose = Q(person_id=shown.person_id)
    whose |= Q(account_id=shown.account_id) if shown.account_id else whose
    theirs = Proposition.objects.filter(whose).values("pk")
    return counted.filter(proposition__in=theirs, at__gte=shown.ready_at).exists()


def _said_yes(one: Stored, now: datetime) -> None:
    """What happened before a run began says nothing about it; the gates see what they own since."""
    whose = requested.whose(one)
    known = Enrollment.objects.filter(whose, entered_at__lte=one.item.occurred_at).select_related("version")
    runs = known.filter(state=Enrollment.State.ACTIVE).order_by("pk")
    reached = [run for run in runs if run.version.goal_event == one.item.name]
    asked = requested.led_to(one)
    shown = _reached(reached, one) if reached else _later(known.exclude(state=Enrollment.State.ACTIVE), one)
    if found := shown or (None if is_free(one) else asked):
        credit(found, one, now)
    own = _own(one, runs) if one.item.name == "Trial Started" else None
    keep = own.enrollment_id if own else None
    for run in runs:
        if run.pk != keep:
            enroll.exit_one(run.pk, "converted" if run in reached else "accepted_elsewhere")


def _own(one: Stored, runs: Iterable[Enrollment]) -> Proposition | None:
    """The offer that led to the trial: the newest that was accepted or clicked."""
    offers = Proposition.objects.filter(enrollment_id__in=[run.pk for run in runs]).order_by("-ready_at")
    return offers.filter(Q(answer=Kind.ACCEPTED) | Q(clicked_at__isnull=False)).first()


def _reached(runs: Sequence[Enrollment], one: Stored) -> Proposition | None:
    """Of the runs whose goal it is the newest offer before it."""
    before = Proposition.objects.filter(enrollment_id__in=[run.pk for run in runs])
    newest = before.filter(ready_at__lte=one.item.occurred_at).order_by("-ready_at")
    return next(iter(answers.not_refused(newest, one.item.occurred_at)), None)


def _later(ended: QuerySet[Enrollment], one: Stored) -> Proposition | None:
    """A goal after the end of a run counts within the version's `goal_days` of its newest offer."""
    goals = ended.filter(version__goal_event=one.item.name)
    days = dict(goals.values_list("pk", "version__goal_days"))
    at = one.item.occurred_at
    offers = Proposition.objects.filter(enrollment_id__in=days, ready_at__lte=at).order_by("-ready_at")
    newest: dict[int, Proposition] = {}
    for offer in offers.only("enrollment_id", "person_id", "account_id", "ready_at"):
        newest.setdefault(offer.enrollment_id or 0, offer)
    timely = [o for o in newest.values() if o.ready_at + spans.days(days[o.enrollment_id or 0]) >= at]
    return next(iter(answers.not_refused(timely, at)), None)
