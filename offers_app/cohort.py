"""An account's own figures in a window of dates beside the median of its cohort: accounts of the same industry.

Nothing is compared with fewer than `MINIMUM` others, so that nobody's figures can be guessed from the median.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from upsell_project.lib import bulk

MINIMUM = 20
MOST = 10_000
"""Of a larger cohort so many stand for all: the median of more is the same figure for more work."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared: use of a resource in the buckets of its meter that begin in the window, both days included."""

    account: int
    resource: str
    since: date
    upto: date


@dataclass(frozen=True, slots=True)
class Compared:
    """`size`: how many others used it in the window."""

    own: Decimal
    median: Decimal
    size: int
    industry: str
    since: date
    upto: date


def question(account: int, evidence: Mapping[str, Any], now: datetime) -> Question | None:
    """By what the evidence is about: its resource, in its window (`from`, `to`) or its period up to now, else in the
    running month."""
    resource = evidence.get("resource")
    if not isinstance(resource, str) or not resource:
        return None
    since = _day(evidence.get("from")) or _day(evidence.get("period")) or now.date().replace(day=1)
    upto = min(_day(evidence.get("to")) or now.date(), now.date())
    return Question(account, resource, since, upto) if since <= upto else None


def compare(questions: Sequence[Question], minimum: int = MINIMUM) -> dict[Question, Compared]:
    """One statement for all of them. Who did not use it, is of no known industry, or has too few like them, is left
    out; what no sum is made of (the last value of a property) is not compared."""
    rows = [
        {"n": n, "account": one.account, "resource": one.resource, "since": one.since, "upto": one.upto}
        for n, one in enumerate(questions)
    ]
    found = bulk.execute(_COMPARED, rows, MOST, minimum)
    return {
        questions[n]: Compared(own, Decimal(median), size, industry, questions[n].since, questions[n].upto)
        for n, own, median, size, industry in found
    }


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


# The cohort is made once for each industry, resource and window, however many of its accounts ask.
_COMPARED = """
WITH asked AS (SELECT r.*, a.industry FROM json_to_recordset(%s)
        AS r(n int, account bigint, resource text, since date, upto date)
    JOIN people_app_account a ON a.id = r.account AND a.industry <> ''),
cohorts AS (SELECT DISTINCT industry, resource, since, upto FROM asked),
figures AS (
    SELECT c.industry, c.resource, c.since, c.upto, t.account_id, sum(t.used) AS used
    FROM cohorts c
    CROSS JOIN LATERAL (SELECT a.id FROM people_app_account a
        WHERE a.industry = c.industry AND a.merged_into_id IS NULL ORDER BY a.id LIMIT %s) members
    JOIN signals_app_metertotal t ON t.account_id = members.id AND t.resource = c.resource
        AND t.period BETWEEN c.since AND c.upto AND NOT t.newest
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(t.used) > 0),
medians AS (SELECT industry, resource, since, upto, count(*) AS size,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY used) AS median
    FROM figures GROUP BY 1, 2, 3, 4),
own AS (SELECT q.n, sum(t.used) AS used FROM asked q JOIN signals_app_metertotal t ON t.account_id = q.account
        AND t.resource = q.resource AND t.period BETWEEN q.since AND q.upto
        AND NOT t.newest GROUP BY q.n)
SELECT q.n, own.used, round(m.median::numeric, 3)::text, m.size - 1, q.industry
FROM asked q JOIN own ON own.n = q.n AND own.used > 0
JOIN medians m ON (m.industry, m.resource, m.since, m.upto) = (q.industry, q.resource, q.since, q.upto)
WHERE m.size - 1 >= %s
"""
