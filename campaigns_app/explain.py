"""Why somebody got an offer, or did not: the stored decisions, told gate by gate."""

from datetime import datetime
from typing import Any

from offers_app.models import Decision
from people_app.models import Person


def evaluations(
    person: Person, offer: str = "", playbook: str = "", at: datetime | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """The contract's `evaluations`, newest first; with `at` those decided up to then. One statement."""
    rows = Decision.objects.filter(person=person)
    if offer:
        rows = rows.filter(offer=offer)
    if playbook:
        rows = rows.filter(playbook=playbook)
    if at is not None:
        rows = rows.filter(at__lte=at)
    return [_evaluation(row) for row in rows.order_by("-at", "-id")[:limit]]


def _evaluation(row: Decision) -> dict[str, Any]:
    return {
        "at": row.at,
        "playbook": row.playbook,
        "offer": row.offer,
        "channel": row.channel,
        "outcome": row.outcome,
        "gates": [_gate(stored) for stored in row.gates],
        "gate": row.gate,
        "reason": row.reason,
        "input": row.input,
        "threshold": row.threshold,
        "next_eligible_at": row.next_eligible_at,
        "policy_version": row.policy_version,
    }


def _gate(stored: dict[str, Any]) -> dict[str, Any]:
    """Stored without its empty members; told with those that the contract names."""
    return {"input": None, "threshold": None} | stored
