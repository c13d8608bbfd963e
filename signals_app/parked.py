"""Envelopes that failed too often: a human looked, and has them tried again."""

from collections.abc import Collection

from signals_app import replay
from signals_app.models import Envelope

PARKED = Envelope.State.PARKED


def try_again(ids: Collection[int]) -> int:
    """Put them back into the inbox with all their attempts. Returns how many were still parked."""
    return replay.envelopes(Envelope.objects.filter(pk__in=ids, state=PARKED)).count
