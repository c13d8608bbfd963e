"""What follows from what is new, whoever said it: segments, signals, playbooks that begin, runs that end by a rule."""

from collections.abc import Sequence
from datetime import datetime

from campaigns_app import enroll, exits
from signals_app import again, detect, segments
from signals_app.models import SignalDefinition
from signals_app.subjects import Subject
from signals_app.triggered import Batch


def batch(new: Batch, now: datetime) -> None:
    """In this order: a signal may ask who is in a segment, a rule of leaving what was found."""
    segments.touched(new, now)
    live = list(SignalDefinition.objects.filter(live=True))
    signals = detect.signals(new, live, now)
    enroll.from_signals(signals, now, new.upto(now))
    exits.from_batch(new, signals, now)
    again.nearby(new, live)


def asked(pairs: Sequence[tuple[SignalDefinition, Subject]], now: datetime) -> int:
    """Judge these definitions of these, keep what is found, and what that completes; how many signals that were."""
    if not pairs:
        return 0
    signals = detect.swept(pairs, now, SignalDefinition.objects.filter(live=True))
    enroll.from_signals(signals, now)
    exits.from_batch(Batch(()), signals, now)
    return len(signals)
