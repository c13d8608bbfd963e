"""What a person did with an offer: recorded once, and acted on at once.

A negative act (dismissed, declined, opted out, intrusive) never leads to more contact; a yes ends every other sequence.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from campaigns_app import enroll, outcomes, requested, shown, standing
from campaigns_app.models import Cooldown, Enrollment, Interaction
from consent_app import ledger
from offers_app import answers, learn
from offers_app.models import Proposition
from people_app.models import Person
from signals_app import again, segments
from signals_app.models import Answer
from upsell_project.lib import clock

Kind = Interaction.Kind
SNOOZE_DAYS = (7, 30, 90)
ANSWERS = ("helpful", "intrusive", "mistimed")
# After these no other offer of the same run stays open.
_SETTLES = {Kind.ACCEPTED, Kind.SNOOZED, Kind.REPLIED, *answers.NO}
_NOTED = uuid.UUID("b7d0f5f4-2f0e-4c1a-9a53-6d2f3d1c9e07")


class IdTaken(ValueError):
    """The id already names another act: of another kind, offer or person."""


def record(
    proposition_id: uuid.UUID,
    person_id: int,
    kind: str,
    *,
    id: uuid.UUID,
    at: datetime,
    how: str,
    data: dict[str, Any] | None = None,
) -> bool:
    """Record one act on an offer. False: no such offer for this person. The same act again: no effect.

    Raises IdTaken when the id was used for another act.
    """
    now = clock.now()
    with transaction.atomic():
        proposition = Proposition.objects.select_related("offer").filter(pk=proposition_id).first()
        if proposition is None or proposition.person_id != person_id:
            return False
        person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
        if known := Interaction.objects.filter(pk=id).first():
            if (known.proposition_id, known.person_id, known.kind) != (proposition_id, person_id, kind):
                raise IdTaken("This id was used for another interaction.")
            return True
        _permission_first(person, proposition, kind, data or {}, how)
        hold_runs(proposition)
        act = Interaction(
            id=id,
            proposition=proposition,
            person=person,
            kind=kind,
            at=max(min(at, now), min(proposition.ready_at, now)),
            recorded_at=now,
            how=how,
            data=data or {},
        )
        act.save(force_insert=True)
        shown.seen([proposition.pk], now)
        EFFECTS[Kind(kind)](proposition, act)
        requested.leave_in_peace(proposition, act)
        segments.at_once({person_id}, now)
    return True


def note(proposition: Proposition, kind: Interaction.Kind, how: str) -> None:
    """Keep for the record what was acted on already, on a page of the recipient's: once per offer, kind and way."""
    act = Interaction(
        id=uuid.uuid5(_NOTED, f"{proposition.pk}:{kind}:{how}"),
        proposition=proposition,
        person_id=proposition.person_id,
        kind=kind,
        at=clock.now(),
        recorded_at=clock.now(),
        how=how,
    )
    with transaction.atomic():
        # Two at once: the second waits here for the first, and then finds it there.
        Proposition.objects.select_for_update(no_key=True).get(pk=proposition.pk)
        new = not Interaction.objects.filter(pk=act.pk).exists()
        if new:
            act.save(force_insert=True)
        _answer(proposition, act, new=new)


def _permission_first(
    person: Person, proposition: Proposition, kind: str, data: dict[str, Any], how: str
) -> None:
    """Contact points are locked before enrollments everywhere, so the ledger goes first. Whoever intends anything for
    them holds these too, and so waits for an answer that is under way."""
    if kind in (Kind.VIEWED, Kind.CLICKED):
        return
    standing.lock([], [person.pk])
    proof = {"proposition": str(proposition.pk)}
    if kind == Kind.OPTED_OUT:
        ledger.withdraw(person, topic=proposition.topic, how=how, proof=proof)
    elif kind == Kind.SNOOZED:
        ledger.snooze(person, int(data.get("snooze_days", SNOOZE_DAYS[0])), how)


def hold_runs(proposition: Proposition) -> None:
    """Enrollments come before propositions in the order of locks, and an answer may end any of these."""
    whose = Q(person_id=proposition.person_id) | Q(account_id=proposition.account_id)
    rows = Enrollment.objects.filter(whose, state=Enrollment.State.ACTIVE).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))


def _answer(proposition: Proposition, act: Interaction, *, new: bool = True) -> None:
    """The strongest counts; the offer ends, and if it settles the run, all of its. A `new` one is kept and taught."""
    if new:
        Answer.objects.create(
            person_id=proposition.person_id,
            account_id=proposition.account_id,
            offer=proposition.offer.slug,
            answer=_said(act),
            at=act.recorded_at,
        )
        again.answered([(proposition.person_id, proposition.account_id)], _said(act))
        learn.outcome([(proposition.pk, act.kind)], act.recorded_at)
    answers.keep(proposition.pk, act.kind, act.recorded_at)
    live = requested.beside(proposition).filter(state=Proposition.State.LIVE)
    live.filter(pk=proposition.pk).update(state=Proposition.State.ANSWERED)
    if act.kind in _SETTLES:
        live.update(state=Proposition.State.ENDED)


def _said(act: Interaction) -> str:
    """Of feedback what they said."""
    said = act.data.get("answer") if act.kind == Kind.FEEDBACK else None
    return said if said in ANSWERS else str(act.kind)


def _viewed(shown: Proposition, act: Interaction) -> None:
    Proposition.objects.filter(pk=shown.pk, viewed_at=None).update(viewed_at=act.recorded_at)


def _clicked(proposition: Proposition, act: Interaction) -> None:
    Proposition.objects.filter(pk=proposition.pk, clicked_at=None).update(clicked_at=act.recorded_at)
    enroll.wake(proposition.enrollment_id)


def _accepted(proposition: Proposition, act: Interaction) -> None:
    """Everything else that runs for this person or account stops; the own sequence waits for the goal."""
    _answer(proposition, act)
    enroll.exit(
        reason="accepted_elsewhere",
        person_id=proposition.person_id,
        account_id=proposition.account_id,
        keep=proposition.enrollment_id,
    )
    _clicked(proposition, act)


def _dismissed(proposition: Proposition, act: Interaction) -> None:
    """Softly: the sequence decides at its planned time; nothing comes earlier because of it."""
    _answer(proposition, act)
    enroll.wake(proposition.enrollment_id)


def _refused(proposition: Proposition, act: Interaction) -> None:
    """For good, or for some days: every sequence of theirs ends."""
    _answer(proposition, act)
    enroll.exit(reason=str(act.kind), person_id=proposition.person_id)


def _opted_out(proposition: Proposition, act: Interaction) -> None:
    _answer(proposition, act)
    enroll.exit(reason="opted_out", person_id=proposition.person_id, topic=proposition.topic)
    outcomes.withdraw_deliveries(proposition.person_id, topic=proposition.topic)


def _feedback(proposition: Proposition, act: Interaction) -> None:
    """Helpful lifts an ignore-pause; anything else ends what is running."""
    if act.data.get("answer") == "helpful":
        ignored = Cooldown.objects.filter(person_id=proposition.person_id, outcome="ignored", lifted_at=None)
        ignored.update(lifted_at=act.recorded_at)
    else:
        _answer(proposition, act)
        enroll.exit(reason="negative", person_id=proposition.person_id)


def _nothing(_: Proposition, __: Interaction) -> None:
    """Noted for the record only."""


EFFECTS: dict[Interaction.Kind, Callable[[Proposition, Interaction], None]] = {
    Kind.VIEWED: _viewed,
    Kind.CLICKED: _clicked,
    Kind.ACCEPTED: _accepted,
    Kind.DISMISSED: _dismissed,
    Kind.DECLINED: _refused,
    Kind.SNOOZED: _refused,
    Kind.OPTED_OUT: _opted_out,
    Kind.FEEDBACK: _feedback,
    Kind.CONVERTED: _nothing,
    Kind.IGNORED: _nothing,
    Kind.REPLIED: _answer,
}
