"""What became of messages whose answers were lost, asked of the providers that can tell; the rest waits for a human."""

import logging
from datetime import datetime, timedelta

from campaigns_app import last_check, letter, routes, shown
from campaigns_app.channels.base import Accepted
from campaigns_app.models import ChannelAccount, Delivery
from upsell_project.lib import bulk, clock

LEASE, FIRST, LONGEST = timedelta(minutes=1), timedelta(seconds=5), timedelta(minutes=15)

log = logging.getLogger(__name__)


def look_up(limit: int) -> int:
    """Ask the providers that can tell what became of messages whose answers were lost; return how many were asked
    about. A worker that dies meanwhile costs a minute."""
    rows = bulk.select(
        "UPDATE campaigns_app_delivery SET retry_at = %s WHERE id IN (SELECT id FROM campaigns_app_delivery"
        " WHERE state = 'unknown' AND retry_at <= %s ORDER BY retry_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id",
        clock.real() + LEASE,
        clock.real(),
        limit,
    )
    asked = Delivery.objects.filter(pk__in=[row[0] for row in rows]).select_related(
        "proposition", "person", "account"
    )
    for delivery in asked:
        _look(delivery)
    return len(asked)


def _look(delivery: Delivery) -> None:
    since = delivery.unsure_at or clock.real()
    found = _told(delivery, since)
    if found:
        shown.confirmed([delivery.pk], "The provider has it", clock.now())
        Delivery.objects.filter(pk=delivery.pk).update(provider_ref=found.provider_ref[:200])
    else:
        waited = clock.real() - since
        again = clock.real() + max(waited, FIRST) if waited < LONGEST else None
        Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.UNKNOWN).update(retry_at=again)


def _told(delivery: Delivery, since: datetime) -> Accepted | None:
    address = last_check.address(delivery)
    if delivery.via_id is None or address is None:
        return None
    try:
        via = ChannelAccount.objects.get(pk=delivery.via_id)
        return routes.opened(via).look_up(letter.message(delivery, address), since)
    except Exception:
        log.exception("message %s cannot be looked up", delivery.pk)
        return None
