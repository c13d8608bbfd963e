"""What follows from what is new, whoever said it: segments, signals, playbooks that begin, runs that end by a rule."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from campaigns_app import enroll, exits
from signals_app import again, detect, segments
from signals_app.models import Segment, SignalDefinition
from signals_app.subjects import Subject
from signals_app.triggered import Batch


def batch(new: Batch, now: datetime) -> None:
    """In this order: a signal may ask who is in a segment, a segment what was found, and a rule of entering or leaving
    either."""
    segments.touched(new, now)
    live = list(SignalDefinition.objects.filter(live=True))
    signals = detect.signals(new, live, now)
    segments.found(signals, new.people, new.upto(now))
    enroll.from_signals(signals, now, new.upto(now))
    exits.from_batch(new, signals, now)
    again.nearby(new, live)


def asked(
    pairs: Sequence[tuple[SignalDefinition | Segment, Subject]], now: datetime, *, held: bool = False
) -> int:
    """Judge these definitions of these, keep what is found, and what that completes; how many signals that were. And
    these people for these segments. `held`: nobody else takes in anything of these people."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for one, subject in pairs:
        if isinstance(one, Segment) and subject.person:
            wanted[one.pk].add(subject.person)
    segments.asked(wanted, now)
    definitions = [(one, subject) for one, subject in pairs if isinstance(one, SignalDefinition)]
    if not definitions:
        return 0
    signals = detect.swept(definitions, now, SignalDefinition.objects.filter(live=True))
    people = {subject.person for _, subject in definitions if subject.person}
    segments.found(signals, people if held else set(), now)
    enroll.from_signals(signals, now)
    exits.from_batch(Batch(()), signals, now)
    return len(signals)
