"""Deliveries of which nobody knows whether they went out: a human looks, and says which it was."""

from collections.abc import Collection
from uuid import UUID

from campaigns_app import shown
from campaigns_app.models import Delivery
from upsell_project.lib import clock, queue

PARKED = Delivery.State.UNKNOWN


def was_sent(ids: Collection[UUID]) -> int:
    """Count them as sent. Returns how many were still uncertain: who decided first wins."""
    return shown.confirmed(ids, "Staff confirmed that it was sent", clock.now())


def send_again(ids: Collection[UUID]) -> int:
    """Put them back into the outbox, which checks once more. Returns how many were still uncertain."""
    count = Delivery.objects.filter(pk__in=ids, state=PARKED).update(
        state=Delivery.State.INTENDED,
        attempts=0,
        retry_at=None,
        lease_until=None,
        unsure_at=None,
        reason="Staff confirmed that it was not sent",
    )
    queue.nudge("outbox")
    return count
