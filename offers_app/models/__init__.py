from offers_app.models.cap import OfferCap
from offers_app.models.catalog import IncentiveKind, Offer, Placement
from offers_app.models.checkout import Checkout, CheckoutAccount, CheckoutPrice, OfferCheckout, Provider
from offers_app.models.claim import Claim
from offers_app.models.control import HoldoutAssignment
from offers_app.models.decision import Decision, Proposition
from offers_app.models.drafting import DraftRequest
from offers_app.models.learning import Arm, Lesson
from offers_app.models.product import Price, Product
from offers_app.models.texts import Template, Treatment
from offers_app.models.waiver import LintWaiver

__all__ = [
    "Arm",
    "Checkout",
    "CheckoutAccount",
    "CheckoutPrice",
    "Claim",
    "Decision",
    "DraftRequest",
    "HoldoutAssignment",
    "IncentiveKind",
    "Lesson",
    "LintWaiver",
    "Offer",
    "OfferCap",
    "OfferCheckout",
    "Placement",
    "Price",
    "Product",
    "Proposition",
    "Provider",
    "Template",
    "Treatment",
]
