"""What staff may write into free JSON and texts. Each check raises ValidationError with a sentence."""

from collections.abc import Collection
from typing import Any

from rest_framework.serializers import ValidationError

from offers_app import linted
from offers_app.models import Offer, Treatment
from signals_app import references
from upsell_project.lib.rules.meaning import Named


def an_object(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValidationError("must be an object")


def rule(value: Any, own: Named | None = None) -> None:
    """One that can be read and refers to what exists, or none (`{}`)."""
    if wrong := references.faults(value, own=own):
        raise ValidationError(wrong)


def fit(rows: Collection[Offer | Treatment]) -> None:
    """Texts and offers that break no rule of the linter, but those that staff waived."""
    none_refused(linted.refusals(rows))


def none_refused(sentences: Collection[str]) -> None:
    """What the lint says of errors."""
    if sentences:
        raise ValidationError(list(sentences), "lint")
