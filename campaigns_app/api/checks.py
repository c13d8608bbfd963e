"""What staff may write into free JSON, links and texts. Each check raises ValidationError with a sentence."""

from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from rest_framework.serializers import ValidationError

from campaigns_app.api.filters import read_moment
from offers_app import linted, wording
from offers_app.models import Offer, Treatment
from signals_app import references
from upsell_project.lib.rules.meaning import Named

LINKS = ("https://", "http://", "{public}/")
PERIODS = ("month", "year", "once")
_MOST = Decimal(10) ** 12


def an_object(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValidationError("must be an object")


def rule(value: Any, own: Named | None = None) -> None:
    """One that can be read and refers to what exists, or none (`{}`)."""
    if wrong := references.faults(value, own=own):
        raise ValidationError(wrong)


def link(value: str) -> None:
    if value and not value.startswith(LINKS):
        raise ValidationError("must begin with https:// or {public}/")


def liquid(value: str, *, html: bool) -> None:
    """A field without a value is no fault here: whether one has a value is known per person."""
    try:
        wording.render(value, {}, html=html)
    except wording.Missing:
        return
    except wording.Broken as error:
        raise ValidationError(f"cannot be rendered: {error}", "broken") from None


def fit(rows: Collection[Offer | Treatment]) -> None:
    """Texts and offers that break no rule of the linter, but those that staff waived."""
    if wrong := linted.refusals(rows):
        raise ValidationError(wrong, "lint")


def terms(value: Any) -> None:
    """`{price, currency, period, renews, cancel_anytime, trial_days, incentive}`; null: does not apply."""
    an_object(value)
    wrong = {name: "is not one of the terms" for name in value if name not in _TERMS}
    for name, (fits, sentence) in _TERMS.items():
        if value.get(name) is not None and not fits(value[name]):
            wrong[name] = sentence
    if value.get("price") is not None and not value.get("currency"):
        wrong["currency"] = "is missing beside a price"
    if wrong:
        raise ValidationError(wrong)


def _money(value: Any) -> bool:
    try:
        return isinstance(value, str) and 0 <= Decimal(value) < _MOST
    except InvalidOperation:
        return False


def _currency(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()


def _boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _days(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 3_650


def _incentive(value: Any) -> bool:
    """A price cut is bound to a real end or to none: `{"kind": "percent", "value": 20, "ends_at": null}`."""
    if not (isinstance(value, dict) and value.keys() <= {"kind", "value", "ends_at"}):
        return False
    amount, ends_at = value.get("value"), value.get("ends_at")
    if value.get("kind") not in ("percent", "amount") or isinstance(amount, bool):
        return False
    return isinstance(amount, int | float) and amount > 0 and (ends_at is None or _moment(ends_at))


def _moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(read_moment(value))
    except (ValueError, OverflowError):
        return False


_TERMS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "price": (_money, 'must be an amount as a text, such as "49.00"'),
    "currency": (_currency, "must be three capital letters, such as EUR"),
    "period": (lambda value: value in PERIODS, f"must be one of {', '.join(PERIODS)}"),
    "renews": (_boolean, "must be true or false"),
    "cancel_anytime": (_boolean, "must be true or false"),
    "trial_days": (_days, "must be a whole number of days"),
    "incentive": (_incentive, 'must be like {"kind": "percent", "value": 20, "ends_at": null}'),
}
