"""Frequency caps over all channels. Pure: the touches are handed in, a gate comes back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from upsell_project.lib import spans
from upsell_project.lib.gates import Code, Gate, failed, passed

EVERY = "*"
EACH = "<each>"

DEFAULT_CAPS: list[dict[str, Any]] = [
    {"channel": EACH, "limit": 1, "hours": 24},
    {"channel": EVERY, "limit": 2, "hours": 24},
    {"channel": EVERY, "limit": 4, "hours": 168},
    {"channel": EVERY, "limit": 10, "hours": 720},
]
DEFAULT_COOLDOWN_DAYS: dict[str, int] = {
    "ignored": 14,
    "dismissed": 14,
    "declined": 30,
    "negative": 30,
    "no_engagement": 21,
    "snoozed": 0,
}
DEFAULT_HOURS: dict[str, list[int]] = {
    "email": [8, 20],
    "push": [8, 20],
    "sms": [9, 20],
    "whatsapp": [9, 20],
    "chat": [9, 20],
    "voice": [9, 20],
}

Touch = tuple[datetime, str]


def check(touches: Sequence[Touch], channel: str, at: datetime, caps: Sequence[Mapping[str, Any]]) -> Gate:
    """Whether one more touch on `channel` at `at` keeps every cap in every window of its length.

    `touches` are (time, channel) of all intents, in any order; a window is (end - hours, end]. A cap's
    channel is one channel, `*` for all together, or `<each>` for every single one. The gate's input holds the
    counters of each cap that applies, before and after; its threshold the caps that would be broken.
    """
    applying = [cap for cap in caps if cap["channel"] in (EVERY, EACH, channel)]
    counters = [_counter(cap, touches, channel, at) for cap in applying]
    broken = [counter for counter in counters if counter["after"] > counter["limit"]]
    if not broken:
        return passed(Code.CAP, input=counters)
    worst = broken[0]
    who = "all channels" if worst["channel"] == EVERY else channel
    return failed(
        Code.CAP,
        f"{worst['before']} contacts on {who} within {worst['hours']} hours; the limit is {worst['limit']}.",
        input=counters,
        threshold=[{key: counter[key] for key in ("channel", "limit", "hours")} for counter in broken],
        next_eligible_at=_next(touches, channel, at, applying),
    )


def _counter(cap: Mapping[str, Any], touches: Sequence[Touch], channel: str, at: datetime) -> dict[str, Any]:
    before = _fullest(_times(cap, touches, channel), at, _width(cap))
    return {
        "channel": channel if cap["channel"] == EACH else cap["channel"],
        "hours": cap["hours"],
        "limit": cap["limit"],
        "before": before,
        "after": before + 1,
    }


def _times(cap: Mapping[str, Any], touches: Sequence[Touch], channel: str) -> list[datetime]:
    return [when for when, where in touches if cap["channel"] == EVERY or where == channel]


def _width(cap: Mapping[str, Any]) -> timedelta:
    return spans.hours(cap["hours"])


def _fullest(times: Sequence[datetime], at: datetime, width: timedelta) -> int:
    """The most touches in any window with `at` in it; later touches exist when a clock was set back."""
    ends = [at, *(when for when in times if at < when < at + width)]
    return max(sum(end - width < when <= end for when in times) for end in ends)


def _next(
    touches: Sequence[Touch], channel: str, at: datetime, caps: Sequence[Mapping[str, Any]]
) -> datetime | None:
    """The first later instant at which no cap is in the way; None when a limit is zero."""
    while True:
        waits = [
            _leaves(_times(cap, touches, channel), at, _width(cap))
            for cap in caps
            if _fullest(_times(cap, touches, channel), at, _width(cap)) >= cap["limit"]
        ]
        if not waits:
            return at
        known = [wait for wait in waits if wait is not None]
        if len(known) < len(waits):
            return None
        at = max(known)


def _leaves(times: Sequence[datetime], at: datetime, width: timedelta) -> datetime | None:
    """When the next touch drops out of the window that ends now."""
    return min((when + width for when in times if when + width > at), default=None)
