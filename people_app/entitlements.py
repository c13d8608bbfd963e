"""Facts about accounts: plan, limits, money, dates. Any source says them in the same words; they are kept with the name
under which they were said, and an account shows per fact the newest of all its names (`show`).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from people_app import account_names, facts, homes, sayings, subscriptions
from people_app.account_names import PERSON
from people_app.item import Item, Who
from people_app.models import Account, AccountName, Entitlement, PlanPrice
from people_app.sayings import Facts, Saying
from people_app.shown import (
    CALENDAR,
    COLUMNS,
    LIMIT,
    PARSERS,
    PRICES,
    REMOVED,
    RENAMED,
    SUBSCRIPTION,
    price_keys,
    prices,
    shown,
)
from upsell_project.lib import bulk

Changed = dict[int, set[str]]
"""By account: which of its facts have another value now, limits as `limits.<resource>`."""
NOT_FACTS = {"role"}
EVENT_FACTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "Cancellation Requested": lambda _: {"cancelling": True},
    "Subscription Cancelled": lambda _: {"subscription_status": "canceled"},
    "Subscription Renewed": lambda _: {"cancelling": False},
    "Plan Upgraded": lambda properties: {"cancelling": False, **_given(plan=properties.get("plan"))},
    "Trial Started": lambda properties: _given(trial_ends_at=properties.get("ends_at")),
}


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


class Told(Protocol):
    """What somebody whom we believe said, and who it was."""

    @property
    def item(self) -> Item: ...
    @property
    def answer(self) -> Who: ...
    @property
    def source(self) -> str: ...


def keep(told: Sequence[Told], names: Sequence[int | None]) -> set[int]:
    """Store what the items say of accounts under their names (rows of AccountName, by key; None where the item names
    no account: then it is said of wherever the person is at home). Returns the accounts to show."""
    claims: dict[int, Facts] = defaultdict(dict)
    homely: dict[int, tuple[int | None, Facts]] = {}
    for one, name in zip(told, names, strict=True):
        if not one.item.account_traits and one.item.name not in EVENT_FACTS:
            continue
        said, answer = claimed(one.item, one.source), one.answer
        if said and name is not None:
            _add(claims[name], said)
        elif said and answer.identity_id is not None:
            _add(homely.setdefault(answer.identity_id, (answer.account_id, {}))[1], said)
    rows = account_names.add({(PERSON, str(name)): home for name, (home, _) in homely.items()})
    for (_, value), row in rows.items():
        _add(claims[row.id], homely[int(value)][1].items())
    return _store(claims)


def say(
    account_id: int, said: dict[str, Any], at: datetime, source: str, unlimit: Collection[str] = ()
) -> tuple[Changed, set[int]]:
    """What staff typed: older news from elsewhere does not overwrite it, newer does. Of the resources in `unlimit` no
    limit is known any more (not the same as one that is unlimited).

    Returns as `show` does: those that changed, and those whose calendar did.
    """
    name = account_names.add({(account_names.STAFF, str(account_id)): account_id})
    facts_ = dict(_sayings(said, at, source, sayings.OUTRIGHT))
    facts_ |= {LIMIT + resource: sayings.saying(at, source, REMOVED) for resource in unlimit}
    return show(_store({one.id: facts_ for one in name.values()}))


def go_home(person_ids: Collection[int], now: datetime, nobodys: Collection[int] = ()) -> set[int]:
    """What these people's events implied is said of where they are at home now, and of no account what was said under
    names that are nobody's. Returns the accounts to show."""
    rows = bulk.select(_HOMELY, sorted(person_ids), sorted(nobodys)) if person_ids or nobodys else []
    if not rows:
        return set()
    home: dict[int | None, int | None] = {None: None}
    home.update(homes.of({person for _, person, _ in rows if person}, now).items())
    moved = [(name, old, home[person]) for name, person, old in rows if old != home[person]]
    rehomed = [{"id": name, "account_id": new} for name, _, new in moved]
    bulk.update("people_app_accountname", {"account_id": "bigint"}, rehomed)
    return {account for _, *both in moved for account in both if account is not None}


def claimed(item: Item, source: str) -> list[tuple[str, Saying]]:
    """What it says of the account, per fact."""
    said = list(_sayings(item.account_traits, item.occurred_at, source, sayings.OUTRIGHT))
    from_event = EVENT_FACTS.get(item.name) if item.kind == "track" else None
    if from_event and not said:
        said = list(_sayings(from_event(item.properties), item.occurred_at, source, sayings.IMPLIED))
    return said


def _sayings(said: dict[str, Any], at: datetime, source: str, weight: int) -> Iterable[tuple[str, Saying]]:
    for field, value, more in _flat(said):
        try:
            yield field, sayings.saying(at, source, _sound(field, value), weight + more)
        except facts.Unusable:
            continue


def _flat(said: dict[str, Any]) -> Iterable[tuple[str, Any, int]]:
    """Limits and what is said of each subscription are facts one by one: each is as new as its own word."""
    for raw, value in said.items():
        if raw == "limits":
            yield from ((LIMIT + name[: facts.LONGEST_NAME], cap, 0) for name, cap in _members(value))
        elif raw == "subscriptions":
            for id, claim in _members(value):
                further = subscriptions.further(_text(claim, "status"))
                yield from (
                    (f"{SUBSCRIPTION}{id[:200]}.{name}", one, further) for name, one in _members(claim)
                )
        elif raw not in NOT_FACTS:
            yield RENAMED.get(raw, raw)[: facts.LONGEST_NAME], value, 0


def _members(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _sound(field: str, value: Any) -> Any:
    """The value as JSON, if it fits; None takes back what was said."""
    if field.startswith(LIMIT):
        return None if value is None else str(facts.money(value))
    if field.startswith(SUBSCRIPTION):
        parse = subscriptions.PARSERS.get(field.rpartition(".")[2])
        if parse is None:
            raise facts.Unusable
        return None if value is None else parse(value)
    if field == PRICES:
        return prices(value)
    if field not in PARSERS:
        return facts.untyped({}, field, value)
    if value is not None:
        PARSERS[field](value)
    return value


def _add(known: Facts, said: Iterable[tuple[str, Saying]]) -> None:
    for field, one in said:
        sayings.add(known, field, one)


def _store(claims: dict[int, Facts]) -> set[int]:
    if not claims:
        return set()
    rows = bulk.select(
        "SELECT id, account_id, facts::text FROM people_app_accountname WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        sorted(claims),
    )
    changed = {}
    for name, account, stored in rows:
        known = sayings.read(json.loads(stored))
        if learn(known, claims[name]):
            changed[name] = (account, known)
    news = [{"id": name, "facts": known} for name, (_, known) in changed.items()]
    bulk.update("people_app_accountname", {"facts": "jsonb"}, news)
    return {account for account, _ in changed.values() if account is not None}


def learn(known: Facts, said: Facts) -> bool:
    """What is said under a name that knows this much; whether anything of it is new."""
    return sayings.add_all(known, {field: one for field, one in said.items() if _room(known, field)})


def _room(known: Facts, field: str) -> bool:
    return field in known or field in PARSERS or len(known) < facts.MOST_NAMES


def show(account_ids: Collection[int]) -> tuple[Changed, set[int]]:
    """Make these accounts the newest of what was said under all of their names.

    Returns what changed, and the accounts whose calendar did, by which their use is counted.
    """
    if not account_ids:
        return {}, set()
    accounts = list(
        Account.objects.select_for_update(no_key=True)
        .filter(pk__in=account_ids, merged_into=None)
        .order_by("pk")
    )
    said: dict[int, list[Facts]] = defaultdict(list)
    for name in AccountName.objects.filter(account__in=account_ids).exclude(facts={}):
        said[name.account_id or 0].append(sayings.read(name.facts))
    newest = {account.pk: sayings.newest(said[account.pk]) for account in accounts}
    plans = plans_of(newest.values())
    shows = {account.pk: shown(account, newest[account.pk], plans) for account in accounts}
    written = [account for account in accounts if shows[account.pk].written]
    bulk.update("people_app_account", COLUMNS, [_row(account) for account in written])
    _uncap({account: one.uncapped for account, one in shows.items()})
    changed: Changed = defaultdict(set)
    for account, one in shows.items():
        if facts_ := one.changed | {LIMIT + resource for resource in one.uncapped}:
            changed[account] |= facts_
    for account, resource in _caps({account: one.caps for account, one in shows.items()}):
        changed[account].add(LIMIT + resource)
    return dict(changed), {account for account, one in shows.items() if one.changed & CALENDAR}


def _row(account: Account) -> dict[str, Any]:
    return {"id": account.pk, **{name: getattr(account, name) for name in COLUMNS}}


def plans_of(newest: Iterable[Facts]) -> dict[str, str]:
    """By the price keys in what was said."""
    keys = {key for said in newest for key in price_keys(said)}
    return dict(PlanPrice.objects.filter(price_key__in=keys).values_list("price_key", "plan")) if keys else {}


def reprice(price_key: str) -> tuple[Changed, set[int]]:
    """Staff said anew which plan a price stands for: show all accounts that pay it. Returns as `show` does."""
    sql = "SELECT DISTINCT account_id FROM people_app_accountname WHERE facts::text LIKE %s AND account_id IS NOT NULL"
    return show([account for (account,) in bulk.select(sql, f"%{json.dumps(price_key)}%")])


def _uncap(gone: dict[int, set[str]]) -> None:
    bulk.execute(
        "DELETE FROM people_app_entitlement e USING json_to_recordset(%s) AS r(account bigint, resource text)"
        " WHERE (e.account_id, e.resource) = (r.account, r.resource)",
        [
            {"account": account, "resource": resource}
            for account, resources in sorted(gone.items())
            for resource in sorted(resources)
        ],
    )


def _caps(known: dict[int, Facts]) -> list[tuple[int, str]]:
    """The plan's limits per resource; `null` means unlimited. Returns (account, resource) of those that changed."""
    rows = bulk.execute(
        "WITH new AS (SELECT * FROM json_to_recordset(%s)"
        " AS r(account bigint, resource text, cap numeric, at timestamptz, source text)),"
        " old AS (SELECT e.account_id, e.resource, e.cap FROM people_app_entitlement e JOIN new n"
        " ON (e.account_id, e.resource) = (n.account, n.resource))"
        " INSERT INTO people_app_entitlement AS e (account_id, resource, cap, changed_at, source)"
        " SELECT account, resource, cap, at, source FROM new ON CONFLICT (account_id, resource) DO UPDATE"
        " SET cap = excluded.cap, changed_at = excluded.changed_at, source = excluded.source"
        " WHERE e.changed_at IS DISTINCT FROM excluded.changed_at OR e.cap IS DISTINCT FROM excluded.cap"
        " RETURNING account_id, resource,"
        " cap IS NOT DISTINCT FROM (SELECT cap FROM old WHERE (old.account_id, old.resource)"
        " = (e.account_id, e.resource)) AND EXISTS (SELECT FROM old WHERE (old.account_id, old.resource)"
        " = (e.account_id, e.resource))",
        [
            {
                "account": account,
                "resource": field.removeprefix(LIMIT),
                "cap": one.value,
                "at": one.at,
                "source": one.source,
            }
            for account, caps in sorted(known.items())
            for field, one in sorted(caps.items())
        ],
    )
    return [(account, resource) for account, resource, same in rows if not same]


def of(account_ids: Sequence[int]) -> dict[tuple[int, str], Decimal | None]:
    """Caps by (account, resource); None is unlimited."""
    rows = Entitlement.objects.filter(account_id__in=account_ids).values_list("account_id", "resource", "cap")
    return {(account, resource): cap for account, resource, cap in rows}


_HOMELY = """
SELECT n.id, i.person_id, n.account_id FROM people_app_identity i
JOIN people_app_accountname n ON n.kind = 'person' AND n.value = i.id::text
WHERE i.person_id = ANY(%s) OR i.id = ANY(%s)
"""
