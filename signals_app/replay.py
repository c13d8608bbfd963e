"""Envelopes are read once more: after they failed, or after a mapping or a connector was mended.

Keys of events are known for 30 days (see `once`), so an envelope that was done is put back only within 30 days of its
receipt. Then it adds what it did not add before, and nothing twice; what it added gets the name and properties that it
has by now (`repeats`). What is put back is processed after what just comes in, and does not count as backlog at the
doors.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from signals_app import once
from signals_app.models import Envelope
from upsell_project.lib import bulk, clock, queue

CHUNK = 500
State = Envelope.State


@dataclass(slots=True)
class Replayed:
    """How many are in the inbox again, and how many were done too long ago for that."""

    count: int = 0
    too_old: int = 0
    upto: int | None = None
    """The id of the last one that was looked at, where time ran out before the end."""

    @property
    def looked_at(self) -> int:
        return self.count + self.too_old

    def __str__(self) -> str:
        too_old = f"; {self.too_old} were received more than {once.KEPT.days} days ago and stay as they are"
        return f"{self.count} envelopes are in the inbox again{too_old if self.too_old else ''}"


def envelopes(chosen: QuerySet[Envelope], after: int = 0, seconds: float | None = None) -> Replayed:
    """Put back those of `chosen` that are parked, or done and not too old. Those that still wait are left alone.

    In chunks, so that no lock is held for long; one that is interrupted has done what it counted. What was rejected in
    an envelope is forgotten with that: it will be judged afresh. `seconds` ends it early: call it again with `after`.
    """
    replayed, last = Replayed(), after
    until = time.monotonic() + seconds if seconds is not None else None
    rows = chosen.filter(state__in=[State.PARKED, State.DONE]).order_by("pk")
    columns = rows.values_list("pk", "received_at", "state", "clock_offset")
    while chunk := list(columns.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1][0]
        fit = [(pk, at) for pk, at, state, offset in chunk if state == State.PARKED or _is_young(at, offset)]
        replayed.too_old += len(chunk) - len(fit)
        replayed.count += _put_back(fit)
        if until is not None and time.monotonic() > until:
            replayed.upto = last
            break
    queue.nudge("inbox")
    return replayed


def _is_young(received_at: datetime, clock_offset: int) -> bool:
    """By real time, as keys are kept by it. An event was processed after its receipt, so its key is there longer."""
    return clock.real() - (received_at - timedelta(seconds=clock_offset)) < once.KEPT


def _put_back(fit: list[tuple[int, datetime]]) -> int:
    found = bulk.select(_PUT_BACK, clock.real(), [pk for pk, _ in fit], [at for _, at in fit]) if fit else []
    return int(found[0][0]) if found else 0


_PUT_BACK = """
WITH back AS (
    UPDATE signals_app_envelope
    SET state = 'pending', attempts = 0, lease_until = NULL, error = '', replayed_at = %s
    WHERE id = ANY(%s) AND received_at = ANY(%s) AND state IN ('parked', 'done') RETURNING id
), gone AS (DELETE FROM signals_app_rejectedevent r USING back WHERE r.envelope_id = back.id)
SELECT count(*) FROM back
"""
