"""Frequency caps, against a reference that looks at every window."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns_app import pressure
from upsell_project.lib.gates import Code

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CAPS = pressure.DEFAULT_CAPS


def touches(*pairs: tuple[float, str]) -> list[tuple[datetime, str]]:
    return [(NOON + hour * HOUR, channel) for hour, channel in pairs]


def test_it_works() -> None:
    gate = pressure.check([], "email", NOON, CAPS)
    assert gate.passed and gate.gate == Code.CAP
    assert gate.input[0] == {"channel": "email", "hours": 24, "limit": 1, "before": 0, "after": 1}


def test_a_second_mail_within_the_day_waits() -> None:
    gate = pressure.check(touches((-12, "email")), "email", NOON, CAPS)
    assert not gate.passed and gate.next_eligible_at == NOON + 12 * HOUR
    assert gate.reason == "1 contacts on email within 24 hours; the limit is 1."
    assert gate.threshold == [{"channel": "email", "limit": 1, "hours": 24}]


def test_twenty_four_hours_later_the_day_is_over() -> None:
    assert pressure.check(touches((-24, "email")), "email", NOON, CAPS).passed


def test_another_channel_has_its_own_day_but_shares_the_total() -> None:
    assert pressure.check(touches((-12, "in_app")), "email", NOON, CAPS).passed
    both = pressure.check(touches((-12, "in_app"), (-6, "sms")), "email", NOON, CAPS)
    assert not both.passed and both.next_eligible_at == NOON + 12 * HOUR


def test_five_in_a_week_are_too_many() -> None:
    four = touches((-160, "email"), (-120, "email"), (-80, "in_app"), (-40, "email"))
    gate = pressure.check(four, "email", NOON, CAPS)
    assert gate.threshold == [{"channel": "*", "limit": 4, "hours": 168}]
    assert gate.next_eligible_at == NOON + 8 * HOUR


def test_a_cap_on_one_channel_leaves_the_others_alone() -> None:
    caps = [{"channel": "sms", "limit": 0, "hours": 24}]
    assert pressure.check([], "email", NOON, caps).passed
    gate = pressure.check([], "sms", NOON, caps)
    assert not gate.passed and gate.next_eligible_at is None


def test_a_touch_after_now_counts_too() -> None:
    """The sandbox clock can be set back."""
    gate = pressure.check(touches((5, "email")), "email", NOON, CAPS)
    assert not gate.passed and gate.next_eligible_at == NOON + 29 * HOUR


def test_the_gate_can_be_stored() -> None:
    stored = pressure.check(touches((-1, "email")), "email", NOON, CAPS).as_json()
    assert stored["gate"] == "cap" and stored["next_eligible_at"] == "2026-03-03T11:00:00+00:00"


def fits(history: list[tuple[datetime, str]], caps: list[dict[str, Any]]) -> bool:
    """Every window that ends at a touch (no other holds more), for every cap."""
    for cap in caps:
        for channel in {where for _, where in history}:
            if cap["channel"] not in ("*", "<each>", channel):
                continue
            counted = [when for when, where in history if cap["channel"] == "*" or where == channel]
            width = timedelta(hours=cap["hours"])
            if any(sum(end - width < when <= end for when in counted) > cap["limit"] for end in counted):
                return False
    return True


channels = st.sampled_from(("email", "sms", "in_app"))
some_caps = st.lists(
    st.fixed_dictionaries(
        {
            "channel": st.sampled_from(("*", "<each>", "email")),
            "limit": st.integers(1, 4),
            "hours": st.sampled_from((1, 6, 24, 72)),
        }
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(caps=some_caps, wishes=st.lists(st.tuples(st.integers(0, 150), channels), max_size=25))
def test_caps_hold_in_every_window_and_nothing_is_refused_without_need(
    caps: list[dict[str, Any]], wishes: list[tuple[int, str]]
) -> None:
    history: list[tuple[datetime, str]] = []
    for hour, channel in wishes:  # in any order: also before what is already there
        wish = (NOON + hour * HOUR, channel)
        gate = pressure.check(history, channel, wish[0], caps)
        assert gate.passed == fits([*history, wish], caps)
        if gate.passed:
            history.append(wish)
        else:
            _assert_earliest(history, channel, wish[0], gate.next_eligible_at, caps)
    assert fits(history, caps)


def _assert_earliest(
    history: list[tuple[datetime, str]],
    channel: str,
    at: datetime,
    eligible: datetime | None,
    caps: list[dict[str, Any]],
) -> None:
    assert eligible is not None and eligible > at
    assert fits([*history, (eligible, channel)], caps)
    hour = at
    while hour < eligible:
        assert not fits([*history, (hour, channel)], caps)
        hour += HOUR
