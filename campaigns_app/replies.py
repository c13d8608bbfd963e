"""What an answer to one of our messages leads to: whoever says no is left alone at once, and a human reads the rest.

An answer of any kind ends the sequence that it answers: nobody who wrote to us gets the next mail of a machine.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns_app import enroll, interact, outcomes, standing
from campaigns_app.models import ContactPolicy, Cooldown, Delivery, Enrollment, Interaction, StaffTask
from consent_app import ledger
from consent_app.models import ALL
from people_app.models import Account, Channel, Person
from signals_app import replies, tickets
from signals_app.ingest import Stored
from signals_app.models import Event, Ticket
from upsell_project.lib import spans

EVENT = "Reply Received"
HOW = "reply"
TASK = "task:"
REPLIED = "replied"
UNCONFIRMED = timedelta(days=30)
"""For so long nothing is offered on any channel, while a human makes sure what they wanted."""
TITLES: dict[replies.Verdict, str] = {
    "revocation": "They asked for no more messages: confirm what they want",
    "negative": "A negative reply: look into it",
    "positive": "A positive reply: answer it",
    "neutral": "A reply: read and answer it",
}


def settle(tasks: Collection[StaffTask], now: datetime) -> None:
    """These tasks are done: so are the tickets that were opened with them."""
    ids = [f"{TASK}{task.pk}" for task in tasks]
    Ticket.objects.filter(external_id__in=ids, solved_at=None).update(solved_at=now)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of somebody we know. `delivery` is what they answered, where that can be told."""

    stored: Stored
    person: Person
    account_id: int | None
    delivery: Delivery | None
    text: str
    channel: str
    """One of ours, or `*` where nobody said."""


def apply(stored: Sequence[Stored], now: datetime) -> None:
    """Act on the replies among these new events. The caller's transaction holds it together."""
    received = [one for one in stored if one.item.kind == "track" and one.item.name == EVENT]
    if not received:
        return
    answered = _deliveries(received)
    whose = {one.event_id: _people_of(one, answered.get(one.event_id)) for one in received}
    people = _hold({person for ids in whose.values() for person in ids})
    found = [
        _reply(one, people[person], answered.get(one.event_id))
        for one in received
        for person in whose[one.event_id]
        if person in people
    ]
    for reply in sorted(found, key=lambda reply: (reply.person.pk, reply.stored.item.occurred_at)):
        ACTS[replies.verdict(reply.text)](reply, now)
    for one in received:
        if not any(person in people for person in whose[one.event_id]):
            _of_nobody(one)


def _deliveries(received: Sequence[Stored]) -> dict[int, Delivery]:
    """What each event answers: the delivery that it names, else the person's with this id at the provider."""
    named = {one.event_id: _uuid(one.item.properties.get("delivery_id")) for one in received}
    known = Delivery.objects.select_related("proposition").in_bulk([pk for pk in named.values() if pk])
    found = {event: known[pk] for event, pk in named.items() if pk in known}
    for one in received:
        reference = str(one.item.properties.get("provider_message_id") or "")
        if one.event_id not in found and one.person_id and reference:
            theirs = Delivery.objects.select_related("proposition").filter(person_id=one.person_id)
            if delivery := theirs.filter(provider_ref=reference).order_by("-intended_at").first():
                found[one.event_id] = delivery
    return found


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _people_of(one: Stored, delivery: Delivery | None) -> list[int]:
    """Whom we wrote to, and whoever answered in their place: a no counts for both."""
    reached = delivery.person_id if delivery else None
    return [pk for pk in dict.fromkeys((reached, one.person_id)) if pk]


def _hold(ids: set[int]) -> dict[int, Person]:
    """People come first in the order of locks; with their contact points nothing is intended for them meanwhile."""
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=ids, erased_at=None).order_by("pk")
    people = {person.pk: person for person in rows}
    standing.lock([], people)
    return people


def _reply(one: Stored, person: Person, delivery: Delivery | None) -> Reply:
    own = delivery if delivery and delivery.person_id == person.pk else None
    account_id = own.account_id if own else one.account_id if one.person_id == person.pk else None
    if own and one.person_id is None:
        events = Event.objects.filter(pk=one.event_id, person=None)
        events.update(person_id=person.pk, account_id=account_id)
    channel = str(one.item.properties.get("channel") or "")
    text = one.item.properties.get("text")
    return Reply(
        one,
        person,
        account_id,
        own,
        text if isinstance(text, str) else "",
        channel if channel in Channel.values else ALL,
    )


def _stop(reply: Reply, now: datetime) -> None:
    _opt_out(reply)
    outcomes.withdraw_deliveries(reply.person.pk, reply.channel)
    enroll.exit(reason="opted_out", person_id=reply.person.pk)
    _note(reply, Interaction.Kind.OPTED_OUT)


def _revoke(reply: Reply, now: datetime) -> None:
    """Free text may mean this channel or all of them, so all rest until a human knows."""
    _opt_out(reply)
    ledger.do_not_disturb(reply.person, now + UNCONFIRMED, "Their reply is to be confirmed")
    outcomes.withdraw_deliveries(reply.person.pk)
    enroll.exit(reason="opted_out", person_id=reply.person.pk)
    _note(reply, Interaction.Kind.OPTED_OUT)
    _ask_staff(reply, "revocation", now)


def _disappoint(reply: Reply, now: datetime) -> None:
    """Pitches stop, with or without a sequence that runs, and support has a ticket."""
    if not enroll.exit(reason="negative", person_id=reply.person.pk):
        _leave_in_peace(reply, now)
    _note(reply, Interaction.Kind.DECLINED)
    _open_ticket(reply, _ask_staff(reply, "negative", now))


def _please(reply: Reply, now: datetime) -> None:
    _hand_over(reply)
    _ask_staff(reply, "positive", now)


def _wonder(reply: Reply, now: datetime) -> None:
    _hand_over(reply)
    _ask_staff(reply, "neutral", now)


ACTS: dict[replies.Verdict, Callable[[Reply, datetime], None]] = {
    "stop": _stop,
    "revocation": _revoke,
    "negative": _disappoint,
    "positive": _please,
    "neutral": _wonder,
}


def _opt_out(reply: Reply) -> None:
    proof: dict[str, Any] = {"event": reply.stored.event_id, "source": reply.stored.source_id}
    if reply.delivery:
        proof |= {"delivery": str(reply.delivery.pk)}
    ledger.withdraw(reply.person, channel=reply.channel, how=HOW, proof=proof)


def _of_nobody(one: Stored) -> None:
    """An address that several people share, or none of ours has: its no holds for the address."""
    channel, text = str(one.item.properties.get("channel") or ""), one.item.properties.get("text")
    address = one.item.lookup.get("email" if channel == Channel.EMAIL else "phone", "")
    said = replies.verdict(text) if isinstance(text, str) else "neutral"
    if said in ("stop", "revocation") and channel in Channel.values and address:
        ledger.suppress(channel, address, HOW)


def _hand_over(reply: Reply) -> None:
    """From here a human talks with them: the run that was answered is over, and nobody is punished for that."""
    run = reply.delivery.enrollment_id if reply.delivery else _talking(reply)
    if run:
        enroll.exit_one(run, REPLIED)
    _note(reply, Interaction.Kind.REPLIED)


def _talking(reply: Reply) -> int | None:
    """The running sequence that last wrote to them on this channel."""
    reached = Delivery.objects.filter(
        person=reply.person,
        channel=reply.channel,
        state=Delivery.State.ACCEPTED,
        enrollment__state=Enrollment.State.ACTIVE,
    )
    return reached.order_by("-sent_at", "-intended_at").values_list("enrollment_id", flat=True).first()


def _note(reply: Reply, kind: Interaction.Kind) -> None:
    if reply.delivery:
        interact.note(reply.delivery.proposition, kind, HOW)


def _leave_in_peace(reply: Reply, now: datetime) -> None:
    policy = ContactPolicy.objects.order_by("-version").first()
    if policy and (days := policy.cooldown_days.get("negative", 0)):
        run = reply.delivery.enrollment_id if reply.delivery else None
        until = now + spans.days(days)
        rest = Cooldown(person=reply.person, outcome="negative", until=until, enrollment_id=run, set_at=now)
        Cooldown.objects.bulk_create([rest], ignore_conflicts=True)


def _open_ticket(reply: Reply, task: StaffTask) -> None:
    Ticket.objects.bulk_create(
        [
            Ticket(
                source_id=reply.stored.source_id,
                external_id=f"{TASK}{task.pk}",
                person=reply.person,
                account_id=reply.account_id,
                problem=tickets.is_problem({"text": reply.text}),
                opened_at=reply.stored.item.occurred_at,
            )
        ],
        ignore_conflicts=True,
    )


def _ask_staff(reply: Reply, said: replies.Verdict, now: datetime) -> StaffTask:
    account = Account.objects.filter(pk=reply.account_id or 0).first()
    manager = account.account_manager.get("email", "") if account else ""
    return StaffTask.objects.create(
        person=reply.person,
        account=account,
        channel=reply.channel if reply.channel != ALL else Channel.CHAT,
        title=TITLES[said],
        body=reply.text,
        assignee=str(manager)[:200],
        created_at=now,
    )
