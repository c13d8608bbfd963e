"""What providers report of messages: delivered, opened, clicked, bounced, and who wants no more of them.

Receipts come twice, late and in any order; the end is the same. Locks are taken in the product's order, for all of
them at once: contact points, runs, then offers and deliveries.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from campaigns_app import interact, machines, opt_outs, shown, standing
from campaigns_app.machines import Click
from campaigns_app.models import Delivery, Enrollment, Interaction
from campaigns_app.opt_outs import Wish
from consent_app.models import ALL
from offers_app.models import Proposition
from people_app import facts
from people_app.models import Channel, ContactPoint
from signals_app.ingest import Stored
from signals_app.models import Event
from upsell_project.lib import bulk

WISHES = {"Unsubscribed", "Resubscribed", "Spam Reported"}
PERSONAL = WISHES | {"Message Bounced", "Message Failed"}
LOST = {"Message Bounced", "Message Failed", "Message Dropped"}
RECEIPTS = WISHES | LOST | {"Message Sent", "Message Delivered", "Message Opened", "Message Clicked"}
_CLICKED = uuid.UUID("5c1f8a52-8d5f-4a0f-8f43-3f3c9f0e6b1d")


@dataclass(slots=True)
class Receipt:
    """One reported fact with the delivery it is about, if it is one of ours, and everybody it is about."""

    stored: Stored
    channel: str
    address: str
    delivery: Delivery | None = None
    people: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        return self.stored.item.name

    @property
    def at(self) -> datetime:
        return self.stored.item.occurred_at


def apply(stored: Sequence[Stored], now: datetime) -> None:
    """Act on the receipts among events that are new to us."""
    found = [_receipt(one) for one in stored if one.item.kind == "track" and one.item.name in RECEIPTS]
    if not found:
        return
    with transaction.atomic():
        _find_deliveries(found)
        _find_people(found)
        _lock(found)
        _bury(found)
        opt_outs.follow([_wish(one) for one in found if one.name in WISHES], now)
        ours = [one for one in found if one.delivery]
        _lose(ours)
        _arrive(ours, now)
        _click([one for one in ours if one.name in ("Message Clicked", "Message Delivered")], now)


def _receipt(one: Stored) -> Receipt:
    channel = str(one.item.properties.get("channel", ""))
    email = one.item.lookup.get("email", "").strip().lower()
    phone = str(facts.phone(one.item.lookup.get("phone", "").strip()))
    address = phone if channel in opt_outs.PHONES else email or phone
    return Receipt(one, channel if channel in Channel.values else ALL, address)


def _find_deliveries(found: Sequence[Receipt]) -> None:
    """By our own id where the provider gives it back, else by the provider's."""
    ids = {one.stored.event_id: _uuid(one.stored.item.properties.get("delivery_id")) for one in found}
    refs = {_ref(one) for one in found} - {""}
    rows = Delivery.objects.filter(Q(pk__in=[pk for pk in ids.values() if pk]) | Q(provider_ref__in=refs))
    by_id = {row.pk: row for row in rows}
    by_ref = {row.provider_ref: row for row in by_id.values() if row.provider_ref}
    for one in found:
        own = ids[one.stored.event_id]
        one.delivery = (by_id.get(own) if own else None) or by_ref.get(_ref(one))


def _ref(one: Receipt) -> str:
    return str(one.stored.item.properties.get("provider_message_id", ""))


def _uuid(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None


def _find_people(found: Sequence[Receipt]) -> None:
    """Who did it, whose delivery it is, and everybody who has the address: several may share one."""
    personal = [one for one in found if one.name in PERSONAL]
    wanted = {one.address for one in personal} - {""}
    owners: dict[str, set[int]] = {}
    points = ContactPoint.objects.filter(channel__in=Channel.values, address__in=wanted)
    for address, person in points.values_list("address", "person_id"):
        owners.setdefault(address, set()).add(person)
    for one in personal:
        named = {one.stored.person_id, one.delivery.person_id if one.delivery else None}
        one.people = {pk for pk in named if pk} | owners.get(one.address, set())


def _lock(found: Sequence[Receipt]) -> None:
    everybody = {person for one in found for person in one.people}
    standing.lock([], everybody)
    runs = {one.delivery.enrollment_id for one in found if one.delivery}
    active = Enrollment.objects.filter(state=Enrollment.State.ACTIVE)
    rows = active.filter(Q(person_id__in=everybody) | Q(pk__in=runs)).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))
    offers = {one.delivery.proposition_id for one in found if one.delivery}
    list(
        Proposition.objects.filter(pk__in=offers)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk")
    )


def _bury(found: Iterable[Receipt]) -> None:
    """A permanent bounce says that nobody is at that address, on that channel; a new address is alive again."""
    for one in found:
        said = one.stored.item.properties
        lost = one.name in ("Message Bounced", "Message Failed") and said.get("permanent") is True
        if lost and one.address and said.get("scope") != "message":
            points = ContactPoint.objects.filter(person__in=one.people, channel=one.channel)
            points.filter(address=one.address, dead_at=None).update(dead_at=one.at)


def _wish(one: Receipt) -> Wish:
    return Wish(
        name=one.name,
        channel=one.channel,
        topic=str(one.stored.item.properties.get("topic", "")),
        address=one.address,
        people=frozenset(one.people),
        at=one.at,
        event_id=one.stored.event_id,
        source_id=one.stored.source_id,
    )


def _lose(ours: Sequence[Receipt]) -> None:
    """It did not get there: its offer is no longer live, so it blocks no other, and it was not shown."""
    gone = []
    for one in (one for one in ours if one.name in LOST):
        assert one.delivery
        word = one.name.removeprefix("Message ")
        reason = f"{word}: {one.stored.item.properties.get('reason', '')}"[:300]
        over = Delivery.objects.filter(
            pk=one.delivery.pk, state__in=[Delivery.State.ACCEPTED, Delivery.State.UNKNOWN]
        )
        if over.update(state=Delivery.State.REFUSED, reason=reason):
            live = Proposition.objects.filter(pk=one.delivery.proposition_id, state=Proposition.State.LIVE)
            live.update(state=Proposition.State.ENDED)
            gone.append(one.delivery.proposition_id)
    shown.lost(gone)


def _arrive(ours: Sequence[Receipt], now: datetime) -> None:
    """The first time counts, whichever receipt comes first. What was uncertain certainly left."""
    seen: dict[uuid.UUID, dict[str, datetime]] = {}
    for one in (one for one in ours if one.name not in LOST | WISHES):
        assert one.delivery
        what = "left_at"
        if one.name == "Message Delivered":
            what = "delivered"
        elif one.name == "Message Opened" and not _machine(one.stored.item.properties):
            what = "opened"
        times = seen.setdefault(one.delivery.pk, {"left_at": one.at})
        for key in {"left_at", what}:
            times[key] = min(times.get(key, one.at), one.at)
    parked = Delivery.objects.filter(pk__in=seen, state=Delivery.State.UNKNOWN)
    uncertain = list(parked.values_list("proposition_id", flat=True)) if seen else []
    bulk.execute(_ARRIVED, [{"id": str(pk), **times} for pk, times in sorted(seen.items())])
    shown.seen(uncertain, now)


def _machine(said: Mapping[str, object]) -> bool:
    return said.get("machine") is True or machines.named_in(str(said.get("user_agent", "")))


def _click(told: Sequence[Receipt], now: datetime) -> None:
    """Judge all clicks on a message anew: a later one may show that the earlier ones were a scanner's."""
    clicked = {one.delivery.pk for one in told if one.delivery and one.name == "Message Clicked"}
    again = {one.delivery.pk for one in told if one.delivery} - clicked
    rows = Delivery.objects.filter(Q(pk__in=clicked) | Q(pk__in=again, proposition__clicked_at__isnull=False))
    for delivery in rows.select_related("proposition").order_by("pk"):
        clicks = _clicks(delivery, [one for one in told if one.delivery and one.delivery.pk == delivery.pk])
        people = machines.human(clicks, delivery.delivered_at or delivery.sent_at)
        if people:
            _clicked(delivery, min(click.at for click in people), now)
        elif clicks:
            _take_back(delivery.proposition)


def _clicks(delivery: Delivery, told: Collection[Receipt]) -> list[Click]:
    """Those told now and before; two events of one click are one."""
    names = {str(delivery.pk), *filter(None, [delivery.provider_ref])}
    earlier = Event.objects.filter(
        person_id=delivery.person_id,
        name="Message Clicked",
        occurred_at__gte=delivery.intended_at or _first(told),
    )
    said = [
        (event.occurred_at, event.properties)
        for event in earlier
        if names & {event.properties.get("delivery_id"), event.properties.get("provider_message_id")}
    ]
    said += [(one.at, one.stored.item.properties) for one in told if one.name == "Message Clicked"]
    return list(
        {
            Click(
                at,
                str(props.get("link") or props.get("url", "")),
                str(props.get("user_agent", "")),
                props.get("machine") is True,
            ): None
            for at, props in said
        }
    )


def _first(told: Collection[Receipt]) -> datetime:
    return min(one.at for one in told)


def _clicked(delivery: Delivery, at: datetime, now: datetime) -> None:
    offer = delivery.proposition
    if offer.clicked_at is not None:
        return
    act = Interaction(
        id=_act_id(offer),
        proposition=offer,
        person_id=offer.person_id,
        kind=Interaction.Kind.CLICKED,
        at=at,
        recorded_at=now,
        how="receipt",
    )
    Interaction.objects.bulk_create([act], ignore_conflicts=True)
    interact.EFFECTS[Interaction.Kind.CLICKED](offer, act)


def _take_back(offer: Proposition) -> None:
    if Interaction.objects.filter(pk=_act_id(offer)).delete()[0]:
        others = Interaction.objects.filter(proposition=offer, kind=Interaction.Kind.CLICKED)
        if not others.exists():
            Proposition.objects.filter(pk=offer.pk).update(clicked_at=None)


def _act_id(offer: Proposition) -> uuid.UUID:
    return uuid.uuid5(_CLICKED, str(offer.pk))


_ARRIVED = """
UPDATE campaigns_app_delivery d SET delivered_at = least(d.delivered_at, r.delivered),
    opened_at = least(d.opened_at, r.opened),
    sent_at = CASE WHEN d.state = 'unknown' THEN r.left_at ELSE d.sent_at END,
    reason = CASE WHEN d.state = 'unknown' THEN 'The provider reported it' ELSE d.reason END,
    state = CASE WHEN d.state = 'unknown' THEN 'accepted' ELSE d.state END
FROM json_to_recordset(%s) AS r(id uuid, left_at timestamptz, delivered timestamptz, opened timestamptz)
WHERE d.id = r.id
"""
