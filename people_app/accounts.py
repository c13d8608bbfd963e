"""Which account an item belongs to: the named group, else the person's only membership, else their personal one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from people_app import entitlements, waiting
from people_app.item import Item, Trust, Who
from people_app.models import Account
from upsell_project.lib import bulk

CUSTOMER, ORGANIZATION = waiting.KIND, "organization_external_id"


def assign(items: Sequence[Item], who: Sequence[Who], source: str, now: datetime, trust: Trust) -> set[int]:
    """Set `account_id` on each answer, create what is missing and apply facts; return accounts whose facts changed."""
    if trust is not Trust.FULL:
        _where_they_are(items, who)
        _default(who, now)
        return set()
    _named(items, who, now)
    _join(items, who, now)
    _default(who, now)
    return entitlements.apply(items, who, source)


def _named(items: Sequence[Item], who: Sequence[Who], now: datetime) -> None:
    """By group id, which is created, else by what providers call an account, which is only found."""
    named = groups({item.group_id for item in items if item.group_id}, now)
    customers = _customers(items)
    others = {group for item in items if not item.group_id and (group := item.lookup.get(ORGANIZATION))}
    organizations = dict(bulk.select(_GROUPS, sorted(others))) if others else {}
    for item, answer in zip(items, who, strict=True):
        answer.account_id = (
            named.get(item.group_id or "")
            or customers.get(item.lookup.get(CUSTOMER, ""))
            or organizations.get(item.lookup.get(ORGANIZATION, ""))
        )


def _where_they_are(items: Sequence[Item], who: Sequence[Who]) -> None:
    """The named account, if the person is a member of it already."""
    group_ids = {item.group_id for item in items if item.group_id}
    if not group_ids:
        return
    named = dict(bulk.select(_GROUPS, sorted(group_ids)))
    members = set(_memberships({answer.person_id for answer in who if answer.person_id}))
    for item, answer in zip(items, who, strict=True):
        account = named.get(item.group_id or "")
        answer.account_id = account if (answer.person_id, account) in members else None


def groups(group_ids: Collection[str], now: datetime) -> dict[str, int]:
    """Account ids by group id, created where they are missing; merged accounts are followed."""
    if not group_ids:
        return {}
    found = dict(bulk.select(_GROUPS, sorted(group_ids)))
    missing = sorted(set(group_ids) - found.keys())
    if missing:
        bulk.execute(_INSERT, [{"group_id": group_id, "person": None, "now": now} for group_id in missing])
        found |= dict(bulk.select(_GROUPS, missing))
    return found


def _customers(items: Sequence[Item]) -> dict[str, int]:
    """Account ids by customer id. Where one is unknown, no other transaction makes it known meanwhile."""
    named = [(item.lookup.get(CUSTOMER), item.account_traits.get(CUSTOMER)) for item in items]
    wanted = {id for pair in named for id in pair if id and isinstance(id, str)}
    if not wanted:
        return {}
    sql = "SELECT stripe_customer_id, id FROM people_app_account WHERE stripe_customer_id = ANY(%s)"
    found = dict(bulk.select(sql, sorted(wanted)))
    if wanted - found.keys():
        waiting.lock()
        found = dict(bulk.select(sql, sorted(wanted)))
    return found


def _join(items: Sequence[Item], who: Sequence[Who], now: datetime) -> None:
    """Acting in a group makes a member; a group call may also name the role."""
    pairs: dict[tuple[int, int], tuple[str, datetime | None]] = {}
    for item, answer in zip(items, who, strict=True):
        if item.group_id and answer.person_id and answer.account_id:
            pair = (answer.person_id, answer.account_id)
            _, at = pairs.setdefault(pair, ("", None))
            role = item.account_traits.get("role") if item.kind == "group" else None
            if isinstance(role, str) and role and (at is None or at <= item.occurred_at):
                pairs[pair] = (role, item.occurred_at)
    if not pairs:
        return
    known = {(person, account) for person, account in _memberships({person for person, _ in pairs})}
    bulk.execute(
        "INSERT INTO people_app_membership AS m (person_id, account_id, role, role_at, joined_at)"
        " SELECT person, account, left(role, 100), at, now FROM json_to_recordset(%s)"
        " AS r(person bigint, account bigint, role text, at timestamptz, now timestamptz)"
        " ON CONFLICT (person_id, account_id) DO UPDATE SET role = excluded.role, role_at = excluded.role_at"
        " WHERE excluded.role_at IS NOT NULL AND (m.role_at IS NULL OR m.role_at < excluded.role_at)",
        [
            {"person": person, "account": account, "role": role, "at": at, "now": now}
            for (person, account), (role, at) in sorted(pairs.items())
            if role or (person, account) not in known
        ],
    )


def _memberships(person_ids: Iterable[int]) -> list[tuple[Any, ...]]:
    sql = "SELECT person_id, account_id FROM people_app_membership WHERE person_id = ANY(%s)"
    return bulk.select(sql, sorted(person_ids))


def _default(who: Sequence[Who], now: datetime) -> None:
    """Items without a group: of several memberships none is guessed; with none there is a personal account."""
    open_ones = [answer for answer in who if answer.person_id and not answer.account_id]
    if not open_ones:
        return
    people = {answer.person_id for answer in open_ones if answer.person_id}
    of: dict[int, list[int]] = defaultdict(list)
    for person, account in _memberships(people):
        of[person].append(account)
    personal = _personal({person for person in people if not of[person]}, now)
    for answer in open_ones:
        accounts = of[answer.person_id or 0]
        answer.account_id = accounts[0] if len(accounts) == 1 else personal.get(answer.person_id or 0)


def _personal(person_ids: Collection[int], now: datetime) -> dict[int, int]:
    if not person_ids:
        return {}
    sql = "SELECT personal_of_id, id FROM people_app_account WHERE personal_of_id = ANY(%s)"
    found = dict(bulk.select(sql, sorted(person_ids)))
    missing = sorted(set(person_ids) - found.keys())
    if missing:
        known = bulk.select(
            "SELECT id FROM people_app_person WHERE id = ANY(%s) AND user_id IS NOT NULL", missing
        )
        bulk.execute(
            _INSERT, [{"group_id": None, "person": person, "now": now} for (person,) in sorted(known)]
        )
        found |= dict(bulk.select(sql, missing))
    return found


def merge(winner: int, loser: int) -> tuple[int, int] | None:
    """Fold the loser's personal account into the one that the winner acts in: (kept, gone), if there are both."""
    gone = Account.objects.filter(personal_of=loser, merged_into=None).first()
    theirs = Account.objects.filter(memberships__person=winner).order_by("pk")[:2]
    kept = theirs[0] if len(theirs) == 1 else Account.objects.filter(personal_of=winner).first()
    if gone is None or kept is None or kept == gone:
        return None
    Account.objects.filter(pk=gone.pk).update(merged_into=kept)
    return kept.pk, gone.pk


_GROUPS = "SELECT group_id, coalesce(merged_into_id, id) FROM people_app_account WHERE group_id = ANY(%s)"
_INSERT = """
INSERT INTO people_app_account (group_id, personal_of_id, name, plan, billing_period, subscription_status, cancelling,
    invoice_status, fiscal_year_end, currency, industry, tier, country, timezone, addons, account_manager,
    stripe_customer_id, traits, provenance, created_at)
SELECT group_id, person, '', '', '', '', false, '', '', '', '', '', '', '', '[]', '{}', '', '{}', '{}', now
FROM json_to_recordset(%s) AS r(group_id text, person bigint, now timestamptz)
ON CONFLICT DO NOTHING
"""
