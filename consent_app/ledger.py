"""What people said about contact: the only writers. Reads are in `permission`, which states the rule.

Every writer first locks all contact points of the person, ordered by id, as does whoever records an intent
to send: so an intent is either before an opt-out or sees it. Records are only ever added; `Permission` holds,
per scope, the one that counts and can be rebuilt from them.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from consent_app import permission, regions
from consent_app.models import ALL, Basis, ConsentRecord, Pause, Permission, Suppression
from people_app.models import Channel, ContactPoint, Person
from upsell_project.lib import clock

MOMENT = timedelta(microseconds=1)
SALE = "collected_in_sale"


class Refused(ValueError):
    """A grant that would prove nothing; its text is a sentence for the sender."""


@transaction.atomic
def grant(
    person: Person,
    *,
    channels: Iterable[str],
    topic: str = ALL,
    basis: str = Basis.CONSENT,
    how: str,
    wording_version: str = "",
    proof: dict[str, Any] | None = None,
    collected_at: datetime | None = None,
) -> list[ConsentRecord]:
    """Record a yes per channel. `collected_at` None means "just now, before our eyes": the newest word.

    An older yes that arrives after a no changes nothing, and none is dated later than now. Raises Refused for
    an unknown channel (consent is per channel: `*` is none), a soft opt-in without
    `proof["collected_in_sale"]`, or another basis.
    """
    wanted, proof = list(dict.fromkeys(channels)), proof or {}
    _check_grant(wanted, basis, proof)
    _lock([person.pk])
    at = _newest_of(person) if collected_at is None else min(collected_at, clock.now())
    lasts = regions.of(person.country).soft_opt_in_lasts if basis == Basis.SOFT_OPT_IN else None
    return _say(
        [
            ConsentRecord(
                person=person,
                channel=channel,
                topic=topic,
                granted=True,
                basis=basis,
                wording_version=wording_version,
                how=how,
                proof=proof,
                collected_at=at,
                recorded_at=clock.now(),
                expires_at=at + lasts if lasts else None,
            )
            for channel in wanted
        ]
    )


@transaction.atomic
def withdraw(
    person: Person,
    *,
    channel: str = ALL,
    topic: str = ALL,
    how: str,
    proof: dict[str, Any] | None = None,
) -> ConsentRecord:
    """Record a no. It is always the newest word, whatever the dates of earlier ones say."""
    if channel != ALL and channel not in Channel.values:
        raise Refused(f"{channel!r} is not a channel")
    _lock([person.pk])
    return _say([_withdrawal(person, channel, topic, how, proof or {})])[0]


@transaction.atomic
def snooze(person: Person, days: int, how: str) -> Pause:
    """No offers for so many days from now, at the person's wish; never shortens a pause that runs longer."""
    return _pause(person, Pause.Kind.SNOOZE, clock.now() + timedelta(days=days), how)


@transaction.atomic
def do_not_disturb(person: Person, until: datetime, reason: str) -> Pause:
    """No offers until then, by the product's own rule; never shortens a pause that runs longer."""
    return _pause(person, Pause.Kind.DO_NOT_DISTURB, until, reason)


@transaction.atomic
def resume(person: Person) -> bool:
    """End the person's own snooze (a do-not-disturb is not theirs to end). Return whether there was one."""
    _lock([person.pk])
    deleted, _ = Pause.objects.filter(person=person, kind=Pause.Kind.SNOOZE).delete()
    return deleted > 0


@transaction.atomic
def suppress(channel: str, address: str, reason: str) -> bool:
    """Never write to this address again, whoever has it. Return whether that is new; Refused if empty."""
    if not address.strip():
        raise Refused("an empty address cannot be suppressed")
    owners = ContactPoint.objects.filter(channel=channel, address__iexact=address.strip())
    _lock(owners.values_list("person_id", flat=True))
    _, created = Suppression.objects.get_or_create(
        channel=channel,
        address_hash=permission.address_hash(channel, address),
        defaults={"reason": reason, "at": clock.now()},
    )
    return created


@transaction.atomic
def lift(channel: str, address: str, reason: str, before: datetime) -> bool:
    """Take back a suppression for this reason that is older than `before`; whether there was one."""
    owners = ContactPoint.objects.filter(channel=channel, address__iexact=address.strip())
    _lock(owners.values_list("person_id", flat=True))
    digest = permission.address_hash(channel, address)
    kept = Suppression.objects.filter(channel=channel, address_hash=digest, reason=reason, at__lt=before)
    return kept.delete()[0] > 0


@transaction.atomic
def merge(winner: Person, loser: Person) -> None:
    """Give the loser's words and pauses to the winner.

    What either had barred stays barred; of two pauses the longer one holds.
    """
    _lock([winner.pk, loser.pk])
    before = permission.load([winner.pk, loser.pk], clock.now())
    ConsentRecord.objects.filter(person=loser).update(person=winner)
    Permission.objects.filter(person__in=[winner, loser]).delete()
    _count(winner, ConsentRecord.objects.filter(person=winner).order_by("id"))
    for pause in Pause.objects.filter(person=loser):
        _pause(winner, Pause.Kind(pause.kind), pause.until, pause.reason)
    Pause.objects.filter(person=loser).delete()
    _keep_barred(winner, loser, list(before.values()))


def _keep_barred(winner: Person, loser: Person, before: list[permission.Standing]) -> None:
    """Say no again wherever one of the two had and the other's later yes would now reopen it."""
    named = {word.topic for standing in before for word in standing.words} - {ALL}
    for topic in (ALL, *sorted(named)):
        for channel in Channel.values:
            barred = any(standing.no(channel, topic) for standing in before)
            if barred and not permission.of(winner.pk, clock.now()).no(channel, topic):
                _say([_withdrawal(winner, channel, topic, "merge", {"merged_person": loser.pk})])


def _lock(person_ids: Iterable[int]) -> None:
    """Lock all contact points of these people by id; the person instead where there is none yet."""
    ids = set(person_ids)
    points = ContactPoint.objects.select_for_update().filter(person__in=ids).order_by("pk")
    reached = set(points.values_list("person_id", flat=True))
    if bare := ids - reached:
        list(Person.objects.select_for_update().filter(pk__in=bare).order_by("pk").values_list("pk"))


def _check_grant(channels: Collection[str], basis: str, proof: dict[str, Any]) -> None:
    unknown = [channel for channel in channels if channel not in Channel.values]
    if unknown:
        raise Refused(f"not a channel: {', '.join(sorted(unknown))}")
    if basis not in (Basis.CONSENT, Basis.SOFT_OPT_IN):
        raise Refused(f"{basis!r} is not a basis on which contact is allowed")
    if basis == Basis.SOFT_OPT_IN and not proof.get(SALE):
        raise Refused(f"a soft opt-in needs proof.{SALE}: the sale in which the address was given")


def _withdrawal(person: Person, channel: str, topic: str, how: str, proof: dict[str, Any]) -> ConsentRecord:
    return ConsentRecord(
        person=person,
        channel=channel,
        topic=topic,
        granted=False,
        basis=Basis.OBJECTION,
        how=how,
        proof=proof,
        collected_at=_newest_of(person),
        recorded_at=clock.now(),
    )


def _newest_of(person: Person) -> datetime:
    """Now, or just after the person's newest word where a sandbox clock was set back behind it."""
    newest = (
        Permission.objects.filter(person=person).order_by("-since").values_list("since", flat=True).first()
    )
    return max(clock.now(), newest + MOMENT) if newest else clock.now()


def _say(records: list[ConsentRecord]) -> list[ConsentRecord]:
    made = ConsentRecord.objects.bulk_create(records)
    if made:
        _count(made[0].person, made)
    return made


def _count(person: Person, records: Iterable[ConsentRecord]) -> None:
    """Let each record be its scope's permission if it outweighs the one that was."""
    held = {_scope(row): row for row in Permission.objects.filter(person=person)}
    changed: dict[tuple[str, str, str], Permission] = {}
    for record in records:
        new, old = _permission(person, record), held.get(_scope(record))
        if old is None or permission.weight(new) > permission.weight(old):
            held[_scope(record)] = changed[_scope(record)] = new
    Permission.objects.bulk_create(
        changed.values(),
        update_conflicts=True,
        unique_fields=["person", "purpose", "channel", "topic"],
        update_fields=["granted", "basis", "record", "since", "expires_at"],
    )


def _scope(row: ConsentRecord | Permission) -> tuple[str, str, str]:
    return (row.purpose, row.channel, row.topic)


def _permission(person: Person, record: ConsentRecord) -> Permission:
    return Permission(
        person=person,
        purpose=record.purpose,
        channel=record.channel,
        topic=record.topic,
        granted=record.granted,
        basis=record.basis,
        record=record,
        since=record.collected_at,
        expires_at=record.expires_at,
    )


def _pause(person: Person, kind: Pause.Kind, until: datetime, reason: str) -> Pause:
    _lock([person.pk])
    values = {"until": until, "reason": reason[:100], "set_at": clock.now()}
    pause, created = Pause.objects.get_or_create(person=person, kind=kind, defaults=values)
    if not created and pause.until < until:
        Pause.objects.filter(pk=pause.pk).update(**values)
        pause.refresh_from_db()
    return pause
