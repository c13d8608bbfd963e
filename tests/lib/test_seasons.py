"""Seasons against known dates, and dates with an offset against counting days."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upsell_project.lib import seasons
from upsell_project.lib.seasons import INDUSTRIES, Name, Season

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
LONG_AGO, FAR = date(2000, 1, 1), date(2060, 1, 1)

dates = st.dates(LONG_AGO, FAR)


def named(name: str, country: str, year: int) -> list[tuple[str, str]]:
    """The seasons of that name that start in the year: first and last day, MM-DD."""
    every = seasons.every(country, date(year, 1, 1), date(year, 12, 31))
    those = [season for season in every if season.name == name and season.starts.year == year]
    return [(f"{season.starts:%m-%d}", f"{season.ends:%m-%d}") for season in those]


def test_it_works() -> None:
    found = seasons.of("Retail", "US", date(2026, 11, 1), date(2026, 12, 15))
    assert [season.name for season in found] == ["black_friday", "cyber_week", "christmas"]
    assert found[0] == Season("black_friday", date(2026, 11, 23), date(2026, 11, 29))
    assert seasons.phase(found[0], date(2026, 11, 10), before_days=14) == "before"
    assert seasons.phase(found[0], date(2026, 11, 27)) == "during"
    assert seasons.phase(found[0], date(2026, 12, 2), after_days=7) == "after"


# Black Fridays as they were; November began on a Friday in 2019 and 2024, on a Thursday in 2018.
@pytest.mark.parametrize(
    ("year", "friday"),
    [
        (2018, 23),
        (2019, 29),
        (2020, 27),
        (2021, 26),
        (2022, 25),
        (2023, 24),
        (2024, 29),
        (2025, 28),
        (2026, 27),
    ],
)
def test_black_friday_is_after_thanksgiving_and_cyber_monday_after_it(year: int, friday: int) -> None:
    day = date(year, 11, friday)
    for country in ("US", "DE", ""):
        (black,) = named("black_friday", country, year)
        (cyber,) = named("cyber_week", country, year)
        assert black == (f"{day - timedelta(days=4):%m-%d}", f"{day + timedelta(days=2):%m-%d}")
        assert cyber == (f"{day + timedelta(days=3):%m-%d}", f"{day + timedelta(days=9):%m-%d}")


def test_christmas_is_where_it_is_a_holiday() -> None:
    assert named("christmas", "DE", 2026) == [("12-01", "12-26")]
    assert named("christmas", "SA", 2026) == named("christmas", "", 2026) == []


def test_seasons_that_span_the_turn_of_the_year_are_found_from_both_sides() -> None:
    for day in (date(2026, 12, 27), date(2027, 1, 10)):
        assert "new_year" in [season.name for season in seasons.every("DE", day, day)]
    for day in (date(2026, 12, 26), date(2027, 1, 11)):
        assert "new_year" not in [season.name for season in seasons.every("DE", day, day)]
    christmas_eve = date(2026, 12, 24)
    assert [one.ends for one in seasons.of("tax", "UK", christmas_eve, christmas_eve)] == [date(2027, 1, 31)]


def test_summers() -> None:
    assert named("summer_holidays", "US", 2026) == [("05-25", "09-07")]  # Memorial Day, Labor Day
    assert named("summer_holidays", "US", 2025) == [("05-26", "09-01")]
    assert named("summer_holidays", "FR", 2025) == [("07-05", "08-31")]
    assert named("summer_holidays", "FR", 2026) == [("07-04", "08-31")]
    assert named("summer_holidays", "DE", 2026) == [("07-01", "09-10")]
    assert named("summer_holidays", "IT", 2026) == named("back_to_school", "IT", 2026) == []
    assert named("back_to_school", "US", 2026) == [("07-15", "09-07")]
    for country in ("DE", "FR", "ES", "UK"):
        assert (
            len(named("back_to_school", country, 2026)) == len(named("summer_holidays", country, 2026)) == 1
        )


@pytest.mark.parametrize(
    ("industry", "name"),
    [("ecommerce", "black_friday"), ("E-Commerce", "black_friday"), ("CONSUMER_ELECTRONICS", "cyber_week"),
     ("accounting", "tax_season"), ("ACCOUNTING", "tax_season"), ("Tax & Audit", "tax_season"),
     ("fintech", "tax_season"), ("Higher Education", "back_to_school"), ("LEISURE_TRAVEL_TOURISM", "public_holiday"),
     ("Not For Profit", "christmas"), ("NON_PROFIT_ORGANIZATION_MANAGEMENT", "christmas"),
     ("Health, Wellness and Fitness", "new_year"), ("GOVERNMENT_ADMINISTRATION", "fiscal_year_end"),
     ("Comptabilité", "tax_season"), ("Comptabilite\u0301", "tax_season"), ("Steuerberatung", "tax_season")],
)  # fmt: skip
def test_industries_are_known_by_the_words_of_people_and_crms(industry: str, name: Name) -> None:
    assert name in seasons.matters(industry)


@pytest.mark.parametrize("industry", ["", "  ", "Mining", "Syntax highlighting", "Workshops of yore", "???"])
def test_for_an_unknown_industry_no_date_is_a_reason(industry: str) -> None:
    assert seasons.of(industry, "US", *YEAR, fiscal_year_end="12-31") == []
    assert seasons.every("US", *YEAR, fiscal_year_end="12-31"), "beside activity of its own it may be"


def test_each_industry_has_only_its_own_seasons() -> None:
    assert {season.name for season in seasons.of("accounting", "DE", *YEAR, "12-31")} == {
        "tax_season",
        "fiscal_year_end",
    }
    assert len([one for one in seasons.of("accounting", "DE", *YEAR) if one.name == "tax_season"]) == 2
    assert {season.name for season in seasons.of("retail", "FR", *YEAR)} == {
        "black_friday",
        "cyber_week",
        "christmas",
        "new_year",
        "back_to_school",
    }


def test_every_industry_is_known_by_its_own_name_and_every_season_matters_to_somebody() -> None:
    for name, industry in INDUSTRIES.items():
        assert industry.seasons, name
        assert all(industry.seasons <= seasons.matters(word) for word in (name, *industry.words)), name
    assert set().union(*(industry.seasons for industry in INDUSTRIES.values())) == set(get_args(Name))


def test_public_holidays_say_which() -> None:
    found = seasons.of("travel", "FR", date(2026, 5, 1), date(2026, 5, 31))
    labels = [season.label for season in found if season.name == "public_holiday"]
    assert labels == ["Labor Day", "Victory Day", "Ascension Day", "Pentecost Monday"]


@pytest.mark.parametrize(
    ("month_day", "year", "day"),
    [("12-31", 2026, date(2026, 12, 31)), ("06-30", 2026, date(2026, 6, 30)), ("02-28", 2027, date(2027, 2, 28)),
     ("02-28", 2028, date(2028, 2, 29)), ("02-29", 2027, date(2027, 2, 28)), ("02-29", 2028, date(2028, 2, 29)),
     ("02-27", 2028, date(2028, 2, 27)), ("02-29", 2100, date(2100, 2, 28)), ("04-05", 2026, date(2026, 4, 5))],
)  # fmt: skip
def test_the_fiscal_year_ends_at_the_end_of_february_whatever_its_length(
    month_day: str, year: int, day: date
) -> None:
    assert seasons.fiscal_end(month_day, year) == day
    found = seasons.of("Consulting", "", day, day, month_day)
    assert found == [Season("fiscal_year_end", day, day)]


@pytest.mark.parametrize(
    "nonsense", ["31-12", "13-01", "02-30", "1-1", "12-31 ", "2026-12-31", "soon", "١٢-٣١x"]
)
def test_a_fiscal_year_end_that_is_no_day_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match=r"MM-DD|day|month"):
        seasons.every("US", *YEAR, fiscal_year_end=nonsense)


@given(
    first=dates, length=st.integers(0, 400), country=st.sampled_from(["US", "de", "FR", "ES", "uk", "JP", ""])
)
def test_a_range_finds_what_its_days_find(first: date, length: int, country: str) -> None:
    last = first + timedelta(days=length)
    found = seasons.every(country, first, last, "02-29")
    assert found == sorted(found, key=lambda season: season.starts)
    assert len(found) == len(set(found))
    assert all(season.starts <= season.ends for season in found)
    step = max(1, length // 12)
    for ahead in range(0, length + 1, step):
        day = first + timedelta(days=ahead)
        expected = {season for season in found if season.starts <= day <= season.ends}
        assert set(seasons.every(country, day, day, "02-29")) == expected


@given(
    starts=dates, length=st.integers(0, 90), day=dates, before=st.integers(0, 60), after=st.integers(0, 60)
)
def test_phases_are_what_counting_days_gives(
    starts: date, length: int, day: date, before: int, after: int
) -> None:
    season = Season("tax_season", starts, starts + timedelta(days=length))
    if abs((day - starts).days) > 200:
        day = starts + timedelta(days=(day - starts).days % 300 - 100)
    stretches = {
        "before": [starts - timedelta(days=back) for back in range(1, before + 1)],
        "during": [starts + timedelta(days=ahead) for ahead in range(length + 1)],
        "after": [season.ends + timedelta(days=ahead) for ahead in range(1, after + 1)],
    }
    expected = next((name for name, days in stretches.items() if day in days), None)
    assert seasons.phase(season, day, before, after) == expected


def test_the_edges_of_a_season() -> None:
    season = Season("cyber_week", date(2026, 11, 30), date(2026, 12, 6))
    edges = {
        date(2026, 11, 22): None, date(2026, 11, 23): "before", date(2026, 11, 29): "before",
        date(2026, 11, 30): "during", date(2026, 12, 6): "during", date(2026, 12, 7): "after",
        date(2026, 12, 9): "after", date(2026, 12, 10): None,
    }  # fmt: skip
    assert {day: seasons.phase(season, day, 7, 3) for day in edges} == edges
    assert seasons.phase(season, date(2026, 11, 29)) is None
    for wrong in ({"before_days": -1}, {"after_days": -1}):
        with pytest.raises(ValueError, match="not a number of days"):
            seasons.phase(season, date(2026, 12, 1), **wrong)


def test_a_renewal_in_45_days_is_due_on_its_day_and_may_be_late() -> None:
    renewal = date(2028, 4, 14)
    mark = date(2028, 2, 29)
    assert seasons.due(renewal, -45, mark)
    assert not seasons.due(renewal, -45, mark - timedelta(days=1))
    assert not seasons.due(renewal, -45, mark + timedelta(days=1))
    assert seasons.due(renewal, -45, mark + timedelta(days=3), lateness_days=3)
    assert not seasons.due(renewal, -45, mark + timedelta(days=4), lateness_days=3)


def test_what_was_due_before_a_date_is_not_due_after_it() -> None:
    renewal = date(2026, 3, 31)
    assert seasons.due(renewal, -2, renewal, lateness_days=30)
    assert not seasons.due(renewal, -2, renewal + timedelta(days=1), lateness_days=30)
    assert seasons.due(renewal, 0, renewal + timedelta(days=1), lateness_days=30)
    assert seasons.due(renewal, 21, renewal + timedelta(days=22), lateness_days=1)
    with pytest.raises(ValueError, match="not a number of days"):
        seasons.due(renewal, 0, renewal, lateness_days=-1)


@given(when=dates, offset=st.integers(-100, 100), late=st.integers(0, 20))
def test_it_is_due_on_as_many_days_in_a_row_as_it_may_be_late(when: date, offset: int, late: int) -> None:
    first = when + timedelta(days=offset)
    days = [first + timedelta(days=ahead) for ahead in range(-3, late + 4)]
    due = [day for day in days if seasons.due(when, offset, day, late)]
    last = min(late, -offset) if offset < 0 else late
    assert due == [first + timedelta(days=ahead) for ahead in range(last + 1)]
