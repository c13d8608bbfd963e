"""What staff read of scores: how they are spread over the accounts, and what one account's are made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from signals_app.models import Score, ScoreDefinition
from upsell_project.lib import bulk

BINS = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A score of an account. `definition`: its key; None of one that was brought from elsewhere."""

    name: str
    label: str
    definition: int | None
    percent: int
    at: datetime
    parts: list[dict[str, Any]]
    signs: list[dict[str, Any]]
    trained: bool


def spread(slug: str) -> list[int]:
    """How many accounts stand from 0 to below 0.1, and so on; 1 is among the last."""
    found = [0] * BINS
    for place, count in bulk.select(_SPREAD, BINS, BINS - 1, slug):
        found[int(place)] = count
    return found


def of_account(account_id: int) -> list[Told]:
    """By name."""
    rows = list(Score.objects.filter(account=account_id).order_by("name"))
    known = ScoreDefinition.objects.filter(slug__in=[row.name for row in rows]).in_bulk(field_name="slug")
    return [_told(row, known.get(row.name)) for row in rows]


def _told(row: Score, definition: ScoreDefinition | None) -> Told:
    return Told(
        row.name,
        definition.name if definition else row.name,
        definition.pk if definition else None,
        round(row.value * 100),
        row.at,
        row.parts.get("parts", []),
        row.parts.get("signs", []),
        bool(row.parts.get("trained")),
    )


_SPREAD = """
SELECT least(floor(value * %s), %s) AS place, count(*) FROM signals_app_score WHERE name = %s GROUP BY 1
"""
