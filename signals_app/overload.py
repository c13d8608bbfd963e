"""When the workers are too far behind, the door says so: a sender that waits loses nothing, a full disk loses all."""

import time

from django.conf import settings

from upsell_project.lib import bulk, clock

CHECK_SECONDS = 1.0
RETRY_AFTER = 30
_last: tuple[float, bool] = (float("-inf"), False)


def overloaded() -> bool:
    """Whether new envelopes must wait. Asks PostgreSQL at most once a second in each process."""
    global _last
    read_at, answer = _last
    if time.monotonic() - read_at > CHECK_SECONDS:
        answer = _behind()
        _last = (time.monotonic(), answer)
    return answer


def forget() -> None:
    """Ask afresh."""
    global _last
    _last = (float("-inf"), False)


def _behind() -> bool:
    """`received_at` is product time, so the sandbox clock's lead is taken off before it is compared."""
    waiting, oldest = bulk.select(_WAITING, settings.MAX_BACKLOG + 1)[0]
    late = bool(oldest) and (clock.real() - oldest).total_seconds() > settings.MAX_BACKLOG_MINUTES * 60
    return waiting > settings.MAX_BACKLOG or late


# Both read the small index of what is pending, and never more than MAX_BACKLOG entries of it. What was put back does
# not count: it waits for its turn without being in the way.
_WAITING = """
SELECT (SELECT count(*) FROM (SELECT FROM signals_app_envelope WHERE state = 'pending' AND replayed_at IS NULL LIMIT %s
    ) AS few),
    (SELECT received_at - clock_offset * interval '1 second' FROM signals_app_envelope
        WHERE state = 'pending' AND replayed_at IS NULL ORDER BY replayed_at NULLS FIRST, id LIMIT 1)
"""
