"""What an offer sells, whether an account has it already, and what it costs there."""

from datetime import datetime

from django.conf import settings

from offers_app import terms
from offers_app.models import Offer, Product
from people_app.models import Account, Person


def of(offer: Offer) -> list[Product]:
    """Its product and the parts of that; nothing where it is not for sale."""
    return [offer.product, *offer.product.parts.all()] if offer.product else []


def owned(account: Account, offer: Offer) -> bool:
    """Whether the account has the offer's product already, or any part of its bundle."""
    return any(has(account, product) for product in of(offer))


def has(account: Account, product: Product) -> bool:
    """Whatever the case in which billing writes it."""
    code = product.code.lower()
    if product.kind == Product.Kind.PLAN:
        return code != "" and account.plan.lower() == code
    return code != "" and code in {addon.lower() for addon in account.addons}


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
