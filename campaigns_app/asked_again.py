"""Whoever was noted is asked again, some at a time: an answer, a segment, a score or their account changed, something
was found of them that a segment asks for, or they could not be judged before."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from campaigns_app import notice
from people_app import account_names, identify
from signals_app import again, noted
from signals_app.knowing.surely import MOST_IN_VAIN, NOT_THEIRS
from signals_app.models import Segment, SignalDefinition
from signals_app.subjects import Subject
from upsell_project.lib import clock
from upsell_project.lib.errors import told, where

log = logging.getLogger(__name__)


def step() -> bool:
    """Ask of the next; False if there are none that can be asked now."""
    try:
        return noted.waiting() and _ask()
    except Exception as error:
        log.error("what was noted waits: %s\n%s", told(error), where(error))
        return False


@transaction.atomic
def _ask() -> bool:
    """What others take in of the same people and accounts just now is waited for: one of the two sees both.

    Whom that concerns is looked for anew once they are held: some may be another one by now, or elsewhere.
    """
    rows = noted.take()
    asking = noted.whom(rows)
    identify.lock(asking.people)
    account_names.hold(asking.accounts)
    asking = noted.whom(rows)
    _find_each([*asking.pairs], clock.now(), _Tried())
    again.later(asking.unread)
    noted.done(asking)
    return bool(rows)


@dataclass(slots=True)
class _Tried:
    found: int = 0
    failed: set[Subject] = field(default_factory=set)


def _find_each(
    pairs: Sequence[tuple[SignalDefinition | Segment, Subject]], now: datetime, tried: _Tried
) -> None:
    """One that cannot be judged keeps nobody from it, and is tried again later. Raises if so many fail that it is not
    them: then all wait."""
    try:
        with transaction.atomic():
            notice.asked(pairs, now, held=True)
            tried.found += len(pairs)
            return
    except NOT_THEIRS:
        raise
    except Exception as error:
        if len(pairs) == 1:
            # Of an account all fail together.
            tried.failed.add(Subject(None, one) if (one := pairs[0][1].account) else pairs[0][1])
            if not tried.found and len(tried.failed) == MOST_IN_VAIN:
                raise
            log.error("who was noted was not judged: %s\n%s", told(error), where(error))
            again.later(pairs)
            return
        log.warning("%s that were noted could not be judged together (%s)", len(pairs), told(error))
    middle = len(pairs) // 2
    _find_each(pairs[:middle], now, tried)
    _find_each(pairs[middle:], now, tried)
