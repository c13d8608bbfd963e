"""Seasons: the few different combinations of industry, country and fiscal year are asked in Python."""

from datetime import UTC, date, timedelta
from typing import Any

from signals_app.knowing import seasonal
from signals_app.sweeping.asking import FALSE, TRUE, Asking, any_of
from upsell_project.lib import bulk
from upsell_project.lib.rules import judging
from upsell_project.lib.rules.facts import Season, Value
from upsell_project.lib.rules.judging import At
from upsell_project.lib.rules.tree import Test

MOST = 20_000
"""Of more combinations nothing is said."""
_EAST, _WEST = timedelta(hours=14), timedelta(hours=-12)
_JOINED = "({0}.industry, {0}.country, {0}.fiscal) = (a.industry, a.country, a.fiscal_year_end)"


def say(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Season)
    combinations = _combinations()
    if len(combinations) > MOST:
        return TRUE
    fitting = [
        one
        for one in combinations
        if any(
            judging.judge(test, {fact: _value(fact, one, today)[0]}, At(asking.now, today)) is wanted
            for today in _days(asking)
        )
    ]
    if len(fitting) == len(combinations):
        return TRUE
    there = f"{_row(asking, [(*one, None) for one in fitting])}.industry IS NOT NULL" if fitting else FALSE
    nobodys = judging.judge(test, {fact: None}, At(asking.now, asking.now.date())) is wanted
    return any_of(there, "a.id IS NULL") if nobodys else there


def starts(fact: Season, asking: Asking) -> str | None:
    """The first day of the season in or near which today lies, wherever today is; NULL where there is none, or where
    it depends. None: nothing is said."""
    combinations = _combinations()
    if len(combinations) > MOST:
        return None
    found = []
    for one in combinations:
        first = {_value(fact, one, today)[1].get("starts") for today in _days(asking)}
        if len(first) == 1 and None not in first:
            found.append((*one, *first))
    return f"{_row(asking, found)}.starts" if found else "NULL::date"


Combination = tuple[str, str, str]


def _combinations() -> list[Combination]:
    return [(industry, country, fiscal) for industry, country, fiscal in bulk.select(_DISTINCT, MOST + 1)]


def _value(fact: Season, one: Combination, today: date) -> tuple[Value, dict[str, Any]]:
    industry, country, fiscal = one
    account = {"industry": industry, "country": country, "fiscal_year_end": fiscal}
    return seasonal.value(fact, account, today)


def _days(asking: Asking) -> list[date]:
    """Whatever day it is somewhere."""
    now = asking.now.astimezone(UTC)
    return sorted({(now + off).date() for off in (_WEST, timedelta(0), _EAST)})


def _row(asking: Asking, rows: list[tuple[object, ...]]) -> str:
    records = [dict(zip(("industry", "country", "fiscal", "starts"), row, strict=True)) for row in rows]
    value = asking.value(bulk.json(records))
    return asking.row(f"SELECT * FROM json_to_recordset({value}::json) AS x({_COLUMNS})", _JOINED)


_COLUMNS = "industry text, country text, fiscal text, starts date"
_DISTINCT = """
SELECT DISTINCT industry, country, fiscal_year_end FROM people_app_account LIMIT %s
"""
