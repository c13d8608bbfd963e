"""May we contact them? Reads only, for many people at once; `ledger` is the one who writes.

The rule. A *word* is a dated yes (grant) or no (withdrawal) for a scope: a channel or `*`, and a topic or
`*`. For one channel and topic those words count whose scope covers both.

1. A no bars, unless a later yes by consent lies within the scope of that no: whoever left everything may come
   back for e-mail alone, but a yes to all e-mail does not undo the no to one topic. In a tie the no wins.
2. If nothing bars, a channel that needs a basis needs a yes whose basis the region accepts and which has not
   expired. A soft opt-in never overrules a no: it speaks only where nobody has spoken.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from consent_app import regions
from consent_app.models import ALL, Basis, Pause, Permission, Suppression
from people_app.models import Channel, ContactPoint, Person
from upsell_project.lib.gates import Code, Gate, failed, passed
from upsell_project.lib.secrets import fingerprint

MARKETING = "marketing"
_PHONES = {Channel.SMS, Channel.WHATSAPP, Channel.VOICE}


@dataclass(frozen=True, slots=True)
class Word:
    """The newest word for one scope. `record` is the id of the consent record that proves it."""

    channel: str
    topic: str
    granted: bool
    basis: str
    record: int
    since: datetime
    expires_at: datetime | None = None

    def covers(self, channel: str, topic: str) -> bool:
        return self.channel in (ALL, channel) and self.topic in (ALL, topic)

    def within(self, other: "Word") -> bool:
        """Whether everything this word is about is also what `other` is about."""
        return other.covers(self.channel, self.topic)

    def overrules(self, no: "Word") -> bool:
        consent = self.granted and self.basis == Basis.CONSENT
        return consent and self.since > no.since and self.within(no)

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    @property
    def scope(self) -> str:
        """As a sentence goes on: "upgrades on email", "all offers on all channels"."""
        topic = "all offers" if self.topic == ALL else self.topic
        return f"{topic} on {'all channels' if self.channel == ALL else self.channel}"


class Rest(NamedTuple):
    """A pause and why it was set."""

    until: datetime
    reason: str


@dataclass(slots=True)
class Standing:
    """What one person permits, as read at one moment."""

    person_id: int
    words: list[Word] = field(default_factory=list)
    pauses: dict[str, Rest] = field(default_factory=dict)
    suppressions: dict[tuple[str, str], str] = field(default_factory=dict)

    def check(
        self, channel: str, topic: str, contact: ContactPoint | None, country: str, now: datetime
    ) -> list[Gate]:
        """Return the gates met, in order, up to and including the first that failed."""
        met: list[Gate] = []
        for gate in self._gates(channel, topic, contact, country, now):
            met.append(gate)
            if not gate.passed:
                break
        return met

    def open_to(self, channel: str, topic: str, country: str, now: datetime) -> bool:
        """Whether the person's words alone (no pause, no suppression) allow it."""
        return all(gate.passed for gate in self.words_say(channel, topic, country, now))

    def words_say(self, channel: str, topic: str, country: str, now: datetime) -> list[Gate]:
        """The words alone as gates: both, passed or not."""
        return [self._not_barred(channel, topic), self._has_basis(channel, topic, country, now)]

    def no(self, channel: str, topic: str) -> Word | None:
        """The newest withdrawal that bars this channel and topic, if one does."""
        about = [word for word in self.words if word.covers(channel, topic)]
        bars = [
            word for word in about if not word.granted and not any(other.overrules(word) for other in about)
        ]
        return max(bars, key=lambda word: word.since, default=None)

    def yes(self, channel: str, topic: str, accepted: Collection[str], now: datetime) -> Word | None:
        """The best ground there is: the newest consent, else the newest soft opt-in; never an expired one."""
        grounds = [
            word
            for word in self.words
            if word.granted
            and word.covers(channel, topic)
            and word.basis in accepted
            and not word.expired(now)
        ]
        return max(grounds, key=lambda word: (word.basis == Basis.CONSENT, word.since), default=None)

    def resting(self, now: datetime) -> list[Gate]:
        """The two pauses alone, as gates: both, passed or not."""
        return [
            self._not_paused(Code.SNOOZED, Pause.Kind.SNOOZE, now),
            self._not_paused(Code.DO_NOT_DISTURB, Pause.Kind.DO_NOT_DISTURB, now),
        ]

    def paused_until(self, kind: str, now: datetime) -> datetime | None:
        rest = self.pauses.get(kind)
        return rest.until if rest and rest.until > now else None

    def _gates(
        self, channel: str, topic: str, contact: ContactPoint | None, country: str, now: datetime
    ) -> Iterator[Gate]:
        yield _reachable(channel, contact)
        yield self._not_barred(channel, topic)
        yield self._has_basis(channel, topic, country, now)
        yield self._not_suppressed(channel, contact)
        yield from self.resting(now)

    def _not_barred(self, channel: str, topic: str) -> Gate:
        bar = self.no(channel, topic)
        if bar is None:
            return passed(Code.OPTED_OUT, input={"channel": channel, "topic": topic})
        return failed(
            Code.OPTED_OUT,
            f"They opted out of {bar.scope} on {bar.since:%Y-%m-%d}.",
            input={"consent_record": bar.record, "since": bar.since.isoformat()},
            threshold={"channel": channel, "topic": topic},
        )

    def _has_basis(self, channel: str, topic: str, country: str, now: datetime) -> Gate:
        region = regions.of(country)
        accepted = region.accepted(channel)
        threshold = {"region": region.code, "channel": channel, "one_of": sorted(accepted)}
        word = self.yes(channel, topic, accepted or regions.CONSENT_OR_SALE, now)
        if word is not None:
            proof = {"consent_record": word.record, "basis": word.basis, "since": word.since.isoformat()}
            return passed(Code.NO_CONSENT, input=proof, threshold=threshold)
        if not accepted:
            return passed(
                Code.NO_CONSENT, input={"consent_record": None, "basis": "not_required"}, threshold=threshold
            )
        reason = (
            f"{Channel(channel).label} needs {_either(accepted)} by {region.code} rules; none is on record."
        )
        return failed(
            Code.NO_CONSENT, reason, input={"consent_record": None, "basis": None}, threshold=threshold
        )

    def _not_suppressed(self, channel: str, contact: ContactPoint | None) -> Gate:
        address = contact.address if contact else ""
        reason = self.suppressions.get((channel, address_hash(channel, address))) if address else None
        if reason is None:
            return passed(Code.SUPPRESSED)
        return failed(
            Code.SUPPRESSED, f"This address must not be written to: {reason}.", input={"reason": reason}
        )

    def _not_paused(self, code: Code, kind: Pause.Kind, now: datetime) -> Gate:
        until = self.paused_until(kind, now)
        if until is None:
            return passed(code)
        return failed(
            code,
            f"{kind.label} until {until:%Y-%m-%d %H:%M} UTC.",
            input={"until": until.isoformat(), "reason": self.pauses[kind].reason},
            threshold={"now": now.isoformat()},
            next_eligible_at=until,
        )


def _reachable(channel: str, contact: ContactPoint | None) -> Gate:
    if contact is None or (channel != Channel.IN_APP and not contact.address):
        return failed(Code.NO_CONTACT_POINT, f"No {Channel(channel).label} address is known.")
    if contact.dead_at:
        return failed(
            Code.NO_CONTACT_POINT,
            f"The {Channel(channel).label} address is dead since {contact.dead_at:%Y-%m-%d}.",
            input={"contact_point": contact.pk, "dead_at": contact.dead_at.isoformat()},
        )
    return passed(Code.NO_CONTACT_POINT, input={"contact_point": contact.pk})


def weight(word: "Word | Permission") -> tuple[bool, datetime, bool]:
    """What counts more in one scope: a consent or a no before any soft opt-in, then the newest, in a tie the no."""
    return (word.basis != Basis.SOFT_OPT_IN, word.since, not word.granted)


def _either(bases: Collection[str]) -> str:
    return " or a ".join(sorted(bases)).replace("_", " ")


def address_hash(channel: str, address: str) -> str:
    """The keyed hash under which a suppression recognizes an address, however it was written."""
    plain = re.sub(r"[^0-9]", "", address).lstrip("0") if channel in _PHONES else address.strip()
    return fingerprint(f"{channel}:{plain.casefold()}", "suppression")


def load(person_ids: Collection[int], now: datetime) -> dict[int, Standing]:
    """Read what these people permit: three statements for any number of them; every id gets an answer."""
    standings = {person_id: Standing(person_id) for person_id in person_ids}
    for word in Permission.objects.filter(person__in=standings, purpose=MARKETING):
        standings[word.person_id].words.append(_word(word))
    hashes = _pauses_and_hashes(standings, now)
    for channel, hashed, reason in Suppression.objects.filter(address_hash__in=hashes).values_list(
        "channel", "address_hash", "reason"
    ):
        for person_id in hashes[hashed]:
            standings[person_id].suppressions[channel, hashed] = reason
    return standings


def of(person_id: int, now: datetime) -> Standing:
    """`load` for one person."""
    return load([person_id], now)[person_id]


def _word(row: Permission) -> Word:
    return Word(row.channel, row.topic, row.granted, row.basis, row.record_id, row.since, row.expires_at)


def _pauses_and_hashes(standings: dict[int, Standing], now: datetime) -> dict[str, set[int]]:
    hashes: dict[str, set[int]] = defaultdict(set)
    rows = Person.objects.filter(pk__in=standings).values_list(
        "pk",
        "contact_points__channel",
        "contact_points__address",
        "pauses__kind",
        "pauses__until",
        "pauses__reason",
    )
    for person_id, channel, address, kind, until, reason in rows:
        if channel and address:
            hashes[address_hash(channel, address)].add(person_id)
        if kind and until > now:
            standings[person_id].pauses[kind] = Rest(until, reason)
    return hashes
