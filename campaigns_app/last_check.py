"""The last look before a mail leaves: what was said, paused or ended since it was intended. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from campaigns_app import contact_gates, hours, standing, zones
from campaigns_app.models import ContactPolicy, Delivery, Enrollment
from consent_app import permission
from offers_app import lapsed
from offers_app.models import Proposition
from people_app import reach
from people_app.models import ContactPoint
from upsell_project.lib import clock
from upsell_project.lib.gates import Code, Gate, failed

# Retries count in real time, hours in the product's, which a sandbox moves: so look again often.
LOOK_AGAIN = timedelta(seconds=60)
_ELSEWHERE = failed(Code.NO_CONTACT_POINT, "Somebody else uses that device now.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Go to `address`; or, with a `reason`, after `wait` or not at all: then the last of `gates` stops it."""

    address: str = ""
    reason: str = ""
    wait: timedelta | None = None
    gates: list[Gate] = field(default_factory=list)


def run(deliveries: Collection[Delivery]) -> dict[UUID, Verdict]:
    """For any number of messages in seven statements, beside their `person`, `account` and `proposition`; one more
    where pushes are among them, and a few once a waiver has ended."""
    now, people = clock.now(), {delivery.person_id for delivery in deliveries}
    standings, policy = permission.load(people, now), standing.policy()
    points = {(row.person_id, row.channel): row for row in ContactPoint.objects.filter(person__in=people)}
    ended, elsewhere = _ended(deliveries, now), reach.elsewhere(points.values())
    verdicts = {}
    for delivery in deliveries:
        contact = contact_gates.contact_point(points, delivery.person_id, delivery.channel)
        verdicts[delivery.pk] = (
            ended.get(delivery.pk)
            or (_stopped([_ELSEWHERE]) if contact and contact.pk in elsewhere else None)
            or _permitted(delivery, standings[delivery.person_id], contact, now)
            or _in_hours(delivery, policy, now)
            or Verdict(contact.address if contact else "")
        )
    return verdicts


def address(delivery: Delivery) -> str | None:
    """Where it went, if that is their address still."""
    rows = ContactPoint.objects.filter(person=delivery.person_id)
    contact = contact_gates.contact_point(
        {(row.person_id, row.channel): row for row in rows}, delivery.person_id, delivery.channel
    )
    return contact.address if contact else None


def _ended(deliveries: Collection[Delivery], now: datetime) -> dict[UUID, Verdict]:
    """Read afresh: a batch may take a while, and a run may end meanwhile."""
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).values_list(
        "pk", "enrollment__state", "proposition__state", "proposition__expires_at"
    )
    unwaived = lapsed.stopped({delivery.proposition_id for delivery in deliveries}, now)
    refused = {
        delivery.pk: _stopped([failed(Code.WAIVER_ENDED, unwaived[delivery.proposition_id])])
        for delivery in deliveries
        if delivery.proposition_id in unwaived
    }
    return refused | {
        pk: _stopped([failed(Code.NO_LONGER_RELEVANT, "The offer is over.")])
        for pk, enrollment, proposition, expires_at in rows
        if enrollment != Enrollment.State.ACTIVE or proposition != Proposition.State.LIVE or expires_at <= now
    }


def _permitted(
    delivery: Delivery, known: permission.Standing, contact: ContactPoint | None, now: datetime
) -> Verdict | None:
    person = delivery.person
    met = [contact_gates.erased(person)]
    if met[-1].passed:
        country = person.country or delivery.account.country
        met += known.check(delivery.channel, delivery.proposition.topic, contact, country, now)
    return None if met[-1].passed else _stopped(met)


def _stopped(gates: list[Gate]) -> Verdict:
    return Verdict(reason=f"{gates[-1].gate}: {gates[-1].reason}", gates=gates)


def _in_hours(delivery: Delivery, policy: ContactPolicy, now: datetime) -> Verdict | None:
    """A mail that a slow or dead provider kept back must not leave in the night."""
    bounds = policy.hours.get(delivery.channel)
    if bounds is None:
        return None
    person, account = delivery.person, delivery.account
    country = zones.of_country(person.country or account.country)
    verdict = hours.window((bounds[0], bounds[1]), person.timezone or None, country, now)
    if verdict.allowed:
        return None
    if verdict.opens_at is None:
        return _stopped([failed(Code.ZONE_UNKNOWN, "Their local time cannot be bounded.")])
    return Verdict(reason=f"{Code.QUIET_HOURS}: outside their hours", wait=LOOK_AGAIN)
