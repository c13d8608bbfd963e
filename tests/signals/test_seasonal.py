"""In which season an account is: of its industry and country, or of its own fiscal year."""

from datetime import date
from typing import Any

import pytest

from signals_app.knowing import seasonal
from upsell_project.lib.rules.facts import Season

MARCH, NOVEMBER = date(2026, 3, 20), date(2026, 11, 20)


def phase(name: str, today: date, **account: Any) -> Any:
    return seasonal.value(Season(name, 30, 7), account, today)[0]


@pytest.mark.parametrize("industry", ["Software", "", "Accounting"])
def test_its_own_fiscal_year_ends_whatever_its_industry(industry: str) -> None:
    own = {"industry": industry, "fiscal_year_end": "03-31"}
    assert phase("fiscal_year_end", MARCH, **own) == "before"
    assert phase("fiscal_year_end", date(2026, 4, 3), **own) == "after"
    assert phase("fiscal_year_end", NOVEMBER, **own) == "none"


def test_of_one_whose_fiscal_year_nobody_said_nothing_is_known() -> None:
    assert phase("fiscal_year_end", MARCH, industry="Accounting", country="US") is None


def test_where_nobody_knows_when_it_is_it_is_not_known() -> None:
    assert phase("tax_season", MARCH, industry="Accounting", country="US") == "during"
    for country in ("CA", "", "XX"):
        assert phase("tax_season", MARCH, industry="Accounting", country=country) is None
    assert phase("tax_season", MARCH, country="US") is None
    assert phase("black_friday", NOVEMBER, industry="Retail") == "before", "the same day everywhere"
    assert phase("black_friday", NOVEMBER, industry="Mining") == "none"
    assert seasonal.value(Season("black_friday"), None, NOVEMBER) == (None, {})
