"""Our price list beside the provider's, asked while somebody of the staff waits, before anybody buys."""

from decimal import Decimal

from offers_app import terms
from offers_app.checkout import PROVIDERS, compare, orders, work
from offers_app.checkout.base import KeyRefused, Later, Refused
from offers_app.checkout.compare import Figures
from offers_app.models import CheckoutAccount, CheckoutPrice, OfferCheckout
from upsell_project.lib import clock


class NotCompared(Exception):
    """Why it is not known whether they differ, as a sentence. It is looked at again before each purchase."""


def difference(price: CheckoutPrice, seconds: float = work.TRY_SECONDS) -> str:
    """What is wrong with the provider's price, with both figures; empty: nothing. Raises NotCompared."""
    provider = PROVIDERS[price.provider]
    if not provider.address:
        return ""
    account, shown = _account(price), _shown(price)
    if account is None:
        raise NotCompared(f"There is no account at {price.get_provider_display()} that could be asked.")
    if shown is None:
        raise NotCompared(f"{price.offer} has no price of its own in {price.currency} for this period.")
    try:
        charged = provider.charged(price.external_id, work.api(account, seconds))
    except (Later, KeyRefused) as error:
        raise NotCompared(f"{account}: {error}.") from None
    except Refused as error:
        return f"{account} says of it: {error}."
    return compare.difference(shown, charged)


def _account(price: CheckoutPrice) -> CheckoutAccount | None:
    """Where the offer is bought; else the one at this provider that is in use."""
    rows = CheckoutAccount.objects.filter(provider=price.provider, active=True)
    own = rows.filter(offercheckout__offer=price.offer_id).first()
    return own or rows.order_by("pk").first()


def _shown(price: CheckoutPrice) -> Figures | None:
    """As `orders.of` has it from the terms that somebody is shown."""
    offer, period = price.offer, price.period or "once"
    rows = offer.product.prices.filter(currency=price.currency, period=period) if offer.product else ()
    stated = next((terms.stated(row, offer, clock.now()) for row in rows), None)
    if stated is None:
        return None
    once = OfferCheckout.objects.filter(offer=offer, mode=OfferCheckout.Mode.PAYMENT).exists()
    free = 0 if once else stated["trial_days"] or 0
    return Figures(Decimal(stated["price"]), price.currency, orders.cycle(stated), free)
