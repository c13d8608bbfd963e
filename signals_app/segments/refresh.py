"""The job "segments": everybody judged anew for each segment that is new, changed, or an hour old; in short steps.

A step holds the segments' rows, so that a rule that is saved meanwhile begins afresh. Whoever seems to have come or
gone is judged again while their row and their account's are held: what a worker takes in of them at the same moment is
either seen, or judged by that worker after us. One refresh at a time.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from people_app import homes, identify
from people_app.models import Person
from signals_app.models import Segment, SegmentMember
from signals_app.segments import following, judge, members, rules
from signals_app.segments.rules import Live
from upsell_project.lib import bulk, clock, queue

EVERY = timedelta(hours=1)
SECONDS_A_JOB = 5.0
EMPTIED_AT_ONCE = 10_000


def waiting() -> bool:
    """Whether a segment is due."""
    return Segment.objects.filter(_due(clock.now())).exists()


def run() -> None:
    """The job: work until nothing is due, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while step():
        if time.monotonic() > until:
            queue.nudge_now("segments")
            return


def step() -> bool:
    """Judge the next people for the first segment that is due; whether there was one, and nobody else at it."""
    now = clock.now()
    off = Segment.objects.filter(_off()).values_list("pk", flat=True).first()
    if off is not None:
        return _empty(off)
    due = set(Segment.objects.filter(_due(now)).values_list("pk", flat=True))
    if not due:
        return False
    level = next((level for level in rules.live_levels() if due & {one.pk for one in level}), [])
    return bool(level) and _step(sorted(one.pk for one in level), now)


def anew(segment_id: int) -> None:
    """Its rule changed: the next pass begins with the first person."""
    Segment.objects.filter(pk=segment_id).update(refreshed_at=None, upto=0)
    queue.nudge("segments")


def all_that_follow(slug: str) -> None:
    """So many came into this segment or left it that those that refer to it are judged anew as a whole, and whatever
    refers to those."""
    reached = {slug}
    for one in rules.live():
        if one.refers & reached:
            reached.add(one.slug)
            anew(one.pk)


def percent(segment: Segment) -> int | None:
    """How far the pass that runs has come; None while none runs."""
    if segment.kind != Segment.Kind.RULE or not (segment.upto or segment.refreshed_at is None):
        return None
    last = Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return min(99, segment.upto * 100 // last) if last else 0


@transaction.atomic
def _step(level: list[int], now: datetime) -> bool:
    """`level`: segments that do not refer to each other. Those that stand at the same person go on together, as what is
    known of somebody is loaded once for all of them."""
    if not bulk.select(f"SELECT pg_try_advisory_xact_lock({_LOCK})")[0][0]:
        return False
    rows = Segment.objects.select_for_update(no_key=True).filter(_soon(now), pk__in=level).order_by("pk")
    found = sorted(rows, key=lambda one: -one.upto)
    due = [one for one in found if one.upto or one.refreshed_at is None or one.refreshed_at <= now - EVERY]
    if due:
        together = [one for one in found if one.upto == due[0].upto]
        people = members.following(due[0].upto, judge.CHUNK)
        last = people[-1] if len(people) == judge.CHUNK else None
        changed = _judge([rules.of(one) for one in together], people, due[0].upto, last, now)
        for segment in together:
            _note(segment, last, now)
        if changed:
            following.follow(changed, now, ready=True)
    return True


def _judge(
    lives: list[Live], people: list[int], after: int, upto: int | None, now: datetime
) -> dict[str, set[int]]:
    """Of those with these keys, who came or went. Whoever may not be in it any more goes, too."""
    right = judge.inside(lives, {one.pk: set(people) for one in lives}, now)
    differ = {one.pk: right[one.pk] ^ members.between(one.pk, after, upto) for one in lives}
    everybody = set().union(*differ.values())
    if not everybody:
        return {}
    identify.lock(everybody)
    _hold_accounts(everybody, now)
    return judge.bring(lives, differ, now)


def _hold_accounts(people: set[int], now: datetime) -> None:
    accounts = {account for account in homes.of(people, now, create=False).values() if account}
    bulk.select(_HOLD, sorted(accounts))


def _note(segment: Segment, last: int | None, now: datetime) -> None:
    row = Segment.objects.filter(pk=segment.pk)
    if last is not None:
        row.update(upto=last)
    else:
        row.update(upto=0, refreshed_at=now, counted=members.count(segment.pk))


@transaction.atomic
def _empty(segment_id: int) -> bool:
    """Of a segment that was switched off: nobody is in it, so that nothing goes by who was."""
    if not bulk.select(f"SELECT pg_try_advisory_xact_lock({_LOCK})")[0][0]:
        return False
    segment = Segment.objects.select_for_update(no_key=True).filter(_off(), pk=segment_id).first()
    if segment is not None and members.empty(segment_id, EMPTIED_AT_ONCE) < EMPTIED_AT_ONCE:
        Segment.objects.filter(pk=segment_id).update(counted=0, refreshed_at=None, upto=0)
    return True


def _due(now: datetime) -> Q:
    return _older(now - EVERY) | _off()


def _soon(now: datetime) -> Q:
    """Due, or within half the time: these go along, so that from then on they are due together."""
    return _older(now - EVERY / 2)


def _older(moment: datetime) -> Q:
    old = Q(refreshed_at=None) | Q(refreshed_at__lte=moment) | Q(upto__gt=0)
    return Q(kind=Segment.Kind.RULE, live=True) & old


def _off() -> Q:
    some = SegmentMember.objects.filter(segment=OuterRef("pk"))
    return Q(Exists(some), kind=Segment.Kind.RULE, live=False)


_LOCK = "hashtext('signals_app.segments')"
_HOLD = (
    "SELECT count(*) FROM (SELECT 1 FROM people_app_account WHERE id = ANY(%s) ORDER BY id FOR SHARE) held"
)
