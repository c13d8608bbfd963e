"""What a proposition's person would buy, as an order for the provider."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from consent_app import links
from offers_app import goods, wording
from offers_app.checkout.base import Order
from offers_app.models import CheckoutPrice, OfferCheckout, Proposition
from people_app.models import Account, AccountName, Channel

# Stripe's bounds are 30 minutes and 24 hours; the rest is for clocks that differ.
SHORTEST, LONGEST = timedelta(minutes=35), timedelta(hours=23)
_CUSTOMERS = {"stripe": "stripe_customer_id", "paddle": "paddle_customer_id"}


class NoPrice(LookupError):
    """The provider has no price in the currency and period that were offered."""


def how(proposition: Proposition) -> OfferCheckout | None:
    """How its offer is bought, if at a provider whose account is switched on."""
    checkout: OfferCheckout | None = getattr(proposition.offer, "checkout", None)
    return checkout if checkout and checkout.account.active else None


def of(proposition: Proposition, way: OfferCheckout, generation: int, now: datetime, real: datetime) -> Order:
    """`now`: the product's time, in which offers expire; `real`: the provider's. Raises NoPrice."""
    offer, account, person = proposition.offer, proposition.account, proposition.person
    terms, until = terms_of(proposition), real + min(max(proposition.expires_at - now, SHORTEST), LONGEST)
    page = page_url(proposition.pk)
    return Order(
        key=f"{proposition.pk}:{generation}",
        proposition_id=str(proposition.pk),
        offer=offer.slug,
        price=filled(_price(way, terms).external_id, proposition),
        mode=way.mode,
        existing=way.existing,
        quantity=_quantity(way, proposition),
        adjustable=way.adjustable,
        trial_days=_days(terms) if way.mode == OfferCheckout.Mode.SUBSCRIPTION else 0,
        trial_without_card=way.trial_without_card,
        discount=way.discount if terms.get("incentive") else "",
        currency=str(terms.get("currency") or ""),
        account_id=(account.group_id or "") if account else "",
        user_id=person.user_id or "",
        customer=_customer(account, way.account.provider) if account else "",
        success_url=_return(way.success_url, proposition) or f"{page}?done=1",
        cancel_url=_return(way.cancel_url, proposition) or f"{page}?back=1",
        asked_at=int(real.timestamp()),
        expires_at=int(until.timestamp()),
        language=person.locale.replace("_", "-").split("-")[0].lower(),
        in_app=proposition.channel == Channel.IN_APP,
        fallback=fallback(proposition),
        amount=str(terms.get("price") or ""),
        period=cycle(terms),
    )


def page_url(proposition_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}/checkout/{links.make_click(proposition_id, 'cta')}"


def terms_of(proposition: Proposition) -> Mapping[str, Any]:
    """As they were shown; none where nothing is sold."""
    shown = proposition.content.get("terms")
    return shown if isinstance(shown, dict) else {}


def cycle(terms: Mapping[str, Any]) -> str:
    """Every month or year, or once: as terms say it."""
    return str(terms.get("period") or "once") if terms.get("renews") is not False else "once"


def incentive_ended(proposition: Proposition, now: datetime) -> bool:
    incentive = terms_of(proposition).get("incentive")
    said = incentive.get("ends_at") if isinstance(incentive, dict) else None
    try:
        ends = datetime.fromisoformat(str(said)) if said else None
    except ValueError:
        return True
    return ends is not None and (ends if ends.tzinfo else ends.replace(tzinfo=UTC)) <= now


def incentive_withdrawn(proposition: Proposition, now: datetime) -> bool:
    """Whether what it promises has ended by now, however long it was to last when it was shown."""
    ends = proposition.offer.incentive_ends_at
    return bool(terms_of(proposition).get("incentive")) and ends is not None and ends <= now


def fallback(proposition: Proposition) -> str:
    """The offer's own address, of a calendar's the one behind it, if we may send somebody there; else empty."""
    return _allowed(filled(wording.booked(proposition.offer.url, {}), proposition))


def filled(url: str, proposition: Proposition) -> str:
    account, person = proposition.account, proposition.person
    ids = {"account": (account.group_id or str(account.pk)) if account else "", "person": person.user_id}
    return wording.address(url, {"link": ids}, str(proposition.pk))


def _return(url: str, proposition: Proposition) -> str:
    return _allowed(filled(url, proposition))


def _allowed(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    own = url.startswith(f"{settings.PUBLIC_URL}/")
    listed = not settings.CLICK_HOSTS or parts.hostname in settings.CLICK_HOSTS
    return url if parts.scheme in ("http", "https") and parts.hostname and (own or listed) else ""


def _price(way: OfferCheckout, terms: Mapping[str, Any]) -> CheckoutPrice:
    currency, period = str(terms.get("currency") or "").upper(), str(terms.get("period") or "")
    prices = list(CheckoutPrice.objects.filter(offer=way.offer_id, provider=way.account.provider))
    for price in prices:
        if (price.currency.upper(), price.period) == (currency, period):
            return price
    if len(prices) == 1 and not currency:
        return prices[0]
    raise NoPrice(f"there is no price in {currency or 'this currency'} {period}".strip())


def _quantity(way: OfferCheckout, proposition: Proposition) -> int:
    """As many as were shown; where none were named, as many as there are."""
    shown = terms_of(proposition).get("quantity")
    if isinstance(shown, int) and 0 < shown <= goods.MOST_SEATS:
        return shown
    return goods.ordered(way, proposition.account, proposition.evidence) or max(way.quantity, 1)


def _days(terms: Mapping[str, Any]) -> int:
    """Stripe takes up to two years."""
    days = terms.get("trial_days")
    return min(days, 730) if isinstance(days, int) and not isinstance(days, bool) and days > 0 else 0


def _customer(account: Account, provider: str) -> str:
    kind = _CUSTOMERS.get(provider)
    if kind is None:
        return ""
    names = AccountName.objects.filter(account=account, kind=kind)
    newest = names.order_by("-claimed_at", "-pk").values_list("value", flat=True)
    shown = account.stripe_customer_id if provider == "stripe" else ""
    return shown or newest.first() or ""
