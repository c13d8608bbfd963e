"""Make what is sold, in words: a_product("pro", "plan"), an_offer("pro", sells=...)."""

from decimal import Decimal
from typing import Any

from offers_app.models import Offer, OfferCap, Price, Product

EVERYWHERE = {"EUR": "49", "USD": "55", "GBP": "42"}


def a_product(
    slug: str,
    kind: str = "addon",
    code: str | None = None,
    prices: dict[str, str] | None = None,
    parts: tuple[Product, ...] = (),
    rank: int | None = None,
) -> Product:
    """By the month, in three currencies. Unless said otherwise, accounts call it by its slug."""
    called = "" if kind == "bundle" else slug
    product = Product.objects.create(
        slug=slug, name=slug.title(), kind=kind, code=called if code is None else code, rank=rank
    )
    product.parts.set(parts)
    for currency, amount in (EVERYWHERE if prices is None else prices).items():
        Price.objects.create(product=product, currency=currency, amount=Decimal(amount))
    return product


def an_offer(slug: str = "pro", sells: Product | None = None, **fields: Any) -> Offer:
    return Offer.objects.create(
        **{"slug": slug, "name": slug.title(), "live": True, "product": sells, **fields}
    )


def a_cap(offer: Offer, at_most: int, days: int | None = None, **fields: Any) -> OfferCap:
    """Presented to a person, unless said otherwise."""
    return OfferCap.objects.create(offer=offer, at_most=at_most, days=days, **fields)


def unsaved(**fields: Any) -> Offer:
    """An offer of a product at 49 EUR a month, in memory alone; `prices` are rows of Price, if given."""
    rows = fields.pop("prices", [Price(currency="EUR", amount=Decimal(49))])
    product = Product(pk=1, slug="pro", name="Pro", kind="plan", code="pro")
    product._prefetched_objects_cache = {"prices": rows, "parts": []}  # type: ignore[attr-defined]
    given = {
        "slug": "pro-plan",
        "name": "Pro",
        "trial_days": 14,
        "incentive_kind": "percent",
        "incentive_value": Decimal(20),
        "product": product,
    }
    return Offer(**given | fields)
