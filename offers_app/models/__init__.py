from offers_app.models.catalog import Offer, Placement
from offers_app.models.control import HoldoutAssignment
from offers_app.models.decision import Decision, Proposition
from offers_app.models.texts import Template, Treatment
from offers_app.models.waiver import LintWaiver

__all__ = [
    "Decision",
    "HoldoutAssignment",
    "LintWaiver",
    "Offer",
    "Placement",
    "Proposition",
    "Template",
    "Treatment",
]
