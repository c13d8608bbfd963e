"""Which account an item belongs to: the one it names by our id or a provider's, else where its person is at home."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from people_app import account_names, entitlements, homes
from people_app.account_names import GROUP, PROVIDERS, Bid, Key, Known
from people_app.item import Item, Move, Trust, Who
from people_app.models import Account
from upsell_project.lib import bulk


@dataclass(frozen=True, slots=True)
class Folded:
    """Two accounts are one: what the apps above keep of `gone` is `kept`'s."""

    kept: int
    gone: int


@dataclass(slots=True)
class Assigned:
    """Accounts whose facts changed, those whose calendar did, and what the apps above have to move."""

    changed: set[int] = field(default_factory=set)
    recounted: set[int] = field(default_factory=set)
    steps: list[Move | Folded] = field(default_factory=list)


def assign(
    items: Sequence[Item],
    who: Sequence[Who],
    source: str,
    now: datetime,
    trust: Trust,
    moved: Collection[int] = (),
) -> Assigned:
    """Set `account_id` and `grouped` on each answer, create what is missing and apply facts.

    `moved`: people who won or lost a name just now, and may be at home elsewhere.
    """
    if trust is not Trust.FULL:
        entitlements.show(entitlements.go_home(moved, now))
        _where_they_are(items, who)
        _at_home(who, now)
        return Assigned()
    known, steps, taken = _named(items, now)
    names = [_name_of(item, known) for item in items]
    for answer, name in zip(who, names, strict=True):
        answer.account_id = name.account_id if name else None
        answer.grouped = answer.account_id is not None
    steps += _join(items, who, now)
    _at_home(who, now)
    joined = {step.person_id for step in steps if isinstance(step, Move)}
    touched = entitlements.go_home({*moved, *joined}, now) | taken
    touched |= entitlements.keep(items, who, [name.id if name else None for name in names], source)
    changed, recounted = entitlements.show(touched)
    return Assigned(changed, recounted, steps)


def _named(items: Sequence[Item], now: datetime) -> tuple[Known, list[Move | Folded], set[int]]:
    """The rows of all names in the items. Our ids and providers' are created, except ours where it is only a hint.

    Also the accounts that won or lost a name.
    """
    known = account_names.add_groups({item.group_id for item in items if item.group_id}, now)
    hints = {hint for item in items if item.account_ids and (hint := item.account_ids.get(GROUP))}
    known |= account_names.find_groups(hints)
    bids = _bids(items, known)
    foreign = [item for item in items if item.account_ids and not item.group_id]
    alone = {key for item in foreign for key in _keys(item)[:1] if key not in bids}
    found = account_names.find(alone | bids.keys())
    unknown = {key: bid.account_id for key, bid in bids.items() if key not in found}
    known |= found | account_names.add(unknown)
    known |= account_names.add_nameless({key for key in alone if key not in known}, now)
    known |= account_names.held({key: known[key] for key in alone if key in known})
    taken = account_names.claim(bids)
    steps = settle(taken)
    touched = {account for one in taken for account in (one.old, one.new)}
    return (account_names.find(known) if taken else known), steps, touched


def _keys(item: Item) -> list[Key]:
    return [(kind, value) for kind, value in item.account_ids.items() if value and kind != GROUP]


def _bids(items: Sequence[Item], known: Known) -> dict[Key, Bid]:
    """Which providers' ids these items say are whose."""
    bids: dict[Key, Bid] = {}
    for item in items:
        if not (item.account_traits or item.account_ids):
            continue
        group = (GROUP, item.group_id or item.account_ids.get(GROUP, ""))
        if group not in known:
            continue
        account = known[group].account_id
        said = [(kind, item.account_traits.get(kind)) for kind in PROVIDERS]
        claimed = [(kind, value) for kind, value in said if isinstance(value, str) and 0 < len(value) <= 200]
        for key in [*_keys(item), *claimed]:
            bid = Bid(item.occurred_at, group[1], account or 0)
            bids[key] = max(bid, bids.get(key, bid))
    return bids


def _name_of(item: Item, known: Known) -> account_names.Name | None:
    if item.group_id:
        return known.get((GROUP, item.group_id))
    if not item.account_ids:
        return None
    keys = [(GROUP, item.account_ids.get(GROUP, "")), *_keys(item)[:1]]
    return next((known[key] for key in keys if key in known), None)


def settle(taken: Sequence[account_names.Taken]) -> list[Move | Folded]:
    """An account that lost its last name was the other one all along."""
    nobodys = set(account_names.empty({one.old for one in taken})) if taken else set()
    folded = {one.old: one.new for one in taken if one.old in nobodys}
    for gone, kept in folded.items():
        fold(kept, gone)
    return [Folded(kept, gone) for gone, kept in folded.items()]


def fold(kept: int, gone: int) -> None:
    """Names, members and limits of one account become the other's; the apps above follow by the step."""
    account_names.hold(gone)
    bulk.select(_JOIN_MEMBERS, kept, gone)
    bulk.select("DELETE FROM people_app_membership WHERE account_id = %s RETURNING 1", gone)
    bulk.select(
        "UPDATE people_app_accountname SET account_id = %s WHERE account_id = %s RETURNING 1", kept, gone
    )
    bulk.select("DELETE FROM people_app_entitlement WHERE account_id = %s RETURNING 1", gone)
    Account.objects.filter(merged_into=gone).update(merged_into=kept)
    Account.objects.filter(pk=gone).update(merged_into=kept)


def _where_they_are(items: Sequence[Item], who: Sequence[Who]) -> None:
    """The named account, if the person is a member of it already."""
    group_ids = {item.group_id for item in items if item.group_id}
    if not group_ids:
        return
    known = account_names.find_groups(group_ids)
    members = set(homes.memberships({answer.person_id for answer in who if answer.person_id}))
    for item, answer in zip(items, who, strict=True):
        name = known.get((GROUP, item.group_id or ""))
        if name and (answer.person_id, name.account_id) in members:
            answer.account_id, answer.grouped = name.account_id, True


def _join(items: Sequence[Item], who: Sequence[Who], now: datetime) -> list[Move | Folded]:
    """Acting in a group under one's user id makes a member; a group call may also name the role."""
    pairs: dict[tuple[int, int], tuple[datetime | None, str]] = {}
    for item, answer in zip(items, who, strict=True):
        if item.group_id and item.user_id and answer.person_id and answer.account_id:
            pair = (answer.person_id, answer.account_id)
            at, known = pairs.setdefault(pair, (None, ""))
            role = item.account_traits.get("role") if item.kind == "group" else None
            if isinstance(role, str) and role and (at is None or (at, known) < (item.occurred_at, role)):
                pairs[pair] = (item.occurred_at, role)
    if not pairs:
        return []
    members = set(homes.memberships({person for person, _ in pairs}))
    joining = {person for person, account in pairs if (person, account) not in members}
    before = homes.of(joining, now, create=False)
    bulk.execute(
        _JOIN,
        [
            {"person": person, "account": account, "role": role, "at": at, "now": now}
            for (person, account), (at, role) in sorted(pairs.items())
            if role or (person, account) not in members
        ],
    )
    after = homes.of(joining, now)
    return [
        Move(person, None, before[person], after[person])
        for person in sorted(joining)
        if before[person] != after[person]
    ]


def _at_home(who: Sequence[Who], now: datetime) -> None:
    """Items that name no account."""
    open_ones = [answer for answer in who if answer.person_id and not answer.account_id]
    home = homes.of({answer.person_id for answer in open_ones if answer.person_id}, now)
    for answer in open_ones:
        answer.account_id = home[answer.person_id or 0]


def merge(winner: int, loser: int) -> Folded | None:
    """Fold the loser's personal account into the one that the winner acts in, if there are both."""
    gone = Account.objects.filter(personal_of=loser, merged_into=None).first()
    theirs = Account.objects.filter(memberships__person=winner).order_by("pk")[:2]
    kept = theirs[0] if len(theirs) == 1 else Account.objects.filter(personal_of=winner).first()
    if gone is None or kept is None or kept == gone:
        return None
    Account.objects.filter(pk=gone.pk).update(merged_into=kept)
    return Folded(kept.pk, gone.pk)


_JOIN = """
INSERT INTO people_app_membership AS m (person_id, account_id, role, role_at, joined_at)
SELECT person, account, left(role, 100), at, now FROM json_to_recordset(%s)
    AS r(person bigint, account bigint, role text, at timestamptz, now timestamptz)
ON CONFLICT (person_id, account_id) DO UPDATE SET role = excluded.role, role_at = excluded.role_at
    WHERE excluded.role_at IS NOT NULL
    AND (m.role_at IS NULL OR (m.role_at, m.role) < (excluded.role_at, excluded.role))
"""
_JOIN_MEMBERS = """
INSERT INTO people_app_membership AS m (person_id, account_id, role, role_at, joined_at)
SELECT person_id, %s, role, role_at, joined_at FROM people_app_membership WHERE account_id = %s ORDER BY person_id
ON CONFLICT (person_id, account_id) DO UPDATE SET
    role = CASE WHEN excluded.role_at IS NOT NULL AND (m.role_at IS NULL OR (m.role_at, m.role) <
        (excluded.role_at, excluded.role)) THEN excluded.role ELSE m.role END,
    role_at = greatest(m.role_at, excluded.role_at), joined_at = least(m.joined_at, excluded.joined_at)
RETURNING 1
"""
