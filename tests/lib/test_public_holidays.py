"""Holidays and days of the month."""

import calendar
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upsell_project.lib import public_holidays


def test_it_works() -> None:
    found = dict(public_holidays.of("de", 2026))
    assert found[date(2026, 10, 3)] == "German Unity Day"
    assert found[date(2026, 4, 6)] == "Easter Monday"
    assert date(2026, 12, 24) not in found


# Easter Sundays: U.S. Naval Observatory, "Dates of Easter".
@pytest.mark.parametrize(
    "easter",
    [date(2019, 4, 21), date(2020, 4, 12), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5),
     date(2027, 3, 28), date(2028, 4, 16), date(2038, 4, 25)],
    ids=str,
)  # fmt: skip
def test_easter_moves(easter: date) -> None:
    for country in ("DE", "FR", "GB"):
        if country != "GB":  # of the United Kingdom only England, Wales and Northern Ireland have the Monday
            assert (
                dict(public_holidays.of(country, easter.year))[easter + timedelta(days=1)] == "Easter Monday"
            )
    assert dict(public_holidays.of("ES", easter.year))[easter - timedelta(days=2)] == "Good Friday"


def test_names_do_not_depend_on_the_language_of_the_process() -> None:
    code = "from upsell_project.lib import public_holidays as p; print([name for _, name in p.of('FR', 2026)][:2])"
    french = {**os.environ, "LANGUAGE": "fr", "LANG": "fr_FR.UTF-8"}
    said = subprocess.run(
        [sys.executable, "-c", code], env=french, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[\"New Year's Day\", 'Easter Monday']"


def test_codes_are_understood_as_people_type_them() -> None:
    assert public_holidays.of(" uk ", 2026) == public_holidays.of("GB", 2026) != ()
    assert public_holidays.of("XX", 2026) == public_holidays.of("", 2026) == ()


def test_regions_have_their_own() -> None:
    emancipation = date(2026, 4, 16)
    assert emancipation in dict(public_holidays.of("US", 2026, "DC"))
    assert emancipation not in dict(public_holidays.of("US", 2026))


def test_working_days_are_no_weekends_and_no_holidays() -> None:
    assert public_holidays.working_day(date(2026, 4, 3)) == date(2026, 4, 3)
    assert public_holidays.working_day(date(2026, 4, 3), "DE") == date(2026, 4, 7), (
        "Good Friday to Easter Monday"
    )
    assert public_holidays.working_day(date(2026, 12, 31), "DE") == date(2026, 12, 31)
    assert public_holidays.working_day(date(2027, 1, 1), "DE") == date(2027, 1, 4), "Friday; then a weekend"
    assert public_holidays.working_day(date(2024, 2, 24)) == date(2024, 2, 26)


@given(
    year=st.integers(1970, 2100),
    month=st.integers(1, 12),
    weekday=st.integers(0, 6),
    number=st.integers(1, 5),
)
def test_the_nth_weekday_is_what_counting_gives(year: int, month: int, weekday: int, number: int) -> None:
    length = calendar.monthrange(year, month)[1]
    those = [
        date(year, month, day) for day in range(1, length + 1) if date(year, month, day).weekday() == weekday
    ]
    assert public_holidays.month_end(year, month).day == length
    for count, place in ((number, number - 1), (-number, -number)):
        if number <= len(those):
            assert public_holidays.nth(year, month, weekday, count) == those[place]
        else:
            with pytest.raises(ValueError, match="has no weekday"):
                public_holidays.nth(year, month, weekday, count)


def test_there_is_no_weekday_number_zero() -> None:
    with pytest.raises(ValueError, match="has no weekday"):
        public_holidays.nth(2026, 3, 0, 0)
