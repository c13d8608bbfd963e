"""Which account an item belongs to: the one it names by our id or a provider's, else where its person is at home."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from people_app import account_names, entitlements, homes
from people_app.account_names import GROUP, PROVIDERS, Key, Known
from people_app.item import Item, Move, Said, Trust, Who
from people_app.merging import Joined
from people_app.models import Account, Membership
from upsell_project.lib import bulk, clock


@dataclass(frozen=True, slots=True)
class Folded:
    """Two accounts are one: what the apps above keep of `gone` is `kept`'s."""

    kept: int
    gone: int
    personal: bool = False
    """`gone` was somebody's own: what was done there follows the person, and only what was counted is left."""


@dataclass(slots=True)
class Assigned:
    """Which facts of which accounts changed, whose calendar did, and what the apps above have to move."""

    changed: entitlements.Changed = field(default_factory=dict)
    recounted: set[int] = field(default_factory=set)
    steps: list[Move | Folded] = field(default_factory=list)


def assign(said: Sequence[Said], who: Sequence[Sequence[Who]], now: datetime, joined: Joined) -> Assigned:
    """Set `account_id` and `grouped` on each answer, create what is missing and apply facts.

    `joined`: people who won or lost a name just now, and may be at home elsewhere.
    """
    told = [
        _Told(item, answer, one.source)
        for one, answers in zip(said, who, strict=True)
        if one.trust is Trust.FULL
        for item, answer in zip(one.items, answers, strict=True)
    ]
    everybody = {person for answers in who for answer in answers if (person := answer.person_id)}
    known, steps, touched = _named(told, joined.people, everybody, now)
    names = [_name_of(one.item, known) for one in told]
    for (_, answer, _), name in zip(told, names, strict=True):
        answer.account_id = name.account_id if name else None
        answer.grouped = answer.account_id is not None
    steps += _join(told, now)
    for one, answers in zip(said, who, strict=True):
        if one.trust is not Trust.FULL:
            _where_they_are(one.items, answers)
    _at_home([answer for answers in who for answer in answers], now)
    moved = joined.people | {step.person_id for step in steps if isinstance(step, Move)}
    touched |= entitlements.go_home(moved, now, joined.nobodys)
    touched |= entitlements.keep(told, [name.id if name else None for name in names])
    own = homes.own(joined.gone)
    # What counts for one account is taken in by one worker after the other: else neither sees what the other stores.
    counting = {answer.account_id for answers in who for answer in answers if answer.account_id}
    account_names.hold(counting.union(touched, own.values()))
    changed, recounted = entitlements.show(touched | set(own.values()))
    return Assigned(changed, recounted, [*steps, *_fold_own(own, joined.gone, now)])


def members_at_stake(said: Sequence[Said]) -> set[int]:
    """Who may be at home elsewhere when the items claim the names of the account to which they belong."""
    items = [item for one in said if one.trust is Trust.FULL for item in one.items if _says_more(item)]
    return account_names.members_at_stake(_claims_of(items).keys())


class _Told(NamedTuple):
    """An item of somebody whom we believe."""

    item: Item
    answer: Who
    source: str


def _named(
    told: Sequence[_Told], moved: Set[int], people: Set[int], now: datetime
) -> tuple[Known, list[Move | Folded], set[int]]:
    """The rows of all names in the items. Our ids and providers' are created, except ours where it is only a hint.

    Names that are claimed, or of which something is said, are held. Also the accounts that won or lost a name: where
    one did, they are held together with all in which any of `people` may have done something.
    """
    wanted = {(GROUP, one.item.group_id) for one in told if one.item.group_id}
    items = [one.item for one in told if _says_more(one.item)]
    hints = {(GROUP, hint) for item in items if item.account_ids and (hint := item.account_ids.get(GROUP))}
    claimed = _claims_of(items)
    foreign = {key for item in items if item.account_ids for key in _keys(item)}
    known = account_names.find(wanted | hints | foreign | claimed.keys())
    groups = _groups(wanted, hints, known, now)
    bids = account_names.bids(claimed, groups)
    alone = {
        key
        for item in items
        if item.account_ids and not item.group_id
        for key in _keys(item)[:1]
        if key not in bids
    }
    whose = groups | {key: bid.account_id for key, bid in bids.items()}
    new: dict[Key, int | None] = {key: account for key, account in whose.items() if key not in known}
    nameless = {key for key in alone if key not in known}
    if new or nameless:
        known |= account_names.add_nameless(nameless, now, new)
    held = alone | bids.keys() | {key for item in items for key in _named_by(item)}
    known |= account_names.lock({key: known[key] for key in held if key in known})
    taken = [one for one in account_names.claim(bids) if one.old]
    if not taken:
        return known, [], set()
    named = {one.account_id for one in known.values() if one.account_id}
    steps = settle(taken, named.union(homes.around(people | moved, now), homes.own(moved).values()))
    touched = {account for one in taken for account in (one.old, one.new)}
    return account_names.find(known), steps, touched


def _says_more(item: Item) -> bool:
    """Whether it says something of an account, or how a provider calls it."""
    return bool(item.account_ids or item.account_traits or item.name in entitlements.EVENT_FACTS)


def _named_by(item: Item) -> list[Key]:
    return [(GROUP, item.group_id or item.account_ids.get(GROUP, "")), *_keys(item)]


def _groups(wanted: Collection[Key], hints: Collection[Key], known: Known, now: datetime) -> dict[Key, int]:
    """The accounts of our own ids, those in `wanted` created where they are missing."""
    groups = {
        key: account for key in {*wanted, *hints} if key in known and (account := known[key].account_id)
    }
    missing = {key for key in (*wanted, *hints) if key not in known}
    if missing:
        groups |= account_names.of_groups({group for _, group in missing})
        if new := sorted(group for _, group in missing & set(wanted) - groups.keys()):
            homes.add([(group, None) for group in new], now)
            groups |= account_names.of_groups(new)
    return groups


def _keys(item: Item) -> list[Key]:
    return [(kind, value) for kind, value in item.account_ids.items() if value and kind != GROUP]


def _claims_of(items: Sequence[Item]) -> dict[Key, list[tuple[datetime, str]]]:
    """Which providers' ids these items say are which group's, and when."""
    claims: dict[Key, list[tuple[datetime, str]]] = defaultdict(list)
    for item in items:
        if not (item.account_traits or item.account_ids):
            continue
        group = item.group_id or item.account_ids.get(GROUP, "")
        said = [(kind, item.account_traits.get(kind)) for kind in PROVIDERS]
        traits = [(kind, value) for kind, value in said if isinstance(value, str) and 0 < len(value) <= 200]
        for key in [*_keys(item), *traits] if group else ():
            claims[key].append((item.occurred_at, group))
    return claims


def _name_of(item: Item, known: Known) -> account_names.Name | None:
    if item.group_id:
        return known.get((GROUP, item.group_id))
    if not item.account_ids:
        return None
    keys = [(GROUP, item.account_ids.get(GROUP, "")), *_keys(item)[:1]]
    return next((known[key] for key in keys if key in known), None)


def settle(taken: Sequence[account_names.Taken], nearby: Collection[int] = ()) -> list[Move | Folded]:
    """An account that lost its last name was the other one all along. Its members may be at home elsewhere then.

    Holds all these accounts at once, and `nearby`, which this transaction will write as well.
    """
    both = {account for one in taken for account in (one.old, one.new)}
    account_names.hold(both.union(nearby, account_names.beside({one.old for one in taken})))
    nobodys = set(account_names.empty({one.old for one in taken})) if taken else set()
    folded = {one.old: one.new for one in taken if one.old in nobodys}
    members = Membership.objects.filter(account__in=folded).values_list("person_id", flat=True)
    before = homes.of(set(members), clock.now(), create=False) if folded else {}
    for gone, kept in folded.items():
        fold(kept, gone)
    after = homes.of(before.keys(), clock.now(), create=False)
    moves = [(person, folded.get(home or 0, home)) for person, home in sorted(before.items())]
    steps = [Move(person, None, home, after[person]) for person, home in moves if home != after[person]]
    return [*(Folded(kept, gone) for gone, kept in folded.items()), *steps]


def fold(kept: int, gone: int) -> None:
    """Names, members and limits of one account become the other's; the apps above follow by the step. Both are held."""
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
    group_ids = {group for item in items if (group := item.group_id or item.account_ids.get(GROUP))}
    if not group_ids:
        return
    known = account_names.find_groups(group_ids)
    members = set(homes.memberships({answer.person_id for answer in who if answer.person_id}))
    for item, answer in zip(items, who, strict=True):
        name = known.get((GROUP, item.group_id or item.account_ids.get(GROUP, "")))
        if name and (answer.person_id, name.account_id) in members:
            answer.account_id, answer.grouped = name.account_id, True


def _join(told: Sequence[_Told], now: datetime) -> list[Move | Folded]:
    """A group call may also name the role."""
    pairs: dict[tuple[int, int], tuple[datetime | None, str]] = {}
    for item, answer, _ in told:
        if answer.person_id and answer.account_id and _belongs(item):
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


def _belongs(item: Item) -> bool:
    """Acting in a group under one's user id makes a member. So does a provider that describes somebody or a company of
    its own, and says that the one belongs to the other: under its own names, whoever has them now or later."""
    if item.group_id:
        return bool(item.user_id)
    named = bool(item.account_ids and (item.user_id or item.person_ids))
    return named and item.kind in ("identify", "group") and bool(_keys(item))


def _at_home(who: Sequence[Who], now: datetime) -> None:
    """Items that name no account."""
    open_ones = [answer for answer in who if answer.person_id and not answer.account_id]
    home = homes.of({answer.person_id for answer in open_ones if answer.person_id}, now)
    for answer in open_ones:
        answer.account_id = home[answer.person_id or 0]


def _fold_own(own: Mapping[int, int], winners: Mapping[int, int], now: datetime) -> list[Folded]:
    """The personal account of who was merged is folded into the one where the winner is at home, or their own. If it is
    their home already (theirs was folded into it, before they were to win) it becomes theirs.
    """
    folded: list[Folded] = []
    for loser, gone in own.items():
        winner = winners[loser]
        kept = homes.of({winner}, now, create=False)[winner] or homes.own({winner}).get(winner, gone)
        if kept == gone:
            homes.swap(winner, loser)
        else:
            Account.objects.filter(Q(pk=gone) | Q(merged_into=gone)).update(merged_into=kept)
            folded.append(Folded(kept, gone, personal=True))
    return folded


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
