"""The names under which accounts are known (`AccountName`): found, added and claimed in bulk.

A provider's id belongs to the group that claimed it last; until one does, to an account without a group id.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from people_app import homes
from upsell_project.lib import bulk

Key = tuple[str, str]
GROUP, PERSON, STAFF = "group_id", "person", "staff"
PROVIDERS = (
    "stripe_customer_id",
    "recurly_account_code",
    "paddle_customer_id",
    "hubspot_company_id",
    "salesforce_account_id",
    "intercom_company_id",
    "zendesk_organization_id",
)
"""Account traits with these names are names of the account, whoever says them."""


class Name(NamedTuple):
    """A row of AccountName and its account."""

    id: int
    account_id: int | None


class Bid(NamedTuple):
    """A claim to a name: the greatest is the best, so a customer that moved is where they moved last."""

    at: datetime
    by: str
    """The group that claims it."""
    account_id: int


class Taken(NamedTuple):
    """A name that went to another account."""

    name_id: int
    old: int
    new: int


Known = dict[Key, Name]


def find(keys: Iterable[Key]) -> Known:
    rows = bulk.execute(
        "SELECT n.kind, n.value, n.id, n.account_id FROM json_to_recordset(%s) AS r(kind text, value text)"
        " JOIN people_app_accountname n USING (kind, value)",
        [{"kind": kind, "value": value} for kind, value in sorted(set(keys))],
    )
    return {(kind, value): Name(id, account) for kind, value, id, account in rows}


def find_groups(group_ids: Collection[str]) -> Known:
    """Those that exist; an account that staff made has no name yet and gets it here."""
    keys = {(GROUP, group) for group in group_ids}
    known = find(keys)
    if missing := of_groups([group for _, group in keys - known.keys()]):
        known |= add(missing)
    return known


def add_groups(group_ids: Collection[str], now: datetime) -> Known:
    """Accounts by group id, created where they are missing."""
    known = find_groups(group_ids)
    missing = sorted(set(group_ids) - {group for _, group in known})
    if missing:
        homes.add([(group, None) for group in missing], now)
        known |= find_groups(missing)
    return known


def add_nameless(keys: Collection[Key], now: datetime, more: Mapping[Key, int | None] | None = None) -> Known:
    """Accounts of which only a provider's id is known, and `more` names of accounts that exist, all in one order.

    Where another worker was first, theirs stays.
    """
    wanted = sorted(keys)
    born = homes.add([(None, None) for _ in wanted], now)
    known = add({**(more or {}), **dict(zip(wanted, born, strict=True))})
    unborn = sorted(set(born) - {name.account_id for name in known.values()})
    if unborn:
        bulk.select("DELETE FROM people_app_account WHERE id = ANY(%s) RETURNING 1", unborn)
    return known


def of_groups(group_ids: Collection[str]) -> dict[Key, int]:
    """The accounts with these ids of ours, whatever their names."""
    if not group_ids:
        return {}
    sql = "SELECT group_id, coalesce(merged_into_id, id) FROM people_app_account WHERE group_id = ANY(%s)"
    return {(GROUP, group): account for group, account in bulk.select(sql, sorted(group_ids))}


def members_at_stake(keys: Collection[Key]) -> set[int]:
    """Who belongs to an account without an id of ours that has one of these names, and may be folded with it."""
    rows = bulk.execute(_AT_STAKE, [{"kind": kind, "value": value} for kind, value in sorted(keys)])
    return {person for (person,) in rows}


def lock(known: Known) -> Known:
    """Hold these names until the transaction ends; whose they are now. An account whose name is held stays."""
    ids = sorted(name.id for name in known.values())
    sql = "SELECT kind, value, id, account_id FROM people_app_accountname WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
    rows = bulk.select(sql, ids) if ids else []
    return {(kind, value): Name(id, account) for kind, value, id, account in rows}


def hold(account_ids: Collection[int]) -> None:
    """Nobody takes or gives a name of these accounts, or has events that count there, until the transaction ends."""
    sql = "SELECT 1 FROM people_app_account WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
    if account_ids:
        bulk.select(f"SELECT count(*) FROM ({sql}) held", bulk.array(account_ids))


def beside(account_ids: Collection[int]) -> set[int]:
    """Where else whoever belongs to these accounts does: of those without an id of ours, which may be folded."""
    rows = bulk.select(_BESIDE, sorted(account_ids)) if account_ids else []
    return {account for (account,) in rows}


def add(accounts: Mapping[Key, int | None]) -> Known:
    """Give these names to these accounts; a name that exists stays where it is."""
    bulk.execute(
        "INSERT INTO people_app_accountname (kind, value, account_id, claimed_by, facts)"
        " SELECT kind, value, account, '', '{}'"
        " FROM json_to_recordset(%s) AS r(kind text, value text, account bigint)"
        " ON CONFLICT (kind, value) DO NOTHING",
        [
            {"kind": kind, "value": value, "account": account}
            for (kind, value), account in sorted(accounts.items())
        ],
    )
    return find(accounts)


def bids(claims: Mapping[Key, Sequence[tuple[datetime, str]]], groups: Mapping[Key, int]) -> dict[Key, Bid]:
    """The newest claim to each name by a group that exists."""
    found = {
        key: max(
            (Bid(at, group, groups[GROUP, group]) for at, group in each if (GROUP, group) in groups),
            default=None,
        )
        for key, each in claims.items()
    }
    return {key: bid for key, bid in found.items() if bid}


def claim(bids: Mapping[Key, Bid]) -> list[Taken]:
    """Let each name go to the best of its bids and what holds it now; the names that changed hands."""
    rows = bulk.execute(
        _CLAIM,
        [
            {"kind": key[0], "value": key[1], **bid._asdict()}
            for key, bid in sorted(bids.items(), key=lambda entry: entry[0])
        ],
    )
    return [Taken(*row) for row in rows if row[1] != row[2]]


def empty(account_ids: Collection[int]) -> list[int]:
    """Those of these accounts that nothing names any more."""
    rows = bulk.select(
        "SELECT a.id FROM people_app_account a WHERE a.id = ANY(%s) AND a.group_id IS NULL"
        " AND a.personal_of_id IS NULL AND a.merged_into_id IS NULL"
        " AND NOT EXISTS (SELECT FROM people_app_accountname n WHERE n.account_id = a.id)",
        sorted(account_ids),
    )
    return [account for (account,) in rows]


_AT_STAKE = """
SELECT DISTINCT m.person_id FROM json_to_recordset(%s) AS r(kind text, value text)
JOIN people_app_accountname n USING (kind, value)
JOIN people_app_account a ON a.id = n.account_id AND a.group_id IS NULL AND a.personal_of_id IS NULL
JOIN people_app_membership m ON m.account_id = a.id
"""
_BESIDE = """
SELECT DISTINCT o.account_id FROM people_app_account a
JOIN people_app_membership m ON m.account_id = a.id JOIN people_app_membership o ON o.person_id = m.person_id
WHERE a.id = ANY(%s) AND a.group_id IS NULL AND a.personal_of_id IS NULL
"""
_CLAIM = """
WITH held AS (
    SELECT n.id, n.account_id, n.claimed_at, n.claimed_by, b.account_id AS bidder, b.at, b.by
    FROM json_to_recordset(%s) AS b(kind text, value text, at timestamptz, by text, account_id bigint)
    JOIN people_app_accountname n USING (kind, value) ORDER BY n.id FOR UPDATE OF n)
UPDATE people_app_accountname n SET account_id = h.bidder, claimed_at = h.at, claimed_by = h.by
FROM held h
WHERE n.id = h.id AND (h.claimed_at IS NULL OR (h.at, h.by) > (h.claimed_at, h.claimed_by))
RETURNING n.id, h.account_id, h.bidder
"""
