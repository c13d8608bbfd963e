from offers_app.models.catalog import Offer, Placement
from offers_app.models.control import HoldoutAssignment
from offers_app.models.decision import Decision, Proposition
from offers_app.models.learning import Arm, Lesson
from offers_app.models.texts import Template, Treatment

__all__ = [
    "Arm",
    "Decision",
    "HoldoutAssignment",
    "Lesson",
    "Offer",
    "Placement",
    "Proposition",
    "Template",
    "Treatment",
]
