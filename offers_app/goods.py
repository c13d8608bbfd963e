"""What an offer sells, whether an account has it already, and what it costs there."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Model, QuerySet, Subquery
from django.db.models.functions import JSONObject, Lower

from offers_app import terms
from offers_app.models import Offer, OfferCheckout, Product
from people_app.models import Account, Person

Row = TypeVar("Row", bound=Model)
MOST_SEATS = 100_000


class Plan(NamedTuple):
    rank: int
    name: str


Plans = Mapping[str, Plan]
"""The plans that have a rank, by what accounts call them, in small letters."""


def of(offer: Offer) -> list[Product]:
    """Its product and the parts of that; nothing where it is not for sale."""
    return [offer.product, *offer.product.parts.all()] if offer.product else []


def with_plans(rows: QuerySet[Row]) -> QuerySet[Row]:
    """For `plans`: the catalog's come along with the rows, and cost no statement of their own."""
    named = Product.objects.filter(kind=Product.Kind.PLAN, rank__isnull=False).exclude(code="")
    each = JSONObject(code=Lower("code"), rank="rank", name="name")
    every = named.values("kind").annotate(every=JSONBAgg(each, order_by="rank")).values("every")
    found: Any = rows.annotate(ranked_plans=Subquery(every))
    return found  # type: ignore[no-any-return]


def plans(rows: Iterable[Any]) -> Plans:
    """What rows of `with_plans` brought along; of several plans of one name the highest."""
    first = next(iter(rows), None)
    found = first.ranked_plans if first else None
    return {one["code"]: Plan(one["rank"], one["name"]) for one in found or ()}


def _plans_for(offer: Offer) -> Plans:
    """One statement; none where nothing of it has a rank."""
    if all(product.rank is None for product in of(offer)):
        return {}
    return plans(with_plans(Offer.objects.filter(pk=offer.pk)))


def owned(account: Account, offer: Offer, among: Plans | None = None) -> str:
    """Why there is nothing to sell, as a sentence: the account has the product, a part of its bundle, or a plan of the
    same or a higher rank. Empty: it has none of it. `among`: what `plans` says, where it was asked already.
    """
    among = _plans_for(offer) if among is None else among
    had = [product for product in of(offer) if has(account, product, among)]
    if not had:
        return ""
    if any(has(account, product, {}) for product in had):
        return f"The account already has {offer.name}."
    theirs = among[account.plan.lower()]
    more = all(product.rank is not None and product.rank < theirs.rank for product in had)
    return f"The account already has {'more' if more else 'as much'}: {theirs.name}."


def has(account: Account, product: Product, among: Plans) -> bool:
    """Whatever the case in which billing writes it."""
    code = product.code.lower()
    if product.kind != Product.Kind.PLAN:
        return code != "" and code in {addon.lower() for addon in account.addons}
    theirs = among.get(account.plan.lower())
    return code != "" and (
        account.plan.lower() == code or (theirs is not None and reaches(theirs.rank, product))
    )


def reaches(rank: int | None, product: Product) -> bool:
    """Whether who has a plan of this rank has all of the product."""
    return rank is not None and product.rank is not None and rank >= product.rank


def priced(offer: Offer, person: Person, account: Account | None, now: datetime) -> terms.Priced | None:
    """The row of the price list for this account; None where nothing is sold or nothing fits."""
    if offer.product is None:
        return None
    country = (account.country if account else "") or person.country
    billed = (
        terms.Billed(account.currency, country, account.billing_period)
        if account
        else terms.Billed(country=country)
    )
    return terms.price(list(offer.product.prices.all()), billed, settings.CURRENCY, now)


def ordered(way: OfferCheckout, account: Account | None, evidence: Mapping[str, Any]) -> int | None:
    """How many are bought at once, where it is counted; None where nobody said how many there are."""
    counted: Any = way.quantity
    if way.quantity_from == OfferCheckout.Quantity.SEATS_USED:
        counted = account.seats_used if account else None
    elif way.quantity_from == OfferCheckout.Quantity.EVIDENCE:
        counted = evidence.get("seats")
    known = isinstance(counted, int | float) and 0 < counted <= MOST_SEATS
    return max(way.quantity, int(counted), 1) if known else None


def quantity(offer: Offer, account: Account | None, evidence: Mapping[str, Any]) -> dict[str, Any]:
    """`{quantity, unit}` of the terms, where the price is that of one of several; null: not known, or the buyer says.
    Else nothing."""
    way: OfferCheckout | None = getattr(offer, "checkout", None)
    if way is None:
        return {}
    fixed = way.quantity_from == OfferCheckout.Quantity.FIXED
    if fixed and way.quantity <= 1 and not way.adjustable:
        return {}
    many = None if way.adjustable else ordered(way, account, evidence)
    return {"quantity": many, "unit": "unit" if fixed else "seat"}
