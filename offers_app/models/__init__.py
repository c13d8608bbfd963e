from offers_app.models.catalog import Offer, Placement
from offers_app.models.claim import Claim
from offers_app.models.control import HoldoutAssignment
from offers_app.models.decision import Decision, Proposition
from offers_app.models.texts import Template, Treatment

__all__ = [
    "Claim",
    "Decision",
    "HoldoutAssignment",
    "Offer",
    "Placement",
    "Proposition",
    "Template",
    "Treatment",
]
