"""A text that is too long for its channel is told, with its length."""

import pytest

from offers_app import limits
from people_app.models import Channel


@pytest.mark.parametrize(
    ("channel", "parts"),
    [
        ("sms", {"body": "a" * 459}),
        ("push", {"headline": "a" * 65, "body": "a" * 178}),
        ("whatsapp", {"body": "a" * 1024}),
        ("in_app", {"headline": "a" * 120, "body": "a" * 1500}),
        ("email", {"headline": "a" * 150, "body": "a" * 9000}),
    ],
)
def test_what_just_fits_is_let_through_and_one_more_is_not(channel: str, parts: dict[str, str]) -> None:
    assert limits.faults(channel, parts) == {}
    longer = {part: text + "a" for part, text in parts.items()}
    told = limits.faults(channel, longer)
    assert set(told) == (set(parts) if channel != "email" else {"headline"})


def test_it_says_what_made_a_text_expensive() -> None:
    told = limits.faults("sms", {"body": "Don’t " * 40})
    assert told == {"body": "has 4 segments, 240 units of UCS-2; at most 3; ’ need UCS-2"}


def test_every_channel_has_limits_and_each_says_where_from() -> None:
    assert set(limits.LIMITS) | {"sms"} == {str(one) for one in Channel}
    assert all(limit.source and limit.why for parts in limits.LIMITS.values() for limit in parts.values())


def test_staff_see_the_length() -> None:
    assert limits.told("sms", {"body": "Hi"}) == "1 segment, 2 units of GSM-7"
    assert limits.told("push", {"headline": "Hi", "body": "You"}) == "headline 2 of 65, body 3 of 178"
