"""The last look before a mail leaves: what was said, paused or ended since it was intended. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from campaigns_app import hours, standing, zones
from campaigns_app.models import ContactPolicy, Delivery, Enrollment
from consent_app import permission
from offers_app.models import Proposition
from people_app.models import ContactPoint
from upsell_project.lib import clock
from upsell_project.lib.gates import Code

# Retries count in real time, hours in the product's, which a sandbox moves: so look again often.
LOOK_AGAIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Go to `address`; or, with a `reason`, after `wait` or not at all."""

    address: str = ""
    reason: str = ""
    wait: timedelta | None = None


def run(deliveries: Collection[Delivery]) -> dict[UUID, Verdict]:
    """For any number of mails in six statements, beside their `person`, `account` and `proposition`."""
    now, people = clock.now(), {delivery.person_id for delivery in deliveries}
    standings, policy = permission.load(people, now), standing.policy()
    points = {row.person_id: row for row in ContactPoint.objects.filter(person__in=people, channel="email")}
    ended = _ended(deliveries, now)
    return {
        delivery.pk: ended.get(delivery.pk)
        or _permitted(delivery, standings[delivery.person_id], points.get(delivery.person_id), now)
        or _in_hours(delivery, policy, now)
        or Verdict(points[delivery.person_id].address)
        for delivery in deliveries
    }


def _ended(deliveries: Collection[Delivery], now: datetime) -> dict[UUID, Verdict]:
    """Read afresh: a batch may take a while, and a run may end meanwhile."""
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).values_list(
        "pk", "enrollment__state", "proposition__state", "proposition__expires_at"
    )
    return {
        pk: Verdict(reason=f"{Code.NO_LONGER_RELEVANT}: the offer is over")
        for pk, enrollment, proposition, expires_at in rows
        if enrollment != Enrollment.State.ACTIVE or proposition != Proposition.State.LIVE or expires_at <= now
    }


def _permitted(
    delivery: Delivery, known: permission.Standing, contact: ContactPoint | None, now: datetime
) -> Verdict | None:
    person = delivery.person
    if person.erased_at:
        return Verdict(reason=f"{Code.ERASED}: This person was erased.")
    country = person.country or delivery.account.country
    last = known.check(delivery.channel, delivery.proposition.topic, contact, country, now)[-1]
    return None if last.passed else Verdict(reason=f"{last.gate}: {last.reason}")


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
        return Verdict(reason=f"{Code.ZONE_UNKNOWN}: Their local time cannot be bounded.")
    return Verdict(reason=f"{Code.QUIET_HOURS}: outside their hours", wait=LOOK_AGAIN)
