"""Runs that time alone ends, by their rule of leaving, or moves on from a wait: once an hour of product time.

Some at a time, in one transaction with how far it came: a look that was interrupted goes on from there.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from campaigns_app import exits, plan
from campaigns_app.models import Enrollment, RunSweep
from upsell_project.lib import bulk, clock
from upsell_project.lib.errors import told, where

EVERY = timedelta(hours=1)
CHUNK = 500

log = logging.getLogger(__name__)


def waiting() -> bool:
    """Whether there are runs, and they are due."""
    now = clock.now()
    return bool(bulk.select(_DUE, now - EVERY, now)[0][0])


@transaction.atomic
def step() -> bool:
    """Look at the next runs. False if none are due, or somebody else is at it."""
    if not waiting():
        return False
    RunSweep.objects.get_or_create(pk=1)
    sweep = RunSweep.objects.select_for_update(skip_locked=True).first()
    if sweep is None or not waiting():
        return False
    now = clock.now()
    if not sweep.upto:
        sweep.at = now
    runs = _following(sweep.upto)
    _look(runs, now)
    sweep.upto = runs[-1].pk if len(runs) == CHUNK else 0
    sweep.save()
    return True


def _following(upto: int) -> list[Enrollment]:
    versions = [version for version in exits.asking() if plan.of(version).rises]
    runs = Enrollment.objects.filter(version__in=versions, state=Enrollment.State.ACTIVE, pk__gt=upto)
    return list(runs.order_by("pk")[:CHUNK])


def _look(runs: Sequence[Enrollment], now: datetime) -> None:
    """One that cannot be judged keeps no other from it."""
    try:
        with transaction.atomic():
            exits.look(runs, now, now)
    except Exception as error:
        if len(runs) == 1:
            log.error("run %s was not looked at: %s\n%s", runs[0].pk, told(error), where(error))
            return
        log.warning("%s runs could not be looked at together (%s)", len(runs), told(error))
        for one in runs:
            _look([one], now)


_DUE = """
SELECT EXISTS (SELECT 1 FROM campaigns_app_enrollment WHERE state = 'active')
    AND NOT EXISTS (SELECT 1 FROM campaigns_app_runsweep WHERE upto = 0 AND at > %s AND at <= %s)
"""
