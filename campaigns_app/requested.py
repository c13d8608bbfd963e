"""Offers that were decided on request: no run made them, so what a run's end does is done here.

A no withdraws those that are live and leaves the person in peace, as it does after a run; so does the end of the reason
for which one was made, but that rests nobody. One that was seen and got no
answer until it was over counts as ignored. A purchase is credited to the one it names, or that led to it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from campaigns_app import outcomes, standing
from campaigns_app.models import Cooldown, Interaction
from offers_app import answers
from offers_app.models import Proposition
from signals_app import detect
from signals_app.evidence import Evidence
from signals_app.ingest import Stored
from signals_app.models import Signal
from upsell_project.lib import clock, spans

GOAL = timedelta(days=30)
CHUNK = 200
Kind = Interaction.Kind
# As outcomes.BY_REASON says of runs.
_RESTS = {
    Kind.DISMISSED: "dismissed",
    Kind.DECLINED: "declined",
    Kind.OPTED_OUT: "declined",
    Kind.FEEDBACK: "negative",
}
_LIVE = Q(enrollment_id=None, state=Proposition.State.LIVE)


def beside(proposition: Proposition) -> QuerySet[Proposition]:
    """Those that are over with it: of the same run, or of the same person if none made it."""
    if proposition.enrollment_id is not None:
        return Proposition.objects.filter(enrollment_id=proposition.enrollment_id)
    return Proposition.objects.filter(enrollment_id=None, person_id=proposition.person_id)


def end(person_id: int, account_id: int | None = None, topic: str | None = None) -> None:
    """Withdraw what is live for them, as the runs of the person or account end (of one topic, if given)."""
    whose = Q(person_id=person_id) | (Q(account_id=account_id) if account_id else Q())
    rows = Proposition.objects.filter(_LIVE).filter(whose)
    _withdraw(rows.filter(topic=topic) if topic is not None else rows)


def reasons(offers: Collection[Proposition], now: datetime) -> dict[UUID, Evidence | None]:
    """The evidence of each as it stands now; None when it is no longer so. That a signal grew old withdraws nothing."""
    signals = Signal.objects.filter(pk__in={one.signal_id for one in offers}, expires_at__gt=now)
    fresh = detect.refresh(list(signals.select_related("definition")), now)
    return {one.pk: fresh.get(one.signal_id or 0, one.evidence) for one in offers}


def recheck(account_ids: Collection[int], now: datetime) -> None:
    """Facts of these accounts changed: withdraw what lost its reason, as the runs' own steps do."""
    offers = list(Proposition.objects.filter(_LIVE, account_id__in=account_ids)) if account_ids else []
    if offers:
        lost = [pk for pk, evidence in reasons(offers, now).items() if evidence is None]
        _withdraw(Proposition.objects.filter(_LIVE, pk__in=lost))


def _withdraw(live: QuerySet[Proposition]) -> None:
    held = list(live.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    Proposition.objects.filter(pk__in=held).update(state=Proposition.State.ENDED)


def leave_in_peace(proposition: Proposition, act: Interaction) -> None:
    """After a no to one of them. Where a run made the offer, the run's end does this; praise rests nobody."""
    outcome = _RESTS.get(Kind(act.kind))
    if proposition.enrollment_id is None and outcome and act.data.get("answer") != "helpful":
        _rest([proposition], outcome, act.recorded_at)


def _rest(propositions: list[Proposition], outcome: str, now: datetime) -> None:
    days = standing.policy().cooldown_days.get(outcome, 0)
    if days:
        until = now + spans.days(days)
        people = {one.person_id for one in propositions}
        Cooldown.objects.bulk_create(
            Cooldown(person_id=person, outcome=outcome, until=until, set_at=now) for person in sorted(people)
        )


def whose(one: Stored) -> Q:
    """Rows of whom an event is about: the account, or the person without one, and the person."""
    found = Q(account_id=one.account_id) if one.account_id else Q(person_id=one.person_id)
    return found | Q(person_id=one.person_id) if one.person_id else found


def led_to(one: Stored) -> Proposition | None:
    """The offer to whom a purchase is owed: the newest that was accepted or clicked, by somebody who had said no to
    none since. What is still live of theirs ends: who got there needs no other."""
    at = one.item.occurred_at
    known = Proposition.objects.filter(
        whose(one), enrollment_id=None, ready_at__lte=at, ready_at__gt=at - GOAL
    )
    offers = list(known.order_by("-ready_at"))
    open_ones = [offer.pk for offer in offers if offer.state == Proposition.State.LIVE]
    Proposition.objects.filter(pk__in=open_ones).update(state=Proposition.State.ENDED)
    taken = [offer for offer in offers if offer.clicked_at or offer.answer == Kind.ACCEPTED]
    return next(iter(answers.not_refused(taken, at)), None)


def waiting() -> bool:
    """Whether one of them is over by time."""
    return Proposition.objects.filter(_LIVE, expires_at__lte=clock.now()).exists()


@transaction.atomic
def expire() -> bool:
    """End some of those that are over, and note who ignored theirs. False: there was none."""
    now = clock.now()
    due = Proposition.objects.filter(_LIVE, expires_at__lte=now).select_related("offer").order_by("pk")
    over = list(due.select_for_update(of=("self",), skip_locked=True)[:CHUNK])
    Proposition.objects.filter(pk__in=[one.pk for one in over]).update(state=Proposition.State.ENDED)
    outcomes.learn_of_silence(over, now)
    ignored = [one for one in over if outcomes.was_ignored(one)]
    if ignored:
        outcomes.note_ignored(ignored, now)
        _rest(ignored, "ignored", now)
    return bool(over)
