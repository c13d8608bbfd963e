"""Offers that are bought at a provider's double, and the person who follows their links."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from consent_app import links
from offers_app.checkout import work
from offers_app.models import Checkout, CheckoutAccount, CheckoutPrice, OfferCheckout, Product, Proposition
from people_app.models import Person
from tests.checkout.doubles import AT, PADDLE_KEY, STRIPE_KEY, Double, StripeDouble
from tests.recipients.offers import a_proposition
from upsell_project.lib import clock

TERMS = {"price": "49.00", "currency": "EUR", "period": "month", "renews": True}
OWN = "https://app.corp.test/upgrade"


def an_account(double: Double) -> CheckoutAccount:
    """At a double, with the right key."""
    stripe = isinstance(double, StripeDouble)
    account, _ = CheckoutAccount.objects.get_or_create(
        name="Stripe" if stripe else "Paddle",
        defaults={
            "provider": "stripe" if stripe else "paddle",
            "secret_key": STRIPE_KEY if stripe else PADDLE_KEY,
            "base_url": double.url,
        },
    )
    return account


def an_offer_for(person: Person, account: CheckoutAccount, **fields: Any) -> Proposition:
    """A live offer by mail for 14 days, bought at the account; `fields` of OfferCheckout, `terms` of the offer."""
    proposition = a_proposition(person, expires_at=clock.now() + timedelta(days=14))
    offer = proposition.offer
    terms = fields.pop("terms", TERMS)
    named = {"name": "Pro", "kind": "plan", "code": "pro"}
    product, _ = Product.objects.get_or_create(slug="pro", defaults=named)
    offer.product, offer.url = product, fields.pop("url", OWN)
    offer.save()
    proposition.content = {**proposition.content, "terms": terms}
    proposition.save()
    OfferCheckout.objects.create(offer=offer, account=account, **fields)
    price = {"stripe": "price_pro", "paddle": "pri_pro"}.get(
        account.provider, "https://pay.test/?for={proposition}"
    )
    CheckoutPrice.objects.create(
        offer=offer,
        provider=account.provider,
        currency="EUR",
        period=terms.get("period", ""),
        external_id=price,
    )
    if double := AT.get(account.base_url):
        minor = str(int(Decimal(terms["price"]) * 100))
        double.charges(price, minor, "EUR", terms.get("period", ""), **_trial(account, terms))
    return proposition


def _trial(account: CheckoutAccount, terms: dict[str, Any]) -> dict[str, Any]:
    """At Paddle it is its price's."""
    days = terms.get("trial_days")
    if account.provider != "paddle" or not days:
        return {}
    return {"trial_period": {"interval": "day", "frequency": days, "requires_payment_method": True}}


def token(proposition: Proposition) -> str:
    return links.make_click(proposition.pk, "cta")


class Buyer:
    """A person with a browser that goes where it is sent, counts clicks, and is never at two pages at a time."""

    def __init__(self, browser: Client) -> None:
        self.browser, self.clicks = browser, 0
        self.at, self.page = "", ""
        self.headers: Any = {}

    def click(self, proposition: Proposition) -> "Buyer":
        self.clicks += 1
        return self._to("get", f"/c/{token(proposition)}")

    def press(self, proposition: Proposition) -> "Buyer":
        self.clicks += 1
        return self._to("post", f"/checkout/{token(proposition)}")

    def refreshed(self) -> "Buyer":
        """What the browser does by itself after the seconds of `Refresh`."""
        return self._to("get", self.headers["Refresh"].partition("url=")[2])

    def _to(self, method: str, path: str) -> "Buyer":
        answer = getattr(self.browser, method)(path)
        while answer.status_code in (302, 303):
            self.at = answer["Location"]
            if not self.at.startswith("/"):
                self.page = ""
                return self
            answer = self.browser.get(self.at)
        assert answer.status_code == 200, answer.status_code
        self.headers, self.page = answer.headers, answer.content.decode()
        return self


def due() -> None:
    """As if all waiting were over, and the worker came by."""
    Checkout.objects.filter(state="wanted").update(due_at=clock.real(), lease_until=None)
    work.run()


def the(proposition: Proposition) -> Checkout:
    return Checkout.objects.get(pk=proposition.pk)
