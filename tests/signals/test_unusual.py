"""What is unusual of how much a definition finds: by days, by weeks, by its back-test, by how many there are."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from signals_app import unusual
from signals_app.unusual import BackTested, Beginning, Unusual

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TEST = BackTested(date(2026, 2, 1), date(2026, 3, 2), total=100, busiest=12)


def daily(usually: int, lately: Mapping[int, int], history: int = 63) -> dict[date, int]:
    """So many a day, and other numbers so many days ago."""
    return {TODAY - DAY * back: lately.get(back, usually) for back in range(1, history)}


def told(usually: int, lately: Mapping[int, int], history: int = 63) -> str:
    found = unusual.by_past(daily(usually, lately, history), TODAY)
    return found.turn if found else ""


def none_for(days: int) -> dict[int, int]:
    return dict.fromkeys(range(1, days + 1), 0)


@pytest.mark.parametrize("usually", [1, 2, 4, 6])
def test_one_that_finds_few_a_day_is_missed_when_it_died_a_week_ago(usually: int) -> None:
    assert told(usually, none_for(1)) == ""
    assert told(usually, none_for(7)) == "drop"


def test_a_definition_that_dies_is_told_of_by_its_week_in_plain_words() -> None:
    found = unusual.by_past(daily(3, none_for(7)), TODAY)
    assert found is not None
    assert found.sentence == (
        "It found 0 in the 7 days up to Monday, 2026-03-09; by its own weeks before 7 to 43 are usual."
        " Look whether its events still come and whether its rule or a mapping was changed."
    )
    assert (found.day, found.found, found.expected) == (TODAY - DAY, 0, 21)


def test_twice_as_many_each_day_of_a_week_are_told_of_and_a_burst_of_one_day_only_while_it_is_new() -> None:
    assert told(3, dict.fromkeys(range(1, 8), 7)) == "spike"
    assert told(3, {1: 40}) == "spike"
    assert [told(3, {back: 40}) for back in range(2, 8)] == [""] * 6


def test_half_of_many_each_day_of_a_week_are_told_of_until_it_is_over() -> None:
    assert told(20, {1: 10}) == ""
    assert told(20, dict.fromkeys(range(1, 8), 10)) == "drop"
    assert told(20, dict.fromkeys(range(4, 11), 10)) == ""


def test_an_outage_is_over_when_it_is_over() -> None:
    assert told(100, none_for(3)) == "drop"
    assert told(100, {4: 0, 5: 0, 6: 0}) == ""
    assert told(3, dict.fromkeys(range(3, 8), 12)) == "spike"
    assert told(3, dict.fromkeys(range(4, 8), 12)) == ""


@pytest.mark.parametrize(
    ("usually", "history"), [(0, 63), (1, 63), (3, 63), (6, 63), (20, 63), (3, 20), (3, 33)]
)
def test_chance_is_not_told_of(usually: int, history: int) -> None:
    assert told(usually, {1: usually + 2, 2: max(0, usually - 2), 4: usually + 1}, history) == ""
    assert told(usually, none_for(7), min(history, 30)) == ("drop" if usually == 20 else "")


def begun(hours_ago: float, at_first: int = 0, **by_day: int) -> Beginning:
    days = {"today": TODAY, "yesterday": TODAY - DAY, "earlier": TODAY - DAY * 2}
    later = {days[name]: (found, found) for name, found in by_day.items()}
    return Beginning(NOON - timedelta(hours=hours_ago), (at_first, at_first), later)


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        (begun(5, at_first=210), 0),
        (begun(5, at_first=211), 211),
        (begun(30, at_first=211), 211),
        (begun(60, at_first=211), 0),
        (begun(30, at_first=90, today=34), 0),
        (begun(30, at_first=90, today=35), 35),
        (begun(200, yesterday=35), 35),
        (begun(200, earlier=900), 0),
    ],
)
def test_a_young_one_is_compared_with_its_back_test(beginning: Beginning, found: int) -> None:
    unlike = unusual.by_back_test(beginning, TEST, TODAY)
    assert (unlike.found if unlike else 0) == found


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        (begun(5, at_first=510), 0),
        (begun(5, at_first=511), 511),
        (begun(60, at_first=900), 0),
        (begun(30, at_first=400, today=210), 0),
        (begun(30, at_first=400, today=211), 211),
        (begun(200, yesterday=211), 211),
    ],
)
def test_without_one_it_must_not_be_about_a_large_part_of_all(beginning: Beginning, found: int) -> None:
    unlike = unusual.by_share(beginning, 1000, "people", TODAY)
    assert (unlike.found if unlike else 0) == found


def test_a_few_of_few_people_are_no_flood() -> None:
    assert unusual.by_share(begun(5, at_first=8), 8, "people", TODAY) is None
    assert unusual.by_back_test(begun(90, today=10), BackTested(TODAY, TODAY, 0, 0), TODAY) is None


def sentence(found: Unusual | None) -> str:
    assert found is not None
    return found.sentence


def test_the_sentences_say_with_what_it_was_compared() -> None:
    assert sentence(unusual.by_back_test(begun(5, at_first=3000), TEST, TODAY)) == (
        "It found 3,000 in the first 24 hours from Tuesday, 2026-03-10 07:00 UTC, when everybody was looked at; its"
        " back-test from 2026-02-01 to 2026-03-02 found 100 in all. Look at what it found, and whether its rule, a"
        " mapping or a sender was changed."
    )
    assert "; its back-test from 2026-02-01 to 2026-03-02 found 12 on its busiest day. " in sentence(
        unusual.by_back_test(begun(90, today=300), TEST, TODAY)
    )
    assert sentence(unusual.by_share(begun(90, today=300), 900, "accounts", TODAY)) == (
        "It found 300 of 900 active accounts on Tuesday, 2026-03-10. A moment that so many have at once is rarely"
        " meant: look at what it found, and back-test it."
    )
