"""Public holidays of countries, by the `holidays` library. Pure."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

# Codes that people type beside those of ISO 3166.
_ISO = {"UK": "GB", "EL": "GR"}


def iso(country: str) -> str:
    """ISO 3166-1 alpha-2 in capitals; "UK" is GB. What is no code stays what it is."""
    code = country.strip().upper()
    return _ISO.get(code, code)


@lru_cache(maxsize=2_048)
def of(country: str, year: int, region: str = "") -> tuple[tuple[date, str], ...]:
    """Holidays of the whole country (and of `region`) in order, each with its name in English where there is one.

    Empty for a country that is not known.
    """
    try:
        # With a language, since the library would else take that of the process's environment.
        found = holidays.country_holidays(iso(country), subdiv=region or None, years=year, language="en_US")
    except NotImplementedError:
        return ()
    return tuple(sorted(found.items()))


def working_day(day: date, country: str = "", region: str = "") -> date:
    """`day`, or the next one that is neither on a weekend nor, if a country is given, a public holiday."""
    while day.weekday() >= 5 or (country and day in dict(of(country, day.year, region))):
        day += timedelta(days=1)
    return day


def nth(year: int, month: int, weekday: int, number: int) -> date:
    """The `number`-th `weekday` (Monday is 0) of the month; from its end if negative.

    Raises ValueError where the month has fewer.
    """
    if number > 0:
        first = date(year, month, 1)
        day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
    else:
        last = month_end(year, month)
        day = last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-number - 1))
    if number == 0 or day.month != month:
        raise ValueError(f"{year}-{month:02} has no weekday {weekday} number {number}")
    return day


def month_end(year: int, month: int) -> date:
    """The last day of the month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
