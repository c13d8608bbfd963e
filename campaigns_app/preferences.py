"""What a person may choose on their preference page, and the doing of it: ledger first, then the exits."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from django.db import transaction

from campaigns_app import enroll, outcomes
from consent_app import ledger, permission
from consent_app.models import ALL
from consent_app.permission import Standing
from offers_app.models import Offer
from people_app.models import Channel, ContactPoint, Person
from upsell_project.lib import clock

WORDING = "preferences/1"
OPTED_OUT = "opted_out"
PAUSES = (7, 30, 90)
TOPICS_SHOWN = 12
TOPIC_LENGTH = 100
CELLS = len(Channel.values) * (TOPICS_SHOWN + 1)
HERE = "preference_center"


@dataclass(frozen=True, slots=True)
class Cell:
    """One box of the table: a topic (`*`: every topic without a row of its own) on a channel."""

    channel: str
    topic: str
    ticked: bool

    @property
    def key(self) -> str:
        return f"{self.channel}:{quote(self.topic, safe='')}"


@dataclass(frozen=True, slots=True)
class Table:
    """What the person permits now, for the channels on which they can be reached."""

    channels: list[str]
    rows: list[tuple[str, list[Cell]]]

    @property
    def cells(self) -> list[Cell]:
        return [cell for _, row in self.rows for cell in row]

    @property
    def shown(self) -> str:
        return " ".join(cell.key for cell in self.cells)

    @property
    def ticked(self) -> str:
        return " ".join(cell.key for cell in self.cells if cell.ticked)


def table(person: Person, also: Collection[str] = (), standing: Standing | None = None) -> Table:
    """Topics on offer, spoken about or in `also`, by the person's living, unsuppressed channels."""
    now = clock.now()
    standing = standing or permission.of(person.pk, now)
    channels = _channels(person, standing)
    named = {word.topic for word in standing.words} - {ALL} | set(also)
    on_offer = Offer.objects.filter(live=True).order_by("topic").values_list("topic", flat=True).distinct()
    topics = [*dict.fromkeys([*sorted(named), *on_offer])][:TOPICS_SHOWN]
    country = _country(person)
    return Table(
        channels,
        [
            (topic, [Cell(one, topic, standing.open_to(one, topic, country, now)) for one in channels])
            for topic in (*topics, ALL)
        ],
    )


def stop_all(person: Person, how: str, proof: dict[str, Any]) -> None:
    """All offers on all channels. Repeating it writes no second record."""
    with transaction.atomic():
        if not _all_stopped(person):
            ledger.withdraw(person, how=how, proof=proof)
        outcomes.withdraw_deliveries(person.pk)
    enroll.exit(person_id=person.pk, reason=OPTED_OUT)


def stop(person: Person, topic: str, proof: dict[str, Any]) -> None:
    """One topic on all channels, also where an earlier no was taken back. Repeating it writes no second record."""
    with transaction.atomic():
        standing = permission.of(person.pk, clock.now())
        if not all(standing.no(channel, topic) for channel in Channel.values):
            ledger.withdraw(person, topic=topic, how=HERE, proof=proof)
        outcomes.withdraw_deliveries(person.pk, topic=topic)
    enroll.exit(person_id=person.pk, reason=OPTED_OUT, topic=topic)


def choose(person: Person, shown: str, ticked: str, proof: dict[str, Any]) -> bool:
    """Make the table as ticked, for the boxes that were shown; return whether that changed anything.

    "Everything else" goes first: it moves the boxes that follow it, which are then put right one by one.
    """
    on, before = set(ticked.split()), _open_topics(person)
    keys = sorted(set(shown.split()), key=lambda key: _read(key)[1] != ALL)[:CELLS]
    with transaction.atomic():
        changed = [_set(person, *_read(key), key in on, proof) for key in keys]
    _leave(person, before)
    return any(changed)


def _set(person: Person, channel: str, topic: str, on: bool, proof: dict[str, Any]) -> bool:
    now = clock.now()
    if channel not in Channel.values or len(topic) > TOPIC_LENGTH:
        return False
    if permission.of(person.pk, now).open_to(channel, topic, _country(person), now) == on:
        return False
    if on:
        ledger.grant(person, channels=[channel], topic=topic, how=HERE, wording_version=WORDING, proof=proof)
    else:
        ledger.withdraw(person, channel=channel, topic=topic, how=HERE, proof=proof)
        outcomes.withdraw_deliveries(person.pk, channel, topic)
    return True


def _leave(person: Person, before: set[str]) -> None:
    """End the runs about what is now open nowhere."""
    after = _open_topics(person)
    if before and not after:
        enroll.exit(person_id=person.pk, reason=OPTED_OUT)
        return
    for topic in sorted(before - after - {ALL}):
        enroll.exit(person_id=person.pk, reason=OPTED_OUT, topic=topic)


def _open_topics(person: Person) -> set[str]:
    return {cell.topic for cell in table(person).cells if cell.ticked}


def _all_stopped(person: Person) -> bool:
    standing = permission.of(person.pk, clock.now())
    everything = any(w.channel == ALL and w.topic == ALL and not w.granted for w in standing.words)
    return everything and not any(
        w.granted and w.overrules(no) for w in standing.words for no in _noes(standing)
    )


def _noes(standing: Standing) -> list[permission.Word]:
    return [word for word in standing.words if not word.granted]


def _channels(person: Person, standing: Standing) -> list[str]:
    points = ContactPoint.objects.filter(person=person, dead_at=None)
    held = {point.channel for point in points if not _suppressed(point, standing)} | {Channel.IN_APP.value}
    return [channel for channel in Channel.values if channel in held]


def _suppressed(point: ContactPoint, standing: Standing) -> bool:
    return (point.channel, permission.address_hash(point.channel, point.address)) in standing.suppressions


def _country(person: Person) -> str:
    """Their own, else an account's: as when it is decided whether to contact them."""
    if person.country:
        return person.country
    countries = person.memberships.order_by("pk").values_list("account__country", flat=True)
    return next((country for country in countries if country), "")


def _read(key: str) -> tuple[str, str]:
    channel, _, topic = key.partition(":")
    return channel, unquote(topic) or ALL
