"""Facts about accounts: plan, limits, money, dates. From any source into the same fields; per field the newest wins."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from people_app import facts, waiting
from people_app.item import Item, Who
from people_app.models import Account, Entitlement, PlanPrice
from upsell_project.lib import bulk

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
RENAMED = {"cancel_at_period_end": "cancelling"}
EVENT_FACTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "Cancellation Requested": lambda _: {"cancelling": True},
    "Subscription Cancelled": lambda _: {"subscription_status": "canceled"},
    "Subscription Renewed": lambda _: {"cancelling": False},
    "Plan Upgraded": lambda properties: {"cancelling": False, **_given(plan=properties.get("plan"))},
    "Trial Started": lambda properties: _given(trial_ends_at=properties.get("ends_at")),
}
_BLANK = Account()


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def apply(items: Sequence[Item], who: Sequence[Who], source: str) -> set[int]:
    """Apply every claim that the items make about their accounts; return the ids of those that changed."""
    claims: dict[int, list[facts.Claim]] = defaultdict(list)
    nobodys: list[waiting.Claim] = []
    # Of two words of one moment the later counts: what was said outright beats what an event implies.
    for item, answer in sorted(zip(items, who, strict=True), key=lambda pair: bool(pair[0].account_traits)):
        said = _claimed(item)
        if said and answer.account_id:
            claims[answer.account_id].append((item.occurred_at, said))
        elif said and waiting.KIND in item.lookup:
            nobodys.append((item.lookup[waiting.KIND], item.occurred_at, said))
    waiting.keep(nobodys, source)
    changed = _take(claims, source)
    named = [id for id in changed if any(waiting.KIND in said for _, said in claims[id])]
    return changed | catch_up(named)


def catch_up(account_ids: Collection[int]) -> set[int]:
    """Apply what was said of these accounts' customers before they were known; return the accounts that changed."""
    waited = waiting.take(account_ids)
    return {account for source, claims in waited.items() for account in _take(claims, source)}


def _take(claims: dict[int, list[facts.Claim]], source: str) -> set[int]:
    if not claims:
        return set()
    plans = _plans(claims)
    accounts = Account.objects.select_for_update(no_key=True).filter(pk__in=claims).order_by("pk")
    changed = [account for account in accounts if _apply(account, claims[account.pk], plans, source)]
    Account.objects.bulk_update(changed, [*PARSERS, "traits", "provenance"], batch_size=500)
    return {account.pk for account in changed} | _caps(claims, source)


def _claimed(item: Item) -> dict[str, Any]:
    if item.account_traits:
        return item.account_traits
    from_event = EVENT_FACTS.get(item.name) if item.kind == "track" else None
    return from_event(item.properties) if from_event else {}


def _plans(claims: dict[int, list[facts.Claim]]) -> dict[str, str]:
    keys = {key for list_ in claims.values() for _, said in list_ for key in _price_keys(said)}
    return dict(PlanPrice.objects.filter(price_key__in=keys).values_list("price_key", "plan")) if keys else {}


def _price_keys(said: dict[str, Any]) -> list[str]:
    keys = said.get("billing_price_keys")
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def _apply(account: Account, claims: list[facts.Claim], plans: dict[str, str], source: str) -> bool:
    before = (dict(account.provenance), dict(account.traits))
    for at, said in facts.newest_first(claims):
        for raw, value in _with_plan(said, plans).items():
            _set(account, RENAMED.get(raw, raw)[: facts.LONGEST_NAME], value, at, source)
    return before != (account.provenance, account.traits)


def _with_plan(said: dict[str, Any], plans: dict[str, str]) -> dict[str, Any]:
    """A price that is known says the plan; no price at all, that there is none."""
    plan = next((plans[key] for key in _price_keys(said) if key in plans), None)
    kept = {key: value for key, value in said.items() if key not in ("billing_price_keys", "limits", "role")}
    ended = said.get("billing_price_keys") == []
    return ({"plan": None} if ended else {}) | kept | ({"plan": plan} if plan else {})


def _set(account: Account, field: str, value: Any, at: datetime, source: str) -> None:
    if not facts.newer(account.provenance, field, at):
        return
    try:
        if field not in PARSERS:
            account.traits[field] = facts.untyped(account.traits, field, value)
        else:
            setattr(account, field, getattr(_BLANK, field) if value is None else PARSERS[field](value))
    except facts.Unusable:
        return
    account.provenance[field] = facts.said(at, source)


def _caps(claims: dict[int, list[facts.Claim]], source: str) -> set[int]:
    """The plan's limits per resource; `null` means unlimited. Returns the accounts where one changed."""
    newest: dict[tuple[int, str], tuple[datetime, Decimal | None]] = {}
    for account, at, said in ((account, *claim) for account, list_ in claims.items() for claim in list_):
        for resource, cap in _read_caps(said.get("limits")).items():
            known = newest.get((account, resource))
            if known is None or known[0] <= at:
                newest[account, resource] = (at, cap)
    rows = bulk.execute(
        "INSERT INTO people_app_entitlement (account_id, resource, cap, changed_at, source)"
        " SELECT account, resource, cap, at, source"
        " FROM json_to_recordset(%s) AS r(account bigint, resource text, cap numeric, at timestamptz, source text)"
        " ON CONFLICT (account_id, resource) DO UPDATE"
        " SET cap = excluded.cap, changed_at = excluded.changed_at, source = excluded.source"
        " WHERE people_app_entitlement.changed_at < excluded.changed_at RETURNING account_id",
        [
            {"account": account, "resource": resource, "cap": cap, "at": at, "source": source}
            for (account, resource), (at, cap) in sorted(newest.items(), key=lambda entry: entry[0])
        ],
    )
    return {row[0] for row in rows}


def _read_caps(limits: Any) -> dict[str, Decimal | None]:
    """Usable limits by resource; None is unlimited."""
    caps: dict[str, Decimal | None] = {}
    for resource, value in limits.items() if isinstance(limits, dict) else ():
        try:
            caps[resource[:100]] = None if value is None else facts.money(value)
        except facts.Unusable:
            continue
    return caps


def of(account_ids: Sequence[int]) -> dict[tuple[int, str], Decimal | None]:
    """Caps by (account, resource); None is unlimited."""
    rows = Entitlement.objects.filter(account_id__in=account_ids).values_list("account_id", "resource", "cap")
    return {(account, resource): cap for account, resource, cap in rows}
