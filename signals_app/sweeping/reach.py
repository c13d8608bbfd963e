"""Whose events are an account's: those that name it or an account that was merged into it, and what people who are at
home there did without naming any. The same as in `knowing.stored_events`, for all accounts at once."""

from signals_app.sweeping.asking import Asking
from upsell_project.lib.rules.facts import Of

EVENTS_A_PERSON = 5
"""To look into the events of one person takes as long as to count a dozen."""


def events(asking: Asking, of: Of, columns: str, conditions: str) -> str:
    """A query of (id, columns): the person or account, and columns of the event `e`."""
    if of is Of.PERSON:
        return _OF_PEOPLE.format(columns=columns, conditions=conditions)
    merged(asking)
    # Where all events name their account, nobody's home is looked for.
    nameless = asking.named("nameless", _NAMELESS.format(conditions=conditions))
    among = f"IN (SELECT person_id FROM {nameless})"
    home = asking.named(
        "home_of", _HOME.format(members=f"WHERE m.person_id {among}", own=f"o.personal_of_id {among}")
    )
    return _OF_ACCOUNTS.format(columns=columns, conditions=conditions, home=home)


def homes(asking: Asking) -> None:
    """`home` (person, account) says who is where."""
    merged(asking)
    asking.given("home", _HOME.format(members="", own="o.personal_of_id IS NOT NULL"))


def merged(asking: Asking) -> None:
    """`merged` (id, root) says in which account each ended that was merged."""
    for name, query in (("gone", _GONE), ("chain", _CHAIN), ("merged", _MERGED)):
        asking.given(name, query)


def happened(asking: Asking, of: Of, conditions: str, times: int = 1) -> str:
    """That there are so many such events of the subject, which are looked up for each by itself: as an EXISTS they
    would be joined, all events of the time with all subjects. Where all people are asked, and there are not many more
    such events than people, the events are counted instead."""
    if of is Of.ACCOUNT:
        return _OF_ACCOUNT.format(conditions=conditions, times=times)
    one = _OF_PERSON.format(conditions=conditions, times=times)
    if asking.of is Of.ACCOUNT or not asking.everybody:
        return f"({one} >= {times})"
    most = asking.given("most", MOST.format(each=EVENTS_A_PERSON))
    counted = asking.row(_OF_ALL.format(conditions=conditions, most=most), "{}.id = p.id")
    few = f"(SELECT coalesce(sum(n), 0) <= (SELECT count FROM {most}) FROM {counted}_set)"
    return f"(CASE WHEN {few} THEN coalesce({counted}.n, 0) ELSE {one} END >= {times})"


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
    FROM people_app_membership m JOIN people_app_account x ON x.id = m.account_id {members} GROUP BY m.person_id
    UNION ALL SELECT o.personal_of_id, o.id FROM people_app_account o WHERE {own}
        AND NOT EXISTS (SELECT FROM people_app_membership m WHERE m.person_id = o.personal_of_id)
) h LEFT JOIN merged r ON r.id = h.account WHERE h.account IS NOT NULL
"""
_NAMELESS = """
SELECT DISTINCT e.person_id FROM signals_app_event e
    WHERE e.account_id IS NULL AND e.person_id IS NOT NULL AND {conditions}
"""
_OF_PEOPLE = """
SELECT e.person_id AS id, {columns} FROM signals_app_event e WHERE e.person_id IS NOT NULL AND {conditions}
"""
_OF_ACCOUNTS = """
SELECT coalesce(r.root, e.account_id) AS id, {columns}
    FROM signals_app_event e LEFT JOIN merged r ON r.id = e.account_id WHERE e.account_id IS NOT NULL AND {conditions}
UNION ALL SELECT h.account AS id, {columns} FROM signals_app_event e JOIN {home} h ON h.person = e.person_id
    WHERE e.account_id IS NULL AND {conditions}
"""
_OF_PERSON = """
(SELECT count(*) FROM (SELECT FROM signals_app_event e WHERE e.person_id = p.id AND {conditions} LIMIT {times}) n)
"""
# What nobody counted yet has -1 rows.
MOST = """
SELECT ({each} * greatest(reltuples, 0))::bigint AS count FROM pg_class WHERE oid = 'people_app_person'::regclass
"""
_OF_ALL = """
SELECT v.id, count(*) AS n FROM (SELECT e.person_id AS id FROM signals_app_event e
    WHERE e.person_id IS NOT NULL AND {conditions} LIMIT (SELECT count + 1 FROM {most})) v GROUP BY v.id
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
