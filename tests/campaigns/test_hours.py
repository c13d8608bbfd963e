"""Quiet hours, against a reference that walks through the minutes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns_app import hours, zones

DAY = (8, 20)
BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_it_works() -> None:
    assert hours.window(DAY, "Europe/Berlin", [], utc(2026, 1, 5, 7)).allowed
    early = hours.window(DAY, "Europe/Berlin", [], utc(2026, 1, 5, 6, 59, 59))
    assert (early.allowed, early.opens_at, early.zone) == (False, utc(2026, 1, 5, 7), "Europe/Berlin")


def test_the_evening_waits_for_the_morning() -> None:
    assert hours.window(DAY, "Europe/Berlin", [], utc(2026, 1, 5, 19)).opens_at == utc(2026, 1, 6, 7)


def test_a_channel_without_hours_is_always_open() -> None:
    assert hours.window(None, None, [], utc(2026, 1, 5, 3)).allowed


def test_without_zone_and_country_it_is_held_without_an_end() -> None:
    assert hours.window(DAY, None, [], utc(2026, 1, 5, 12)) == hours.Verdict(False, None, None)


def test_a_zone_that_does_not_exist_counts_as_unknown() -> None:
    assert hours.window(DAY, "Mars/Olympus", ["Europe/Berlin"], utc(2026, 1, 5, 12)).zone == "Europe/Berlin"
    assert not hours.window(DAY, "../etc/passwd", [], utc(2026, 1, 5, 12)).allowed


def test_an_unknown_zone_in_america_leaves_the_hours_they_all_share() -> None:
    american = zones.of_country("US")
    morning = utc(2026, 1, 5, 14)  # 9 in New York, 4 in Honolulu
    verdict = hours.window(DAY, None, american, morning)
    assert (verdict.allowed, verdict.opens_at) == (False, utc(2026, 1, 5, 18))
    assert hours.window(DAY, None, american, utc(2026, 1, 5, 18)).allowed
    assert not hours.window(DAY, None, american, utc(2026, 1, 6, 1)).allowed


def test_zones_that_share_no_hour_are_held_without_an_end() -> None:
    apart = ["Pacific/Kiritimati", "Pacific/Honolulu", "Europe/London"]
    assert hours.window((9, 12), None, apart, utc(2026, 1, 5)).opens_at is None


def test_where_the_opening_hour_is_skipped_the_first_minute_after_it_opens() -> None:
    night = hours.window((2, 5), "Europe/Berlin", [], utc(2026, 3, 29, 0, 30))
    assert night.opens_at == utc(2026, 3, 29, 1)  # 2:00 does not exist; it is 3:00 at once
    assert night.opens_at.astimezone(BERLIN).hour == 3


def test_both_passes_of_a_repeated_hour_count_alike() -> None:
    for minute in (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)):
        assert minute.astimezone(BERLIN).hour == 2
        assert hours.window((2, 5), "Europe/Berlin", [], minute).allowed
        assert not hours.window((3, 5), "Europe/Berlin", [], minute).allowed


@pytest.mark.parametrize("nonsense", [(20, 8), (8, 8), (-1, 8), (8, 25)])
def test_hours_that_are_none_are_refused(nonsense: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not hours"):
        hours.window(nonsense, "Europe/Berlin", [], utc(2026, 1, 5))


def test_a_country_without_zones_has_none() -> None:
    assert zones.of_country("") == zones.of_country("XX") == ()
    assert zones.of_country("de") == zones.of_country("DE")


# Transitions of every kind: half an hour (Lord Howe), at midnight (Beirut, Azores), a skipped day (Apia),
# one that lasts for a month (Casablanca), into a standing zone (Volgograd), and zones with odd offsets.
TRANSITIONS = [
    ("Europe/Berlin", utc(2026, 3, 29, 1)), ("Europe/Berlin", utc(2026, 10, 25, 1)),
    ("America/New_York", utc(2026, 3, 8, 7)), ("America/New_York", utc(2026, 11, 1, 6)),
    ("Australia/Lord_Howe", utc(2026, 4, 4, 15)), ("Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)),
    ("Asia/Beirut", utc(2024, 3, 30, 22)), ("Atlantic/Azores", utc(2024, 10, 27, 1)),
    ("Pacific/Apia", utc(2011, 12, 30, 10)), ("Africa/Casablanca", utc(2024, 3, 10, 2)),
    ("Europe/Volgograd", utc(2020, 12, 26, 23)), ("America/St_Johns", utc(2011, 3, 13, 3, 31)),
    ("Asia/Kathmandu", utc(2026, 1, 1)), ("Pacific/Chatham", utc(2026, 4, 4, 14)),
]  # fmt: skip


def is_open(names: list[str], window: tuple[int, int], at: datetime) -> bool:
    return all(window[0] <= at.astimezone(ZoneInfo(name)).hour < window[1] for name in names)


def walk(names: list[str], window: tuple[int, int], at: datetime) -> datetime | None:
    """Minute by minute: the first instant from `at` on that is open in all zones."""
    instant = at
    while instant < at + timedelta(days=3):
        if is_open(names, window, instant):
            return instant
        instant = instant.replace(second=0) + timedelta(minutes=1)
    return None


windows = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1])


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    where=st.sampled_from(TRANSITIONS),
    others=st.lists(st.sampled_from([name for name, _ in TRANSITIONS]), max_size=2),
    window=windows,
    seconds=st.integers(-100_000, 100_000),
)
def test_it_agrees_with_the_minutes(
    where: tuple[str, datetime], others: list[str], window: tuple[int, int], seconds: int
) -> None:
    names, at = [where[0], *others], where[1] + timedelta(seconds=seconds)
    expected = walk(names, window, at)
    verdict = hours.window(window, None, names, at)
    assert verdict.allowed == (expected == at)
    if not verdict.allowed and expected is not None:
        assert verdict.opens_at == expected
    if len(names) == 1:
        assert hours.window(window, names[0], ["UTC"], at) == verdict
