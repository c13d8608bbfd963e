"""The job "sweeps": what time alone makes true is looked for once an hour of product time, for each live definition.
When one goes live, or its rule changed, everybody is looked at once: whoever fulfils it by then is found.

Whom it can be true of is found by PostgreSQL (`signals_app.sweeping`) and judged some at a time, each time in a
transaction of its own. A sweep that was interrupted goes on where it was: whoever is judged twice is found once. Of
what came and went since the last sweep nothing is found: it is no longer true. Then runs are looked at (`turning`), and
offers that were decided on request (`requested`), and at what a waiver that ended had excused (`lapsed`).
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from campaigns_app import asked_again, notice, requested, shown, turning
from offers_app import lapsed
from signals_app import again, compiled, noted, sweeping
from signals_app.compiled import Compiled
from signals_app.knowing.surely import MOST_IN_VAIN, NOT_THEIRS
from signals_app.models import SignalDefinition, Sweep
from signals_app.subjects import Subject
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.errors import told, where
from upsell_project.lib.rules.facts import Of

EVERY = timedelta(hours=1)
SECONDS_A_JOB = 5.0
"""While others wait for the worker."""
SECONDS_A_TURN = 2.0
MOST_SECONDS_A_JOB = 300.0
WAITING = (shown.waiting, noted.waiting, turning.waiting, requested.waiting, lapsed.waiting)
RETRY = timedelta(minutes=5)

log = logging.getLogger(__name__)


class Edited(Exception):
    """The definition is no longer live, or another one by now."""


def waiting() -> bool:
    """Whether a definition, a run or an offer is due."""
    return any(is_waiting() for is_waiting in WAITING) or bool(_due(1))


def run() -> None:
    """The job: work until nothing is due, but let others have the worker after some seconds. What was noted, sweeps and
    runs take turns, however much comes of one."""
    began = time.monotonic()
    while True:
        more = [_for_a_turn(_tell), _for_a_turn(asked_again.step), _sweep_due(), _for_a_turn(turning.step)]
        more += [_for_a_turn(requested.expire), _for_a_turn(lapsed.withdraw)]
        if not any(more):
            return
        if _gives_way(time.monotonic() - began, SECONDS_A_JOB):
            queue.nudge_now("sweeps")
            return


def _for_a_turn(step: Callable[[], bool]) -> bool:
    """Step by step, for some seconds; whether more waits."""
    until = time.monotonic() + SECONDS_A_TURN
    while step():
        if time.monotonic() > until:
            return True
    return False


def _sweep_due() -> bool:
    until = time.monotonic() + SECONDS_A_TURN
    for id in _due(None):
        with _alone(id) as mine:
            done = not mine or _run(id)
        if not done or time.monotonic() > until:
            return True
    return False


def _run(definition_id: int) -> bool:
    """Sweep it; False if there is more to do. One that fails is tried again some minutes later."""
    try:
        return _sweep(definition_id)
    except Edited:
        return True
    except Exception as error:
        log.error("sweep of definition %s failed: %s\n%s", definition_id, told(error), where(error))
        later = clock.real() + RETRY
        Sweep.objects.filter(definition_id=definition_id).update(error=told(error)[:300], retry_at=later)
        return True


def _sweep(definition_id: int) -> bool:
    definition = SignalDefinition.objects.filter(pk=definition_id, live=True).first()
    if definition is None:
        return True
    sweep = _begin(definition, clock.now())
    one = _compiled(definition)
    began, patience = time.monotonic(), 0.0
    with closing(sweeping.ids(one, sweep.since, sweep.at, first=sweep.upto)) as chunks:
        for ids in chunks:
            seconds = time.monotonic() - began
            if not patience:
                # To look them up again must not take longer than to judge some of them.
                patience = max(SECONDS_A_JOB, 3 * seconds)
            elif _gives_way(seconds, patience) or (seconds > patience and noted.waiting()):
                return False
            _judge(sweep, one, ids)
    _end(sweep)
    return True


def _compiled(definition: SignalDefinition) -> Compiled:
    """Where this release cannot read it, everybody is looked at once another can."""
    try:
        return compiled.of(definition)
    except Exception:
        SignalDefinition.objects.filter(pk=definition.pk).update(swept_at=None)
        raise


def _gives_way(seconds: float, patience: float) -> bool:
    return seconds > MOST_SECONDS_A_JOB or (seconds > patience and queue.others_wait("sweeps"))


def _begin(definition: SignalDefinition, now: datetime) -> Sweep:
    """The one that was interrupted, or a new one. After the clock was set back nothing is known of before."""
    sweep = Sweep.objects.filter(definition=definition).first()
    same = sweep is not None and sweep.version == definition.version
    if sweep is not None and same and sweep.running and sweep.at <= now and not _live_anew(sweep, definition):
        return sweep
    since = definition.swept_at if sweep is None or same else None
    fresh = {
        "version": definition.version,
        "since": since if since and since <= now else None,
        "at": now,
        "running": True,
        "upto": 0,
        "judged": 0,
        "found": 0,
        "error": "",
        "retry_at": None,
    }
    return Sweep.objects.update_or_create(definition=definition, defaults=fresh)[0]


def _live_anew(sweep: Sweep, definition: SignalDefinition) -> bool:
    """Whether it was switched off after this sweep began, and on again."""
    return bool(sweep.since) and definition.swept_at is None


def _end(sweep: Sweep) -> None:
    with transaction.atomic():
        Sweep.objects.filter(pk=sweep.pk).update(running=False, error="", retry_at=None)
        live = SignalDefinition.objects.filter(pk=sweep.definition_id, version=sweep.version, live=True)
        live.update(swept_at=sweep.at)


def _judge(sweep: Sweep, one: Compiled, ids: Sequence[int]) -> None:
    """If that fails, one by one: what cannot be judged must not keep others from it."""
    try:
        with transaction.atomic():
            # It need not wait for the disk: what a dying PostgreSQL loses is found again.
            bulk.run("SET LOCAL synchronous_commit TO off")
            _judged(sweep, ids, _judge_together(sweep, one, ids))
    except (*NOT_THEIRS, Edited):
        raise
    except Exception as error:
        log.warning("%s subjects could not be judged (%s); trying them one by one", len(ids), told(error))
        _judged(sweep, ids, _one_by_one(sweep, one, ids))


def _judged(sweep: Sweep, ids: Sequence[int], found: int) -> None:
    """So far it went."""
    rows = Sweep.objects.filter(pk=sweep.pk)
    rows.update(upto=ids[-1] + 1, judged=F("judged") + len(ids), found=F("found") + found)


def _one_by_one(sweep: Sweep, one: Compiled, ids: Sequence[int]) -> int:
    found, failed = 0, list[Subject]()
    for place, id in enumerate(ids, 1):
        try:
            found += _judge_together(sweep, one, [id])
        except Exception as error:
            failed.append(Subject(id, None) if one.of is Of.PERSON else Subject(None, id))
            if isinstance(error, (*NOT_THEIRS, Edited)) or len(failed) == place == MOST_IN_VAIN:
                raise
            log.error("%s %s was not judged by %s: %s", one.of, id, one.definition.slug, told(error))
    again.later((one.definition, subject) for subject in failed)
    return found


@transaction.atomic
def _judge_together(sweep: Sweep, one: Compiled, ids: Sequence[int]) -> int:
    if not bulk.select(_SAME, sweep.definition_id, sweep.version):
        raise Edited
    now = clock.now()
    subjects = sweeping.subjects(one.of, ids, now)
    return notice.asked([(one.definition, subject) for subject in subjects], now)


def _tell() -> bool:
    """Of what was shown; False if there is nothing, or it has to wait."""
    try:
        return shown.tell()
    except Exception as error:
        log.error("what was shown waits: %s\n%s", told(error), where(error))
        return False


def _due(limit: int | None) -> list[int]:
    now = clock.now()
    rows = bulk.select(_DUE, now - EVERY, now, clock.real(), limit)
    return [id for (id,) in rows]


@contextmanager
def _alone(definition_id: int) -> Iterator[bool]:
    """Of two workers one sweeps a definition; the other may sweep the next."""
    mine = bool(bulk.select(f"SELECT pg_try_advisory_lock({_LOCK}, %s::int)", definition_id)[0][0])
    try:
        yield mine
    finally:
        if mine:
            bulk.select(f"SELECT pg_advisory_unlock({_LOCK}, %s::int)", definition_id)


_LOCK = "hashtext('campaigns_app.sweeps')"
# Whoever switches it off waits for what is judged just now; what comes after that is judged no more.
_SAME = "SELECT 1 FROM signals_app_signaldefinition WHERE id = %s AND live AND version = %s FOR SHARE"
_DUE = """
SELECT d.id FROM signals_app_signaldefinition d LEFT JOIN signals_app_sweep w ON w.definition_id = d.id
WHERE d.live AND (w.running OR d.swept_at IS NULL OR d.swept_at <= %s OR d.swept_at > %s OR w.version <> d.version)
    AND (w.retry_at IS NULL OR w.retry_at <= %s)
ORDER BY d.swept_at NULLS FIRST, d.id LIMIT %s
"""
