"""The job: one back-test after another, some seconds at a time, so that whoever was just active waits for none of them.

What was found is kept after each step. A worker that dies in the middle leaves a lease that runs out, and another one
goes on from there; a test whose row is gone ends.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from signals_app import rehearse, usage
from signals_app.back_tests import privacy, subjects
from signals_app.back_tests.asking import tried
from signals_app.back_tests.subjects import Who
from signals_app.back_tests.tallying import Tally, moments
from signals_app.compiled import Compiled
from signals_app.knowing.surely import MOST_IN_VAIN, NOT_THEIRS
from signals_app.models import BackTest
from signals_app.rehearse import Rehearsed, history
from signals_app.subjects import Subject
from upsell_project.lib import clock, queue
from upsell_project.lib.errors import told, where

SECONDS_A_JOB = 5.0
SECONDS_A_STEP = 2.0
LEASE = timedelta(minutes=5)
CHUNK = 100
MOST_TRIES = 5
"""Of one step: more workers must not die of it."""
State = BackTest.State

log = logging.getLogger(__name__)


def waiting() -> bool:
    """Whether there is one to go on with."""
    return BackTest.objects.filter(_free(clock.real())).exists()


def run() -> None:
    """Work until none waits, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while step():
        if time.monotonic() > until:
            queue.nudge_now("back_tests")
            return


def step() -> bool:
    """Go on with the oldest for some seconds; whether there was one."""
    test = _claim(clock.real())
    if test is None:
        return False
    try:
        _go_on(test)
    except (OperationalError, InterfaceError):
        raise  # PostgreSQL is away: the lease runs out
    except Exception as error:
        log.error("back-test %s failed: %s\n%s", test.pk, told(error), where(error))
        _keep(test, state=State.FAILED, problem=told(error))
    return True


def _free(now: datetime) -> Q:
    unleased = Q(leased_until=None) | Q(leased_until__lte=now)
    return Q(state=State.WAITING) | (Q(state=State.RUNNING) & unleased)


@transaction.atomic
def _claim(now: datetime) -> BackTest | None:
    rows = BackTest.objects.select_for_update(skip_locked=True, of=("self",)).select_related("definition")
    test = rows.filter(_free(now)).order_by("pk").first()
    if test is None:
        return None
    tries = test.result.get("tries", 0)
    test.result["tries"] = tries + 1
    test.state = State.FAILED if tries >= MOST_TRIES else State.RUNNING
    test.problem = "its workers died again and again" if tries >= MOST_TRIES else ""
    test.leased_until = now + LEASE
    test.save(update_fields=["result", "state", "problem", "leased_until"])
    return test


def _go_on(test: BackTest) -> None:
    if test.state == State.FAILED:
        return
    compiled, tally = tried(test), Tally(**test.result)
    until = time.monotonic() + SECONDS_A_STEP
    first, last = moments(test.first, test.last, test.asked_at)
    who = subjects.who(compiled, first, last)
    if not tally.last:
        _begin(test, tally, compiled, who, first)
    while (more := _chunk(test, tally, compiled, who, (first, last))) and time.monotonic() < until:
        pass
    tally.tries = 0
    percent = 100 if not more else min(99, tally.upto * 100 // max(tally.last, 1))
    _keep(test, tally, state=State.RUNNING if more else State.DONE, progress=percent)


def _begin(test: BackTest, tally: Tally, compiled: Compiled, who: Who, first: datetime) -> None:
    tally.last = subjects.last(who)
    tally.of, tally.share = subjects.count(who, test.pk)
    facts = frozenset(fact for part in compiled.parts() for fact in part.facts)
    tally.unknown = [f"{said}: taken as of today" for said in rehearse.undated(facts)]
    gone = usage.dropped_before()
    if gone and gone > first - history.reach(facts, {}):
        tally.unknown.append(f"events before {gone:%Y-%m-%d} were dropped for their age")


def _chunk(
    test: BackTest, tally: Tally, compiled: Compiled, who: Who, between: tuple[datetime, datetime]
) -> bool:
    """Some subjects more; whether there may be others."""
    keys = subjects.after(who, tally.upto, tally.last, tally.share, test.pk, CHUNK)
    if not keys:
        tally.upto = tally.last
        return False
    now = clock.now()
    those = subjects.subjects(who, keys, now)
    found = _rehearsed(test, compiled, those, between, now)
    tally.add(those, found.hits, len(found.left_out))
    about_person = compiled.definition.about == "person"
    tally.add_overlap(test.definition_id, about_person, [hit for hits in found.hits for hit in hits])
    tally.upto = keys[-1]
    return len(keys) == CHUNK


def _rehearsed(
    test: BackTest,
    compiled: Compiled,
    those: Sequence[Subject],
    between: tuple[datetime, datetime],
    now: datetime,
) -> Rehearsed:
    """If that fails, one by one: whoever cannot be replayed is left out."""
    try:
        with transaction.atomic():
            return rehearse.of(compiled, those, *between, now)
    except NOT_THEIRS:
        raise
    except Exception as error:
        log.warning("back-test %s: %s subjects fail (%s); one by one", test.pk, len(those), told(error))
    found = Rehearsed()
    for one in those:
        try:
            with transaction.atomic():
                its = rehearse.of(compiled, [one], *between, now)
        except NOT_THEIRS:
            raise
        except Exception as error:
            if len(found.left_out) == len(found.hits) == MOST_IN_VAIN - 1:
                raise
            who = f"person {one.person}, account {one.account}"
            log.error("back-test %s: %s is left out: %s", test.pk, who, told(error))
            its = Rehearsed([[]], [one])
        found.hits += its.hits
        found.left_out += its.left_out
    return found


@transaction.atomic
def _keep(test: BackTest, tally: Tally | None = None, **columns: object) -> None:
    """Unless somebody deleted it, or its lease ran out and another worker has it."""
    rows = BackTest.objects.filter(pk=test.pk, leased_until=test.leased_until)
    if tally:
        privacy.leave_out_erased(tally)
        columns["result"] = tally.kept()
    rows.update(leased_until=None, **columns)
