"""Seasons that matter to an industry in a country, and dates with an offset. Pure.

A season alone is never a reason to contact somebody ("not arbitrary time"). `of` gives only those that matter to the
account's industry. `every` gives all of them: whoever uses it needs the account's own activity beside it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from upsell_project.lib import public_holidays, tax_seasons
from upsell_project.lib.public_holidays import iso, month_end, nth

MONDAY, THURSDAY, SATURDAY = 0, 3, 5

_WORDS = re.compile(r"[^\W\d_]+")

Name = Literal[
    "black_friday",
    "cyber_week",
    "christmas",
    "new_year",
    "back_to_school",
    "summer_holidays",
    "tax_season",
    "fiscal_year_end",
    "public_holiday",
]
Phase = Literal["before", "during", "after"]
OWN: Name = "fiscal_year_end"
"""By the account's own date."""


@dataclass(frozen=True, slots=True)
class Season:
    """Both days are included. `label` says more where a name is not enough: which holiday, whose tax returns."""

    name: Name
    starts: date
    ends: date
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Industry:
    words: tuple[str, ...]
    seasons: frozenset[Name]


def _industry(words: str, *seasons: Name) -> _Industry:
    return _Industry(tuple(word.strip() for word in words.split(",")), frozenset(seasons))


# Words of an industry's name as people type it and as CRMs have it (HubSpot's CONSUMER_GOODS, Salesforce's "Not For
# Profit"), and the seasons in which such companies have more to do than usual.
INDUSTRIES: dict[str, _Industry] = {
    "retail": _industry(
        "retail, retailer, ecommerce, e commerce, shop, shops, fashion, apparel, consumer goods, marketplace,"
        " consumer electronics, luxury goods, cosmetics, sporting goods,"
        " einzelhandel, onlinehandel, commerce de détail, comercio minorista",
        "black_friday", "cyber_week", "christmas", "new_year", "back_to_school",
    ),
    "logistics": _industry(
        "logistics, shipping, package freight delivery, delivery, warehousing, supply chain, transportation",
        "black_friday", "cyber_week", "christmas",
    ),
    "marketing": _industry(
        "marketing, advertising, media agency", "black_friday", "cyber_week", "christmas", "back_to_school"
    ),
    "accounting": _industry(
        "accounting, accountancy, bookkeeping, tax, audit, steuerberatung, buchhaltung, wirtschaftsprüfung,"
        " comptabilité, expertise comptable, contabilidad, asesoría fiscal",
        "tax_season", "fiscal_year_end",
    ),
    "finance": _industry(
        "finance, financial services, fintech", "tax_season", "fiscal_year_end"
    ),
    "payroll": _industry("payroll, human resources, staffing", "tax_season", "new_year", "fiscal_year_end"),
    "education": _industry(
        "education, higher education, education management, e learning, edtech, school, schools, university, training,"
        " bildung, enseignement, educación",
        "back_to_school", "summer_holidays",
    ),
    "travel": _industry(
        "travel, tourism, hotel, hotels, airline, airlines, airlines aviation, leisure, reisen, tourismus,"
        " tourisme, turismo",
        "summer_holidays", "christmas", "new_year", "public_holiday",
    ),
    "hospitality": _industry(
        "hospitality, restaurant, restaurants, food, food beverages, catering, events, events services",
        "summer_holidays", "christmas", "new_year", "public_holiday",
    ),
    "nonprofit": _industry(
        "nonprofit, non profit, not for profit, charity, fund raising, fundraising, philanthropy",
        "christmas", "fiscal_year_end",
    ),
    "fitness": _industry("fitness, gym, health wellness and fitness, wellness", "new_year"),
    "government": _industry("government, government administration, public sector", "fiscal_year_end"),
    "consulting": _industry("consulting, management consulting, professional services", "fiscal_year_end"),
}  # fmt: skip


def of(industry: str, country: str, day_from: date, day_to: date, fiscal_year_end: str = "") -> list[Season]:
    """Seasons that matter to the industry and touch the days from `day_from` to `day_to`, in order of their start.

    `industry` is free text, `country` an ISO code ("UK" too), `fiscal_year_end` MM-DD or empty. Empty where the
    industry is not known. Without a known country only seasons that are the same everywhere. Raises ValueError for a
    fiscal year end that is no day.
    """
    names = matters(industry)
    if not names:
        return []
    return [season for season in every(country, day_from, day_to, fiscal_year_end) if season.name in names]


def is_dated(name: str, country: str) -> bool:
    """Whether it is known when that season is in this country."""
    day = date(2025, 7, 1)
    return name in {season.name for season in every(country, day, day + timedelta(days=365), "12-31")}


def every(country: str, day_from: date, day_to: date, fiscal_year_end: str = "") -> list[Season]:
    """As `of`, for whatever industry."""
    years = range(day_from.year - 1, day_to.year + 2)
    found = [season for year in years for season in _in_year(iso(country), year)]
    if fiscal_year_end:
        ends = (fiscal_end(fiscal_year_end, year) for year in years)
        found += [Season("fiscal_year_end", day, day) for day in ends]
    touching = (season for season in found if season.starts <= day_to and season.ends >= day_from)
    return sorted(touching, key=lambda season: (season.starts, season.ends, season.name, season.label))


@lru_cache(maxsize=4_096)
def matters(industry: str) -> frozenset[Name]:
    """The names of the seasons that matter to an industry, by the words of its name."""
    text = f" {' '.join(_WORDS.findall(unicodedata.normalize('NFC', industry).lower()))} "
    kinds = [kind for kind in INDUSTRIES.values() if any(f" {word} " in text for word in kind.words)]
    return frozenset[Name]().union(*(kind.seasons for kind in kinds))


def phase(season: Season, day: date, before_days: int = 0, after_days: int = 0) -> Phase | None:
    """Where `day` lies: at most so many days before the first day of the season, within it, at most so many after."""
    if before_days < 0 or after_days < 0:
        raise ValueError(f"not a number of days: {min(before_days, after_days)}")
    if season.starts <= day <= season.ends:
        return "during"
    if 0 < (season.starts - day).days <= before_days:
        return "before"
    return "after" if 0 < (day - season.ends).days <= after_days else None


def due(when: date, offset_days: int, today: date, lateness_days: int = 0) -> bool:
    """Whether the day `offset_days` from `when` (-45: 45 days before) is today, or was at most `lateness_days` ago.

    What is due before `when` is no longer due after it: nobody is reminded of a renewal that was.
    """
    if lateness_days < 0:
        raise ValueError(f"not a number of days: {lateness_days}")
    late = (today - when).days - offset_days
    return 0 <= late <= lateness_days and not (offset_days < 0 and today > when)


def fiscal_end(month_day: str, year: int) -> date:
    """The day MM-DD in `year`. The last days of February mean its end, be it the 28th or the 29th.

    Raises ValueError for anything else than a day.
    """
    if not re.fullmatch(r"\d\d-\d\d", month_day):
        raise ValueError(f"not MM-DD: {month_day}")
    day = date.fromisoformat(f"2024-{month_day}")
    return month_end(year, 2) if day.month == 2 and day.day >= 28 else day.replace(year=year)


@lru_cache(maxsize=2_048)
def _in_year(country: str, year: int) -> tuple[Season, ...]:
    """All but fiscal year ends: tax seasons by the year of their deadline, others by that of their start."""
    return (*_trade(country, year), *_school(country, year), *_official(country, year))


def _trade(country: str, year: int) -> Iterator[Season]:
    """Black Friday is the day after the fourth Thursday of November (5 U.S.C. § 6103), everywhere; its week begins on
    Monday. Cyber week is the one after it. Christmas where December 25 is a public holiday.
    """
    thanksgiving = nth(year, 11, THURSDAY, 4)
    cyber_monday = thanksgiving + timedelta(days=4)
    yield Season("black_friday", thanksgiving - timedelta(days=3), thanksgiving + timedelta(days=3))
    yield Season("cyber_week", cyber_monday, cyber_monday + timedelta(days=6))
    if date(year, 12, 25) in dict(public_holidays.of(country, year)):
        yield Season("christmas", date(year, 12, 1), date(year, 12, 26))
    yield Season("new_year", date(year, 12, 27), date(year + 1, 1, 10))


def _school(country: str, year: int) -> Iterator[Season]:
    """Summer holidays, and the weeks in which people buy for school, from the first region to the last.

    us: Memorial Day to Labor Day (5 U.S.C. § 6103). de: all states lie between July 1 and September 10 (Hamburg
    agreement of 1964, § 3). fr: first Saturday of July to the end of August (calendrier scolaire since 2023).
    es, gb: July and August, in England from about July 20 on. When people buy is a convention of trade.
    """
    memorial_day, labor_day = nth(year, 5, MONDAY, -1), nth(year, 9, MONDAY, 1)
    august = date(year, 8, 31)
    known = {
        "US": (memorial_day, labor_day, date(year, 7, 15), labor_day),
        "DE": (date(year, 7, 1), date(year, 9, 10), date(year, 7, 20), date(year, 9, 15)),
        "FR": (nth(year, 7, SATURDAY, 1), august, date(year, 8, 15), date(year, 9, 7)),
        "ES": (date(year, 7, 1), august, date(year, 8, 20), date(year, 9, 15)),
        "GB": (date(year, 7, 20), august, date(year, 8, 15), date(year, 9, 7)),
    }.get(country)
    if known:
        yield Season("summer_holidays", known[0], known[1])
        yield Season("back_to_school", known[2], known[3])


def _official(country: str, year: int) -> Iterator[Season]:
    for starts, ends, label in tax_seasons.of(country, year):
        yield Season("tax_season", starts, ends, label)
    for day, label in public_holidays.of(country, year):
        yield Season("public_holiday", day, day, label)
