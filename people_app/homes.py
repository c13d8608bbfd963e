"""Where people are at home: what they do without naming an account counts for their only account, or their own.

Of several accounts none is guessed: then it counts for no account, until the person has one home again. A provider's
company that has no id of ours is a home only to who belongs to nothing else.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from upsell_project.lib import bulk


def of(person_ids: Collection[int], now: datetime, *, create: bool = True) -> dict[int, int | None]:
    """The home account of each person; who has a user id and belongs nowhere gets a personal one, if `create`."""
    if not person_ids:
        return {}
    accounts: dict[int, list[int]] = defaultdict(list)
    for person, account in bulk.select(_CANDIDATES, bulk.array(sorted(person_ids))):
        accounts[person].append(account)
    personal = _personal([person for person in person_ids if person not in accounts], now, create)
    return {
        person: (accounts[person][0] if len(accounts[person]) == 1 else None)
        if person in accounts
        else personal.get(person)
        for person in person_ids
    }


def memberships(person_ids: Collection[int]) -> list[tuple[int, int]]:
    """(person, account) of these people."""
    sql = "SELECT person_id, account_id FROM people_app_membership WHERE person_id = ANY(%s) ORDER BY id"
    return [(person, account) for person, account in bulk.select(sql, sorted(person_ids))]


def around(person_ids: Collection[int], now: datetime) -> set[int]:
    """All accounts where anything of these people may count: theirs, and those to which they belong."""
    theirs = {home for home in of(person_ids, now, create=False).values() if home}
    return theirs | {account for _, account in memberships(person_ids)}


def next_at_home(after: Collection[tuple[int, int]], most: int) -> dict[tuple[int, int], list[int]]:
    """By (account, person): so many of the people at home in this account who come after this person, by key."""
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for account, last, person in bulk.execute(
        _NEXT_AT_HOME, [{"account": account, "after": last} for account, last in after], most, most, most
    ):
        found[account, last].append(person)
    return found


def at_home_sql(accounts: str) -> str:
    """(person_id, account_id) of the people at home in these accounts, an SQL array; to be part of a statement."""
    return _AT_HOME.format(accounts=accounts)


def own(person_ids: Collection[int]) -> dict[int, int]:
    """Their personal accounts, by person."""
    sql = "SELECT personal_of_id, id FROM people_app_account WHERE personal_of_id = ANY(%s) AND merged_into_id IS NULL"
    return dict(bulk.select(sql, sorted(person_ids))) if person_ids else {}


def swap(winner: int, loser: int) -> None:
    """Let the account that is the loser's, and into which the winner's was merged, be the winner's."""
    rows = bulk.select(_MERGED_INTO_OWN, winner, loser)
    for mine, theirs in rows:
        for account, person in ((mine, None), (theirs, winner), (mine, loser)):
            bulk.run("UPDATE people_app_account SET personal_of_id = %s WHERE id = %s", person, account)


def _personal(person_ids: Collection[int], now: datetime, create: bool) -> dict[int, int]:
    if not person_ids:
        return {}
    found = dict(bulk.select(_PERSONAL, sorted(person_ids)))
    missing = sorted(set(person_ids) - found.keys())
    if missing and create:
        known = bulk.select(
            "SELECT id FROM people_app_person WHERE id = ANY(%s) AND user_id IS NOT NULL", missing
        )
        add([(None, person) for (person,) in sorted(known)], now)
        found |= dict(bulk.select(_PERSONAL, missing))
    return found


def add(accounts: Collection[tuple[str | None, int | None]], now: datetime) -> list[int]:
    """New accounts by (group id, person whose own it is); what exists already is left alone. The new ones' ids."""
    rows = bulk.execute(
        _INSERT, [{"group_id": group, "person": person, "now": now} for group, person in accounts]
    )
    return [account for (account,) in rows]


_PERSONAL = "SELECT personal_of_id, coalesce(merged_into_id, id) FROM people_app_account WHERE personal_of_id = ANY(%s)"
_MERGED_INTO_OWN = """
SELECT m.id, o.id FROM people_app_account m JOIN people_app_account o ON o.id = m.merged_into_id
WHERE m.personal_of_id = %s AND o.personal_of_id = %s
"""
_BETTER = """
EXISTS (SELECT FROM people_app_membership o JOIN people_app_account b ON b.id = o.account_id
    WHERE o.person_id = m.person_id AND o.id <> m.id AND b.group_id IS NOT NULL)
"""
_CANDIDATES = f"""
SELECT m.person_id, m.account_id FROM people_app_membership m JOIN people_app_account a ON a.id = m.account_id
WHERE m.person_id = ANY(%s) AND (a.group_id IS NOT NULL OR NOT {_BETTER}) ORDER BY m.id
"""
_AT_HOME = f"""
SELECT m.person_id, m.account_id FROM people_app_membership m JOIN people_app_account a ON a.id = m.account_id
WHERE m.account_id = ANY({{accounts}}) AND NOT {_BETTER} AND (a.group_id IS NOT NULL OR NOT EXISTS
    (SELECT FROM people_app_membership o WHERE o.person_id = m.person_id AND o.id <> m.id))
UNION
SELECT a.personal_of_id, coalesce(a.merged_into_id, a.id) FROM people_app_account a
WHERE coalesce(a.merged_into_id, a.id) = ANY({{accounts}}) AND a.personal_of_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM people_app_membership o WHERE o.person_id = a.personal_of_id)
"""
# Each part by an index and only so far: an account may have any number of members.
_NEXT_AT_HOME = f"""
SELECT r.account, r.after, h.person_id FROM json_to_recordset(%s) AS r(account bigint, after bigint), LATERAL (
    (SELECT m.person_id FROM people_app_membership m JOIN people_app_account a ON a.id = m.account_id
    WHERE m.account_id = r.account AND m.person_id > r.after AND NOT {_BETTER}
        AND (a.group_id IS NOT NULL OR NOT EXISTS
            (SELECT FROM people_app_membership o WHERE o.person_id = m.person_id AND o.id <> m.id))
    ORDER BY m.person_id LIMIT %s)
    UNION
    (SELECT a.personal_of_id FROM people_app_account a
    WHERE (a.id = r.account OR a.merged_into_id = r.account) AND a.personal_of_id > r.after
        AND NOT EXISTS (SELECT FROM people_app_membership o WHERE o.person_id = a.personal_of_id)
    ORDER BY 1 LIMIT %s)
    ORDER BY 1 LIMIT %s
) h ORDER BY 1, 2, 3
"""
_INSERT = """
INSERT INTO people_app_account (group_id, personal_of_id, name, plan, billing_period, subscription_status, cancelling,
    invoice_status, fiscal_year_end, currency, industry, tier, country, timezone, addons, account_manager,
    stripe_customer_id, traits, provenance, created_at)
SELECT group_id, person, '', '', '', '', false, '', '', '', '', '', '', '', '[]', '{}', '', '{}', '{}', now
FROM json_to_recordset(%s) AS r(group_id text, person bigint, now timestamptz)
ON CONFLICT DO NOTHING RETURNING id
"""
