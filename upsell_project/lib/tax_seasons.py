"""When income tax returns are made, by country. Pure.

The law sets the deadlines. Where the season begins is the day on which the tax office opens (us, fr, es), the day
after the deadline for paper (gb), or two calendar months that end with the deadline (de; a convention). Days that tax
offices announce year by year follow the pattern of the last years: they may be some days off in years to come.
"""

from collections.abc import Callable
from datetime import date, timedelta

from upsell_project.lib import public_holidays
from upsell_project.lib.public_holidays import iso, month_end, nth, working_day

MONDAY, WEDNESDAY, THURSDAY = 0, 2, 3

Stretch = tuple[date, date, str]

# Postponed in the pandemic: IRS Notices 2020-23 and 2021-21.
_US_DEADLINES = {2020: date(2020, 7, 15), 2021: date(2021, 5, 17)}
_US_OPENING = {2021: date(2021, 2, 12)}

# Postponed in the pandemic: art. 97 § 36 EGAO (BGBl. 2022 I 911). Without and with an adviser, by year.
_DE_OWN = {2021: (10, 31), 2022: (10, 31), 2023: (9, 30), 2024: (8, 31)}
_DE_ADVISED = {2021: (8, 31), 2022: (8, 31), 2023: (8, 31), 2024: (7, 31), 2025: (5, 31), 2026: (4, 30)}

# impots.gouv.fr, calendars of those years.
_FR_DATES = {
    2020: (date(2020, 4, 20), date(2020, 6, 11)),
    2021: (date(2021, 4, 8), date(2021, 6, 8)),
    2022: (date(2022, 4, 7), date(2022, 6, 8)),
}

# sede.agenciatributaria.gob.es, calendar of that year.
_ES_OPENING = {2023: date(2023, 4, 11)}


def of(country: str, year: int) -> list[Stretch]:
    """First day, last day (the deadline) and what it is, for seasons whose deadline falls into `year`.

    Empty for countries other than us, de, fr, es and gb (uk).
    """
    known = _COUNTRIES.get(iso(country))
    return known(year) if known else []


def _us(year: int) -> list[Stretch]:
    """Individual returns are due on April 15 (26 U.S.C. § 6072), or on the next day that is neither on a weekend nor a
    legal holiday of the District of Columbia (§ 7503): Emancipation Day. The IRS opened on the last Monday by
    January 29 in each year from 2022 to 2026 (irs.gov, newsroom).
    """
    opening = date(year, 1, 29)
    opening = _US_OPENING.get(year, opening - timedelta(days=(opening.weekday() - MONDAY) % 7))
    deadline = _US_DEADLINES.get(year) or working_day(date(year, 4, 15), "US", "DC")
    return [(opening, deadline, "Federal income tax returns")]


def _de(year: int) -> list[Stretch]:
    """Seven months after the year, by an adviser at the end of the second February (§ 149 (2), (3) AO); the next
    working day where that is a Saturday or Sunday (§ 108 (3) AO). Neither day is a holiday anywhere in the country.
    """
    own = date(year, *_DE_OWN.get(year, (7, 31)))
    advised = date(year, *_DE_ADVISED[year]) if year in _DE_ADVISED else month_end(year, 2)
    return [
        (_month_before(advised), working_day(advised), "Tax returns made by an adviser"),
        (_month_before(own), working_day(own), "Tax returns made without an adviser"),
    ]


def _fr(year: int) -> list[Stretch]:
    """Art. 175 CGI; dates set each year. From 2023 to 2025 from the second Thursday of April for eight weeks, to the
    deadline of the last zone (economie.gouv.fr, impots.gouv.fr).
    """
    opening = nth(year, 4, THURSDAY, 2)
    opening, deadline = _FR_DATES.get(year, (opening, opening + timedelta(weeks=8)))
    return [(opening, deadline, "Income tax returns, online, all zones")]


def _es(year: int) -> list[Stretch]:
    """To June 30 (order HAC of each year; if that is no working day the next one, art. 30.5 Ley 39/2015). From
    2022 to 2026 from the first Wednesday of April outside Holy Week, but for 2023 (calendario del contribuyente).
    """
    opening = nth(year, 4, WEDNESDAY, 1)
    fridays = [day for day, name in public_holidays.of("ES", year) if name == "Good Friday"]
    if opening + timedelta(days=2) in fridays:
        opening += timedelta(days=7)
    return [(_ES_OPENING.get(year, opening), working_day(date(year, 6, 30)), "Campaña de la Renta")]


def _gb(year: int) -> list[Stretch]:
    """Self Assessment online to January 31, on paper to October 31 before (Taxes Management Act 1970, s. 8 (1D))."""
    return [(date(year - 1, 11, 1), date(year, 1, 31), "Self Assessment returns, online")]


def _month_before(day: date) -> date:
    """The first of the month before that of `day`."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)


_COUNTRIES: dict[str, Callable[[int], list[Stretch]]] = {
    "US": _us,
    "DE": _de,
    "FR": _fr,
    "ES": _es,
    "GB": _gb,
}
