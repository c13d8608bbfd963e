from offers_app.models.catalog import Offer, Placement
from offers_app.models.checkout import Checkout, CheckoutAccount, CheckoutPrice, OfferCheckout, Provider
from offers_app.models.control import HoldoutAssignment
from offers_app.models.decision import Decision, Proposition
from offers_app.models.texts import Template, Treatment

__all__ = [
    "Checkout",
    "CheckoutAccount",
    "CheckoutPrice",
    "Decision",
    "HoldoutAssignment",
    "Offer",
    "OfferCheckout",
    "Placement",
    "Proposition",
    "Provider",
    "Template",
    "Treatment",
]
