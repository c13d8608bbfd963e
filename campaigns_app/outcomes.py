"""The end of a run, and what it leaves behind: offers withdrawn, the ignored one noted, the person left in peace."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from campaigns_app.models import ContactPolicy, Cooldown, Delivery, Enrollment, Interaction
from consent_app.models import ALL
from offers_app import learn
from offers_app.models import Proposition
from signals_app import again
from signals_app.models import Answer
from upsell_project.lib import spans
from upsell_project.lib.gates import Code

# What a run's end means for the cooldowns, where the reason alone says it.
BY_REASON = {
    "declined": "declined",
    "negative": "negative",
    "opted_out": "declined",
    "no_engagement": "no_engagement",
}
# After these nobody is left in peace: they said yes, talk with a human, or nothing was ever shown.
NO_COOLDOWN = {"converted", "accepted_elsewhere", "clicked", "replied"}
_WAITING = (Delivery.State.HELD, Delivery.State.INTENDED, Delivery.State.CLAIMED)
_IGNORED = uuid.UUID("6f1d9a52-6d35-4c52-9d43-0d8f0c3f3a11")


def finish(ended: Sequence[tuple[Enrollment, str]], policy: ContactPolicy, now: datetime) -> None:
    """Close these runs. The caller holds the enrollments' rows and saves nothing else of them."""
    if not ended:
        return
    reasons = {enrollment.pk: reason for enrollment, reason in ended}
    for enrollment, reason in ended:
        enrollment.state, enrollment.end_reason = Enrollment.State.FINISHED, reason[:40]
        enrollment.ended_at, enrollment.wake_at, enrollment.step_id = now, None, None
        enrollment.lease_until = enrollment.lease_token = None
    fields = ["state", "end_reason", "ended_at", "wake_at", "step", "lease_until", "lease_token"]
    Enrollment.objects.bulk_update([enrollment for enrollment, _ in ended], fields)
    made = Proposition.objects.filter(enrollment_id__in=reasons).select_related("offer")
    propositions = list(made.order_by("ready_at"))
    _withdraw(propositions, reasons, now)
    note_ignored([p for p in propositions if was_ignored(p) and _rests_on(p, reasons)], now)
    learn_of_silence([p for p in propositions if _ended_quietly(p, reasons)], now)
    _leave_in_peace(ended, propositions, policy, now)


def _withdraw(propositions: Sequence[Proposition], reasons: dict[int, str], now: datetime) -> None:
    live = [p.pk for p in propositions if p.state == Proposition.State.LIVE]
    Proposition.objects.filter(pk__in=live).update(state=Proposition.State.ENDED)
    for reason in set(reasons.values()):
        ids = [enrollment for enrollment, why in reasons.items() if why == reason]
        _stop(Delivery.objects.filter(enrollment_id__in=ids), f"The sequence ended: {reason}")


def withdraw_deliveries(person_id: int, channel: str = ALL, topic: str = ALL) -> None:
    """Their no on this channel and topic: what waits to leave does not. The caller holds their contact points."""
    waiting = Delivery.objects.filter(person_id=person_id, state__in=_WAITING)
    waiting = waiting.filter(channel=channel) if channel != ALL else waiting
    waiting = waiting.filter(proposition__topic=topic) if topic != ALL else waiting
    ids = list(
        waiting.order_by("pk").select_for_update(of=("self",)).values_list("proposition_id", flat=True)
    )
    _stop(Delivery.objects.filter(proposition__in=ids), f"{Code.OPTED_OUT}: They opted out before it left.")
    over = Proposition.objects.filter(pk__in=ids, state=Proposition.State.LIVE)
    over.update(state=Proposition.State.ENDED)


def _stop(deliveries: QuerySet[Delivery], reason: str) -> None:
    """None of these leaves, or leaves once more: of what may have left before, a human says whether it did."""
    waiting = deliveries.filter(state__in=_WAITING)
    waiting.filter(unsure_at=None).update(state=Delivery.State.SKIPPED, reason=reason)
    waiting.exclude(unsure_at=None).update(state=Delivery.State.UNKNOWN, retry_at=None, reason=reason)


def was_ignored(proposition: Proposition) -> bool:
    """Seen, and no answer of any kind."""
    return bool(proposition.viewed_at) and not proposition.answer and not proposition.clicked_at


def _rests_on(proposition: Proposition, reasons: dict[int, str]) -> bool:
    return reasons[proposition.enrollment_id or 0] not in NO_COOLDOWN


def note_ignored(ignored: Sequence[Proposition], now: datetime) -> None:
    """Each of these was seen and got no answer: kept once."""
    acts = {uuid.uuid5(_IGNORED, str(p.pk)): p for p in ignored}
    noted = set(Interaction.objects.filter(pk__in=acts).values_list("pk", flat=True)) if acts else set()
    new = {id: p for id, p in acts.items() if id not in noted}
    kind = Interaction.Kind.IGNORED
    Interaction.objects.bulk_create(
        [
            Interaction(
                id=id,
                proposition=p,
                person_id=p.person_id,
                kind=kind,
                at=now,
                recorded_at=now,
                how="sequence",
            )
            for id, p in new.items()
        ]
    )
    Answer.objects.bulk_create(
        Answer(person_id=p.person_id, account_id=p.account_id, offer=p.offer.slug, answer=kind, at=now)
        for p in new.values()
    )
    again.answered(((p.person_id, p.account_id) for p in new.values()), kind)


def learn_of_silence(propositions: Sequence[Proposition], now: datetime) -> None:
    """Of those that were seen or clicked and led to no yes by the end: a purchase that comes later is heard then."""
    silent = [p for p in propositions if (p.viewed_at or p.clicked_at) and not p.answer]
    learn.outcome([(p.pk, Interaction.Kind.IGNORED) for p in silent], now)


def _ended_quietly(proposition: Proposition, reasons: dict[int, str]) -> bool:
    return reasons[proposition.enrollment_id or 0] == "clicked" or _rests_on(proposition, reasons)


def _leave_in_peace(
    ended: Sequence[tuple[Enrollment, str]],
    propositions: Sequence[Proposition],
    policy: ContactPolicy,
    now: datetime,
) -> None:
    rows = []
    for enrollment, reason in ended:
        own = [p for p in propositions if p.enrollment_id == enrollment.pk]
        for outcome in _outcomes(reason, own):
            days = policy.cooldown_days.get(outcome, 0)
            if days:
                until = now + spans.days(days)
                rows.append(
                    Cooldown(
                        person_id=enrollment.person_id,
                        outcome=outcome,
                        until=until,
                        enrollment=enrollment,
                        set_at=now,
                    )
                )
    Cooldown.objects.bulk_create(rows, ignore_conflicts=True)


def _outcomes(reason: str, own: Sequence[Proposition]) -> set[str]:
    if reason in NO_COOLDOWN:
        return set()
    found = {BY_REASON[reason]} if reason in BY_REASON else set()
    found |= {"dismissed"} if any("dismissed" in p.answers for p in own) else set()
    return found | ({"ignored"} if any(was_ignored(p) for p in own) else set())
