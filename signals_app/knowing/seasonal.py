"""Where today lies in a season that matters to the account's industry, or from its own fiscal year end."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from upsell_project.lib import seasons
from upsell_project.lib.rules.facts import Season, Value

_PHASES: tuple[seasons.Phase, ...] = ("during", "before", "after")
"""Of several of one name (public holidays) the first of these counts."""


def value(fact: Season, account: Mapping[str, Any] | None, today: date) -> tuple[Value, dict[str, Any]]:
    """None for an account whose industry is not known, or of whose country nobody knows when that is; of fiscal years
    for one whose own is not."""
    industry, country, own = (
        (account or {}).get(name) or "" for name in ("industry", "country", "fiscal_year_end")
    )
    if not (own if fact.name == seasons.OWN else industry and _is_dated(fact.name, country)):
        return None, {}
    found = _found(fact, industry, country, own, today)
    if found is None:
        return "none", {}
    phase, season = found
    return phase, {
        "starts": season.starts.isoformat(),
        "ends": season.ends.isoformat(),
        "label": season.label,
    }


_is_dated = lru_cache(maxsize=4_096)(seasons.is_dated)


@lru_cache(maxsize=4_096)
def _found(
    fact: Season, industry: str, country: str, fiscal_year_end: str, today: date
) -> tuple[seasons.Phase, seasons.Season] | None:
    first, last = today - timedelta(days=fact.after), today + timedelta(days=fact.before)
    found: dict[seasons.Phase, seasons.Season] = {}
    if fact.name == seasons.OWN:
        coming = seasons.every("", first, last, fiscal_year_end)
    else:
        coming = seasons.of(industry, country, first, last)
    for season in coming:
        phase = seasons.phase(season, today, fact.before, fact.after)
        if season.name == fact.name and phase and (phase == "after" or phase not in found):
            found[phase] = season  # the nearest
    return next(((phase, found[phase]) for phase in _PHASES if phase in found), None)
