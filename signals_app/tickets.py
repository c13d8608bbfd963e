"""Support tickets: while one is open and a problem, nobody in that account is sold anything."""

import re
from collections.abc import Sequence
from typing import Any

from signals_app import ticket_words
from signals_app.folding import MAX_TEXT, folded
from signals_app.ingest import Stored
from signals_app.reply_words import any_of
from upsell_project.lib import bulk

PROBLEM, HARMLESS = any_of(ticket_words.PROBLEMS), any_of(ticket_words.HARMLESS)
RESOLVED, NOT_RESOLVED = any_of(ticket_words.RESOLVED), any_of(ticket_words.NOT_RESOLVED)
OPEN = frozenset({"new", "open", "pending", "hold", "on_hold", "on-hold", "reopened", "in_progress"})
# A sentence ends here, and another one begins where somebody says `but`.
_ENDS = re.compile(
    r"[.!;\n\r]+|(?<=\?)|,?\s\b(?:but|however|aber|jedoch|mais|cependant|pero|sin embargo)\b", re.IGNORECASE
)


def apply(stored: Sequence[Stored]) -> None:
    """Open and close tickets from `Ticket Created` and `Ticket Solved`; a late creation never reopens a solved one.
    A `Ticket Updated` does, if it says that the ticket is open, and says so after it was solved."""
    records = [
        _record(one)
        for one in stored
        if one.item.name in ("Ticket Created", "Ticket Solved")
        or (one.item.name == "Ticket Updated" and _says_open(one))
    ]
    bulk.execute(
        _UPSERT,
        sorted((r for r in records if r["ticket"]), key=lambda r: (r["source"], r["ticket"], r["at"])),
    )


def _says_open(one: Stored) -> bool:
    """What nobody proved does not: it would bar everybody in the account from every offer."""
    status = one.item.properties.get("status")
    return one.item.proven and isinstance(status, str) and status.strip().lower() in OPEN


def is_problem(properties: dict[str, Any]) -> bool:
    """A bug, an outage, a billing dispute or a complaint; a ticket that asks for more is none of these."""
    tags = properties.get("tags")
    said = tags.replace(",", " ").split() if isinstance(tags, str) else tags if isinstance(tags, list) else []
    if {_word(tag) for tag in said} & ticket_words.TAGS:
        return True
    if _word(properties.get("type", "")) in ticket_words.TYPES:
        return True
    texts = (properties.get(name) for name in ("subject", "text"))
    return any(_complains(text) for text in texts if isinstance(text, str))


def _word(value: object) -> str:
    return folded(str(value)).replace(" ", "_")


def _complains(text: str) -> bool:
    """Whether a sentence of it says so; what is said not to be, or to be over, is no problem."""
    return any(_wrong(folded(sentence)) for sentence in _ENDS.split(text[:MAX_TEXT]) if sentence.strip())


def _wrong(sentence: str) -> bool:
    if RESOLVED.search(sentence) and not NOT_RESOLVED.search(sentence):
        return False
    return PROBLEM.search(HARMLESS.sub(" ", sentence)) is not None


def _record(one: Stored) -> dict[str, Any]:
    solved, created = one.item.name == "Ticket Solved", one.item.name == "Ticket Created"
    return {
        "source": one.source_id,
        "ticket": str(one.item.properties.get("ticket_id") or (one.item.message_id if created else ""))[:100],
        "person": one.person_id,
        "account": one.account_id,
        "problem": created and is_problem(one.item.properties),
        "at": one.item.occurred_at,
        "solved": one.item.occurred_at if solved else None,
        "reopened": None if solved or created else one.item.occurred_at,
    }


# One row a ticket and statement: several words on the same ticket in one batch are folded first.
_UPSERT = """
INSERT INTO signals_app_ticket AS t
    (source_id, external_id, person_id, account_id, problem, opened_at, solved_at, reopened_at)
SELECT source, ticket, max(person), max(account), bool_or(problem), min(at),
    CASE WHEN max(reopened) > max(solved) THEN NULL ELSE max(solved) END, max(reopened)
FROM json_to_recordset(%s) AS r(source bigint, ticket text, person bigint, account bigint, problem boolean,
    at timestamptz, solved timestamptz, reopened timestamptz)
GROUP BY source, ticket ORDER BY source, ticket
ON CONFLICT (source_id, external_id) DO UPDATE SET
    person_id = coalesce(t.person_id, excluded.person_id), account_id = coalesce(t.account_id, excluded.account_id),
    problem = t.problem OR excluded.problem, opened_at = least(t.opened_at, excluded.opened_at),
    solved_at = CASE WHEN greatest(t.reopened_at, excluded.reopened_at) > greatest(t.solved_at, excluded.solved_at)
        THEN NULL ELSE greatest(t.solved_at, excluded.solved_at) END,
    reopened_at = greatest(t.reopened_at, excluded.reopened_at)
"""
