"""What an account shows of all that was said of it: typed columns, other traits, and for each the source."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from people_app import facts, sayings, subscriptions
from people_app.models import Account
from people_app.sayings import Facts, Saying

PARSERS: dict[str, facts.Parser] = {
    "name": facts.text(200),
    "plan": facts.text(100),
    "billing_period": facts.one_of("month", "year"),
    "prepaid": facts.flag,
    "subscription_status": facts.text(30),
    "cancelling": facts.flag,
    "invoice_status": facts.one_of("paid", "past_due"),
    "trial_ends_at": facts.moment,
    "renews_at": facts.moment,
    "period_started_at": facts.moment,
    "fiscal_year_end": facts.month_day,
    "mrr": facts.money,
    "ltv": facts.money,
    "currency": facts.currency,
    "industry": facts.text(100),
    "tier": facts.one_of("vip", "self_serve"),
    "country": facts.country,
    "timezone": facts.zone,
    "seats_used": facts.whole,
    "addons": facts.slugs,
    "account_manager": facts.manager,
    "stripe_customer_id": facts.text(100),
}
COLUMNS = {
    **dict.fromkeys(PARSERS, "text"),
    **dict.fromkeys(("prepaid", "cancelling"), "boolean"),
    **dict.fromkeys(("trial_ends_at", "renews_at", "period_started_at"), "timestamptz"),
    **dict.fromkeys(("mrr", "ltv"), "numeric"),
    **dict.fromkeys(("addons", "account_manager", "traits", "provenance"), "jsonb"),
    "seats_used": "integer",
}
"""What is shown, by its type in PostgreSQL."""
LIMIT, SUBSCRIPTION, PRICES = "limits.", "subscriptions.", "billing_price_keys"
SEATS = f"{LIMIT}seats"
REMOVED = "removed"
"""Said of a limit: none is known any more."""
RENAMED = {"cancel_at_period_end": "cancelling"}
CALENDAR = {"timezone", "billing_period", "renews_at", "period_started_at"}
"""What decides in which period a use is counted."""
_BLANK = Account()


@dataclass(slots=True)
class Shown:
    """Whether the row has to be written, and which facts have another value than before."""

    written: bool
    changed: set[str] = field(default_factory=set)
    uncapped: set[str] = field(default_factory=set)
    """Resources of which no name says a limit any more."""
    caps: Facts = field(default_factory=dict)
    """The limits that are known, by `limits.<resource>`."""


def shown(account: Account, said: Facts, plans: Mapping[str, str]) -> Shown:
    """Set the account's columns, traits and provenance; `plans` are those of price keys.

    What no name says any more, though it did, becomes empty.
    """
    said = _derived(said, plans)
    before, changed = account.provenance, set()
    gone = set(before.keys() - said.keys())
    for name in gone:
        changed |= set() if name.startswith(LIMIT) else _set(account, name, None, gone=True)
    for name, one in said.items():
        changed |= set() if name.startswith(LIMIT) else _set(account, name, one.value)
    account.provenance = {name: sayings.provenance(one) for name, one in said.items()}
    removed = {name for name, one in said.items() if name.startswith(LIMIT) and one.value == REMOVED}
    gone |= {name for name in removed if before.get(name) != account.provenance[name]}
    uncapped = {name.removeprefix(LIMIT) for name in gone if name.startswith(LIMIT)}
    caps = {name: one for name, one in said.items() if name.startswith(LIMIT) and _is_limit(one.value)}
    return Shown(before != account.provenance or bool(changed), changed, uncapped, caps)


def _set(account: Account, name: str, value: Any, *, gone: bool = False) -> set[str]:
    if name in PARSERS:
        if not _is_readable(PARSERS[name], value):
            return set()
        old = getattr(account, name)
        new = getattr(_BLANK, name) if value is None else PARSERS[name](value)
        setattr(account, name, new)
    elif gone:
        old, new = account.traits.pop(name, None), None
    else:
        old, new = account.traits.get(name), value
        account.traits[name] = value
    return {name} if old != new else set()


def _is_limit(value: Any) -> bool:
    """Whether it is a limit, as it is stored; None is unlimited."""
    return _is_readable(facts.money, value)


def _is_readable(parse: facts.Parser, value: Any) -> bool:
    """What is stored was judged by the rules of its day: one value that does not fit today's spoils nothing else."""
    try:
        return value is None or parse(value) is not None
    except facts.Unusable:
        return False


def _derived(said: Facts, plans: Mapping[str, str]) -> Facts:
    """A price that is known says the plan, and no price at all that there is none; subscriptions say their sum."""
    bought = _of_subscriptions(said)
    found = _seats(said, bought)
    for name, one in [*said.items(), *bought.items()]:
        if name != PRICES:
            if not name.startswith(SUBSCRIPTION):
                sayings.add(found, name, one)
            continue
        plan = next((plans[key] for key in _stored_prices(one) if key in plans), None)
        if plan:
            sayings.add(found, "plan", one._replace(weight=one.weight + 1, value=plan))
        elif not one.value:
            sayings.add(found, "plan", one._replace(weight=sayings.IMPLIED, value=None))
    return found


def _seats(said: Facts, bought: Facts) -> Facts:
    """The limit of the resource `seats`, where somebody says how many there are.

    What subscriptions say counts only where nobody says that limit itself, and a quantity of one says nothing: so is a
    plan bought that has no seats.
    """
    found: Facts = {}
    for one, fewest in ((said.get("seats"), 0), (None if SEATS in said else bought.get("seats"), 1)):
        if one and one.value is not None and _is_limit(one.value) and facts.money(one.value) > fewest:
            sayings.add(found, SEATS, one._replace(weight=sayings.IMPLIED, value=str(facts.money(one.value))))
    return found


def _of_subscriptions(said: Facts) -> Facts:
    """What follows for the account from all of its subscriptions, as new as the newest word about one of them."""
    each: dict[str, dict[str, Any]] = defaultdict(dict)
    words = {name: one for name, one in said.items() if name.startswith(SUBSCRIPTION)}
    for name, one in words.items():
        id, _, fact = name.removeprefix(SUBSCRIPTION).rpartition(".")
        if fact in subscriptions.PARSERS and _is_readable(subscriptions.PARSERS[fact], one.value):
            each[id][fact] = one.value
    if not words:
        return {}
    newest = max(words.values(), key=sayings.rank)
    combined = subscriptions.combined(each)
    return {
        RENAMED.get(name, name): Saying(newest.at, sayings.OUTRIGHT, newest.source, value)
        for name, value in combined.items()
    }


def price_keys(said: Facts) -> list[str]:
    """All price keys in what was said of an account."""
    lists = [
        _stored_prices(one) for name, one in said.items() if name == PRICES or name.endswith(".price_keys")
    ]
    return [key for list_ in lists for key in list_]


def _stored_prices(one: Saying) -> list[str]:
    return prices(one.value) if one.value and _is_readable(prices, one.value) else []


def prices(value: Any) -> list[str]:
    """The texts among some price keys. Raises Unusable when it is no list."""
    if not isinstance(value, list):
        raise facts.Unusable
    found = [key for key in value if isinstance(key, str)]
    if value and not found:
        raise facts.Unusable
    return found[:50]
