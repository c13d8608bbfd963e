"""Envelopes that failed too often: a human looked, and has them tried again."""

from collections.abc import Collection

from signals_app.models import Envelope
from upsell_project.lib import queue

PARKED = Envelope.State.PARKED


def try_again(ids: Collection[int]) -> int:
    """Put them back into the inbox with all their attempts. Returns how many were still parked."""
    count = Envelope.objects.filter(pk__in=ids, state=PARKED).update(
        state=Envelope.State.PENDING, attempts=0, lease_until=None, error=""
    )
    queue.nudge("inbox")
    return count
