"""Moments and shares as staff read them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from upsell_project.lib import in_words


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 3, 10, 10, 5, 59, tzinfo=UTC), "2026-03-10 10:05 UTC"),
        (datetime(2026, 3, 10, 10, 5, tzinfo=timezone(timedelta(hours=2))), "2026-03-10 10:05 UTC+02:00"),
        (datetime.fromisoformat("2026-03-10T10:05"), "2026-03-10 10:05"),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=2))), "9999-12-31 23:59 UTC-02:00"),
    ],
)
def test_a_moment_says_its_zone(at: datetime, said: str) -> None:
    assert in_words.moment(at) == said


@pytest.mark.parametrize(("share", "said"), [("1.000", "100 %"), ("0.925", "92.5 %"), ("0", "0 %")])
def test_a_share_is_said_in_percent(share: str, said: str) -> None:
    assert in_words.percent(Decimal(share)) == said
