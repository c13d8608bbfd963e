"""Support tickets: while one is open and a problem, nobody in that account is sold anything."""

import re
from collections.abc import Sequence
from typing import Any

from signals_app.ingest import Stored
from upsell_project.lib import bulk

PROBLEM_TYPES = {"problem", "incident"}
PROBLEM_TAGS = {
    "bug",
    "outage",
    "billing",
    "billing_dispute",
    "refund",
    "complaint",
    "incident",
    "problem",
    "urgent",
}
PROBLEM_WORDS = re.compile(
    r"\b(bug|broken|crash\w*|outage|down|error|fails?|failed|failing|not working|doesn'?t work|refund|charged twice"
    r"|overcharged|complain\w*|unacceptable|angry|terrible|lost (my|our) data)\b",
    re.IGNORECASE,
)


def apply(stored: Sequence[Stored]) -> None:
    """Open and close tickets from `Ticket Created` and `Ticket Solved`; a late creation never reopens a solved one."""
    records = [_record(one) for one in stored if one.item.name in ("Ticket Created", "Ticket Solved")]
    bulk.execute(
        _UPSERT,
        sorted((r for r in records if r["ticket"]), key=lambda r: (r["source"], r["ticket"], r["at"])),
    )


def is_problem(properties: dict[str, Any]) -> bool:
    """A bug, an outage, a billing dispute or a complaint; a ticket that asks for more is none of these."""
    tags = properties.get("tags")
    words = (
        tags.replace(",", " ").split() if isinstance(tags, str) else tags if isinstance(tags, list) else []
    )
    if {str(word).lower() for word in words} & PROBLEM_TAGS:
        return True
    if str(properties.get("type", "")).lower() in PROBLEM_TYPES:
        return True
    text = f"{properties.get('subject', '')} {properties.get('text', '')}"
    return bool(PROBLEM_WORDS.search(text))


def _record(one: Stored) -> dict[str, Any]:
    solved = one.item.name == "Ticket Solved"
    return {
        "source": one.source_id,
        "ticket": str(one.item.properties.get("ticket_id") or ("" if solved else one.item.message_id))[:100],
        "person": one.person_id,
        "account": one.account_id,
        "problem": not solved and is_problem(one.item.properties),
        "at": one.item.occurred_at,
        "solved": one.item.occurred_at if solved else None,
    }


# One row a ticket and statement: several words on the same ticket in one batch are folded first.
_UPSERT = """
INSERT INTO signals_app_ticket AS t (source_id, external_id, person_id, account_id, problem, opened_at, solved_at)
SELECT source, ticket, max(person), max(account), bool_or(problem), min(at), max(solved)
FROM json_to_recordset(%s) AS r(source bigint, ticket text, person bigint, account bigint, problem boolean,
    at timestamptz, solved timestamptz)
GROUP BY source, ticket ORDER BY source, ticket
ON CONFLICT (source_id, external_id) DO UPDATE SET
    person_id = coalesce(t.person_id, excluded.person_id), account_id = coalesce(t.account_id, excluded.account_id),
    problem = t.problem OR excluded.problem, opened_at = least(t.opened_at, excluded.opened_at),
    solved_at = coalesce(excluded.solved_at, t.solved_at)
"""
