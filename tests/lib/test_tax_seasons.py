"""Tax seasons, against the dates that tax offices announced."""

from datetime import date

import pytest

from upsell_project.lib import tax_seasons


def ends(country: str, year: int) -> list[str]:
    return [f"{stretch[1]:%m-%d}" for stretch in tax_seasons.of(country, year)]


def starts(country: str, year: int) -> list[str]:
    return [f"{stretch[0]:%m-%d}" for stretch in tax_seasons.of(country, year)]


def test_it_works() -> None:
    assert tax_seasons.of("us", 2026) == [
        (date(2026, 1, 26), date(2026, 4, 15), "Federal income tax returns"),
    ]


@pytest.mark.parametrize(
    ("year", "opening", "deadline"),
    [(2017, None, "04-18"), (2018, None, "04-17"), (2019, None, "04-15"), (2020, None, "07-15"),
     (2021, "02-12", "05-17"), (2022, "01-24", "04-18"), (2023, "01-23", "04-18"), (2024, "01-29", "04-15"),
     (2025, "01-27", "04-15"), (2026, "01-26", "04-15"), (2028, None, "04-18")],
)  # fmt: skip
def test_the_united_states(year: int, opening: str | None, deadline: str) -> None:
    assert ends("US", year) == [deadline]
    assert opening is None or starts("US", year) == [opening]


@pytest.mark.parametrize(
    ("year", "advised", "own"),
    [(2022, "08-31", "10-31"), (2023, "08-31", "10-02"), (2024, "07-31", "09-02"), (2025, "06-02", "07-31"),
     (2026, "04-30", "07-31"), (2027, "03-01", "08-02"), (2028, "02-29", "07-31")],
)  # fmt: skip
def test_germany_with_and_without_an_adviser(year: int, advised: str, own: str) -> None:
    assert ends("DE", year) == [advised, own]


def test_a_german_season_is_the_two_months_before_its_deadline() -> None:
    assert starts("DE", 2027) == ["01-01", "06-01"], "though both deadlines move into the next month"
    assert starts("DE", 2025) == ["04-01", "06-01"]


@pytest.mark.parametrize(
    ("year", "opening", "deadline"),
    [(2020, "04-20", "06-11"), (2021, "04-08", "06-08"), (2022, "04-07", "06-08"), (2023, "04-13", "06-08"),
     (2024, "04-11", "06-06"), (2025, "04-10", "06-05")],
)  # fmt: skip
def test_france(year: int, opening: str, deadline: str) -> None:
    assert (starts("FR", year), ends("FR", year)) == ([opening], [deadline])


@pytest.mark.parametrize(
    ("year", "opening", "deadline"),
    [(2022, "04-06", "06-30"), (2023, "04-11", "06-30"), (2024, "04-03", "07-01"), (2025, "04-02", "06-30"),
     (2026, "04-08", "06-30")],
)  # fmt: skip
def test_spain(year: int, opening: str, deadline: str) -> None:
    assert (starts("ES", year), ends("ES", year)) == ([opening], [deadline])


def test_the_united_kingdom() -> None:
    for year in (2021, 2024, 2026):  # on a Sunday too
        assert tax_seasons.of("UK", year)[0][:2] == (date(year - 1, 11, 1), date(year, 1, 31))
    assert tax_seasons.of("GB", 2026) == tax_seasons.of("uk", 2026)


def test_other_countries_have_none() -> None:
    assert tax_seasons.of("IT", 2026) == tax_seasons.of("", 2026) == []


@pytest.mark.parametrize("country", ["US", "DE", "FR", "ES", "GB"])
def test_every_season_of_half_a_century_ends_in_its_year_after_it_began(country: str) -> None:
    for year in range(2010, 2060):
        for first, last, label in tax_seasons.of(country, year):
            assert last.year == year
            assert 45 < (last - first).days < 180
            assert label
