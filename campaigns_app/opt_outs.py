"""Opt-outs that providers report, and the coming back from them: the ledger first, then the exits.

Whoever leaves a channel leaves every run; a no is never ignored for being late. Coming back takes back only an earlier
no that came in by the same way: one said in our own preference center is undone there.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns_app import enroll, outcomes, preferences
from consent_app import ledger, permission
from consent_app.models import ALL, ConsentRecord
from offers_app.models import Offer
from people_app.models import Channel, ContactPoint, Person

HOW = "provider"
SPAM = "spam_report"
UNKNOWN = "unsubscribed"
PHONES = (Channel.SMS, Channel.WHATSAPP, Channel.VOICE)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody said to a provider. `channel` may be `*`; `topic` as the provider names it, or empty."""

    name: str
    channel: str
    topic: str
    address: str
    people: Collection[int]
    at: datetime
    event_id: int
    source_id: int

    @property
    def proof(self) -> dict[str, Any]:
        return {"event": self.event_id, "source": self.source_id, "said_at": self.at.isoformat()}


def follow(wishes: Collection[Wish], now: datetime) -> None:
    """In the order they were said, of one instant the no last. The caller holds all contact points and runs."""
    topics = set(Offer.objects.values_list("topic", flat=True)) if wishes else set()
    for wish in sorted(wishes, key=lambda wish: (wish.at, wish.name != "Resubscribed")):
        if wish.name == "Spam Reported":
            _never_again(wish)
        people = Person.objects.filter(pk__in=wish.people, erased_at=None).order_by("pk")
        for person in people:
            if wish.name == "Resubscribed":
                _come_back(person, wish, topics, now)
            else:
                _leave(person, wish, topics, now)
        if wish.name == "Unsubscribed" and not _reaches(wish, people):
            _remember(wish)
        elif wish.name == "Resubscribed" and wish.address and wish.channel in Channel.values:
            ledger.lift(wish.channel, wish.address, UNKNOWN, wish.at)


def _leave(person: Person, wish: Wish, topics: Collection[str], now: datetime) -> None:
    """Of a topic that we do not know we cannot tell what it covers, so it closes the channel."""
    known = wish.topic in topics
    topic = wish.topic if known else ALL
    asked = "" if known else wish.topic
    bar = permission.of(person.pk, now).no(wish.channel, topic)
    how, said = _said(bar.record) if bar else (HOW, {"topic": asked})
    if how == HOW and not _covered(said, asked, wish.at):
        narrow = {"topic": asked} if asked and said.get("topic") == asked else {}
        ledger.withdraw(person, channel=wish.channel, topic=topic, how=HOW, proof=wish.proof | narrow)
    outcomes.withdraw_deliveries(person.pk, wish.channel, topic)
    enroll.exit(person_id=person.pk, reason=preferences.OPTED_OUT, topic=topic if known else None)


def _said(record: int) -> tuple[str, dict[str, Any]]:
    return ConsentRecord.objects.values_list("how", "proof").get(pk=record)


def _covered(said: dict[str, Any], asked: str, at: datetime) -> bool:
    """Whether a no that a provider reported is as wide and as new as what is asked now."""
    return said.get("topic", "") in ("", asked) and "said_at" in said and _said_at(said) >= at


def _said_at(proof: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(proof["said_at"])


def _come_back(person: Person, wish: Wish, topics: Collection[str], now: datetime) -> None:
    """Consent is per channel, so a word about all of them grants none."""
    if wish.channel not in Channel.values:
        return
    known = wish.topic in topics
    topic, asked = (wish.topic, "") if known else (ALL, wish.topic)
    words = permission.of(person.pk, now).words
    about = [word for word in words if word.covers(wish.channel, topic)]
    bars = [
        word.record
        for word in about
        if not word.granted and not any(other.overrules(word) for other in about)
    ]
    said = ConsentRecord.objects.filter(pk__in=bars).values_list("how", "proof")
    ours = all(how == HOW and proof.get("topic", "") == asked for how, proof in said)
    if bars and ours and all(_said_at(proof) < wish.at for _, proof in said):
        ledger.grant(person, channels=[wish.channel], topic=topic, how=HOW, proof=wish.proof)


def _never_again(wish: Wish) -> None:
    """A complaint bars the address whoever has it; without one, the address of the people it names."""
    if wish.channel not in Channel.values:
        return
    known = ContactPoint.objects.filter(person__in=wish.people, channel=wish.channel).exclude(address="")
    addresses = [wish.address] if wish.address else [point.address for point in known.order_by("pk")]
    for address in addresses:
        ledger.suppress(wish.channel, address, SPAM)


def _reaches(wish: Wish, people: Collection[Person]) -> bool:
    """Whether this address is that of one of these people; a provider's own id alone may turn out to be another's."""
    if not wish.address:
        return bool(people)
    return ContactPoint.objects.filter(person__in=people, address=wish.address).exists()


def _remember(wish: Wish) -> None:
    """None of them has this address today; whoever brings it tomorrow is not written to either."""
    reached = (Channel.EMAIL,) if "@" in wish.address else PHONES if wish.address else ()
    channels = [channel for channel in reached if wish.channel in (ALL, channel)]
    for channel in channels:
        ledger.suppress(channel, wish.address, UNKNOWN)
    if not channels:
        log.warning("event %s is an opt-out of nobody we know, without an address", wish.event_id)
