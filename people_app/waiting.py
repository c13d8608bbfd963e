"""What a provider says of an account that nobody knows yet: kept until an account has that customer id."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from people_app import facts
from upsell_project.lib import bulk

Claim = tuple[str, datetime, dict[str, Any]]
"""Customer id, when it was true, facts."""
KIND = "stripe_customer_id"
MOST = 10_000
"""Claims that match nobody; the oldest make room, or somebody else's customers would fill the disk."""


def lock() -> None:
    """Until the transaction ends nobody else keeps or takes: a claim kept just after it was looked for were lost."""
    bulk.select("SELECT pg_advisory_xact_lock(hashtext('people_app.waiting'))")


def keep(claims: Sequence[Claim], source: str) -> None:
    """Keep facts about customers whose account could not be found."""
    if not claims:
        return
    bulk.execute(
        "INSERT INTO people_app_waitingfacts (kind, value, source, at, facts)"
        " SELECT kind, value, source, at, facts FROM json_to_recordset(%s)"
        " AS r(kind text, value text, source text, at timestamptz, facts jsonb)",
        [
            {"kind": KIND, "value": value[:200], "source": source, "at": at, "facts": said}
            for value, at, said in claims
        ],
    )
    bulk.select(
        "DELETE FROM people_app_waitingfacts WHERE id IN"
        " (SELECT id FROM people_app_waitingfacts ORDER BY id DESC OFFSET %s) RETURNING 1",
        MOST,
    )


def take(account_ids: Collection[int]) -> dict[str, dict[int, list[facts.Claim]]]:
    """Remove and return what waits for the customers of these accounts: claims per account, by source."""
    if not account_ids:
        return {}
    rows = bulk.select(
        "DELETE FROM people_app_waitingfacts w USING people_app_account a WHERE a.id = ANY(%s)"
        " AND w.kind = %s AND w.value = a.stripe_customer_id AND a.stripe_customer_id <> ''"
        " RETURNING w.source, a.id, w.at, w.facts, w.id",
        sorted(account_ids),
        KIND,
    )
    found: dict[str, dict[int, list[facts.Claim]]] = defaultdict(lambda: defaultdict(list))
    for source, account, at, said, _ in sorted(rows, key=lambda row: row[-1]):
        found[source][account].append((at, json.loads(said)))
    return found
