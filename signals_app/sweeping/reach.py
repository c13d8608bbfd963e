"""Whose events are an account's: those that name it or an account that was merged into it, and what people who are at
home there did without naming any. The same as in `knowing.stored_events`, for all accounts at once."""

from signals_app.sweeping.asking import Asking
from upsell_project.lib.rules.facts import Of


def events(asking: Asking, of: Of, columns: str, conditions: str) -> str:
    """A query of (id, columns): the person or account, and columns of the event `e`."""
    if of is Of.PERSON:
        return _OF_PEOPLE.format(columns=columns, conditions=conditions)
    homes(asking)
    return _OF_ACCOUNTS.format(columns=columns, conditions=conditions)


def homes(asking: Asking) -> None:
    """`merged` (id, root) says in which account each ended that was merged, `home` (person, account) who is where."""
    for name, query in (("gone", _GONE), ("chain", _CHAIN), ("merged", _MERGED), ("home", _HOME)):
        asking.given(name, query)


def happened(of: Of, conditions: str, times: int = 1) -> str:
    """That there are so many such events of the subject, which are looked up for each by itself: as an EXISTS they
    would be joined, all events of the time with all subjects."""
    whose = _OF_PERSON if of is Of.PERSON else _OF_ACCOUNT
    return whose.format(conditions=conditions, times=times)


_GONE = "SELECT id, merged_into_id FROM people_app_account WHERE merged_into_id IS NOT NULL"
_CHAIN = """
SELECT id, merged_into_id AS root FROM gone
UNION ALL SELECT chain.id, gone.merged_into_id FROM chain JOIN gone ON gone.id = chain.root
"""
_MERGED = "SELECT id, root FROM chain WHERE NOT EXISTS (SELECT FROM gone WHERE gone.id = chain.root)"
# As in `people_app.homes`: of several accounts none is guessed.
_HOME = """
SELECT h.person, coalesce(r.root, h.account) AS account FROM (
    SELECT m.person_id AS person, CASE WHEN count(x.group_id) = 1 THEN max(x.id) FILTER (WHERE x.group_id IS NOT NULL)
        WHEN count(*) = 1 THEN max(x.id) END AS account
    FROM people_app_membership m JOIN people_app_account x ON x.id = m.account_id GROUP BY m.person_id
    UNION ALL SELECT o.personal_of_id, o.id FROM people_app_account o WHERE o.personal_of_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM people_app_membership m WHERE m.person_id = o.personal_of_id)
) h LEFT JOIN merged r ON r.id = h.account WHERE h.account IS NOT NULL
"""
_OF_PEOPLE = """
SELECT e.person_id AS id, {columns} FROM signals_app_event e WHERE e.person_id IS NOT NULL AND {conditions}
"""
_OF_ACCOUNTS = """
SELECT coalesce(r.root, e.account_id) AS id, {columns}
    FROM signals_app_event e LEFT JOIN merged r ON r.id = e.account_id WHERE e.account_id IS NOT NULL AND {conditions}
UNION ALL SELECT h.account AS id, {columns} FROM signals_app_event e JOIN home h ON h.person = e.person_id
    WHERE e.account_id IS NULL AND {conditions}
"""
_OF_PERSON = """
(SELECT count(*) FROM (SELECT FROM signals_app_event e WHERE e.person_id = p.id AND {conditions} LIMIT {times}) n)
    >= {times}
"""
# Of accounts into which others were merged it is not asked: there are few.
_OF_ACCOUNT = """
((SELECT count(*) FROM (
    SELECT FROM signals_app_event e WHERE e.account_id = a.id AND {conditions}
    UNION ALL SELECT FROM people_app_membership m JOIN signals_app_event e ON e.person_id = m.person_id
        WHERE m.account_id = a.id AND e.account_id IS NULL AND {conditions}
    UNION ALL SELECT FROM signals_app_event e
        WHERE e.person_id = a.personal_of_id AND e.account_id IS NULL AND {conditions}
    LIMIT {times}) n) >= {times}
OR EXISTS (SELECT FROM people_app_account x WHERE x.merged_into_id = a.id))
"""
