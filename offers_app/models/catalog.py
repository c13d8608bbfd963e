"""What we could propose, and where in the customer's app."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from offers_app.models.product import Product
from people_app import validators
from signals_app import references
from upsell_project.lib import money, stored_rules

MOST_DAYS = 3_650


class Placement(models.Model):
    """A named slot in the customer's app."""

    class Format(models.TextChoices):
        BANNER = "banner", "Banner"
        MODAL = "modal", "Modal"
        SIDEBAR = "sidebar", "Sidebar"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    format = models.CharField(max_length=10, choices=Format.choices)

    def __str__(self) -> str:
        return self.slug

    @classmethod
    def formats(cls) -> dict[str, str]:
        """By slug, as they are now. One statement."""
        return dict(cls.objects.values_list("slug", "format"))


class IncentiveKind(models.TextChoices):
    """What is on top for a while. Closed: terms, widget and texts know how each reads."""

    PERCENT = "percent", "Percent off"
    AMOUNT = "amount", "An amount off"
    TRIAL_DAYS = "trial_days", "More free days"
    BONUS = "bonus", "A bonus, in words"


def link(address: str) -> None:
    """An address on the web or ours; or that of the calendar, with one for who has none behind it. Raises
    ValidationError."""
    plain = address.removeprefix("{booking}|")
    if address != "{booking}" and not plain.startswith("{public}/") and not _on_the_web(plain):
        raise ValidationError(
            "Write an address that begins with https:// or {public}/, or {booking}, or {booking}|https://..."
        )


def _on_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)


def _rule(words: str) -> "models.JSONField[Any, Any]":
    return models.JSONField(default=dict, blank=True, validators=[stored_rules.readable], help_text=words)


class Offer(models.Model):
    """One proposal: a product and its deal, or help that is not for sale. Price and terms are data, so that copy cannot
    invent them."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    topic = models.CharField(max_length=100, default="upgrades", help_text="What a person can switch off")
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="offers",
        help_text="What it sells, with its prices. Empty: not for sale, such as a training",
    )
    value = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        default=0,
        help_text="What a yes is worth a month on average, in the deployment's currency",
    )
    cost = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        default=0,
        help_text="What a yes costs us a month on average, likewise",
    )
    valid_from = models.DateTimeField(null=True, blank=True, help_text="Not offered before")
    valid_until = models.DateTimeField(null=True, blank=True, help_text="Not offered from then on")
    trial_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_DAYS)], help_text="Free days to begin with"
    )
    incentive_kind = models.CharField(max_length=10, choices=IncentiveKind.choices, blank=True)
    incentive_value = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="20 for 20 percent, an amount, or how many more free days",
    )
    incentive_currency = models.CharField(
        max_length=3,
        blank=True,
        validators=[validators.currency],
        help_text="Of an amount: it is only named beside a price in this currency",
    )
    incentive_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="When the incentive ends; empty: it does not"
    )
    fields = models.JSONField(
        default=dict,
        blank=True,
        help_text="Merge fields: feature, benefits, headline, bonus, ... Those under a language (de), a country (US) "
        "or trial replace the plain ones there",
    )
    url = models.CharField(
        max_length=500,
        blank=True,
        validators=[link],
        help_text="Where accepting leads; {account} is filled in",
    )
    chat_url = models.CharField(max_length=500, blank=True, validators=[link])
    priority = models.IntegerField(default=0)
    eligibility = _rule(
        "May they have it? A rule about whom it is for; empty: everybody. What is not known keeps it from them"
    )
    applicability = _rule(
        "Does it fit the moment? A rule likewise: what they do and where they stand just now"
    )
    suitability = _rule("Is it good for them? A rule likewise: whether another offer would help them more")
    live = models.BooleanField(default=False)
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    RULES = ("eligibility", "applicability", "suitability")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until=None)
                | models.Q(valid_from=None)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="offer_valid_forwards",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def for_sale(self) -> bool:
        return self.product_id is not None

    @property
    def bonus(self) -> str:
        """The words of a bonus, where no language says others."""
        said = self.fields.get("bonus") if isinstance(self.fields, dict) else None
        return said if isinstance(said, str) else ""

    def over_at(self, now: datetime, latest: datetime) -> datetime:
        """When what it says from now on stops being true; at `latest` if nothing ends before."""
        ends = (self.valid_until, self.incentive_ends_at)
        return min([latest, *(at for at in ends if at and at > now)])

    def clean(self) -> None:
        """Also of a list that is imported."""
        wrong: dict[str, Any] = {
            name: found
            for name in self.RULES
            if (found := references.faults(getattr(self, name), own=("offer", self.slug)))
        }
        wrong |= faults_of_deal(self)
        if wrong:
            raise ValidationError(wrong)


def faults_of_deal(offer: Offer) -> dict[str, str]:
    """Field and sentence of what contradicts itself."""
    wrong = {}
    if offer.valid_from and offer.valid_until and offer.valid_until <= offer.valid_from:
        wrong["valid_until"] = "It would end before it begins."
    if not isinstance(offer.fields, dict):
        wrong["fields"] = "It must be an object of names and values."
    kind, value = offer.incentive_kind, offer.incentive_value
    if fault := _fault_of_value(offer):
        wrong["incentive_value"] = fault
    if bool(offer.incentive_currency) != (kind == IncentiveKind.AMOUNT):
        wrong["incentive_currency"] = "An amount needs a currency, and nothing else does."
    if kind == IncentiveKind.BONUS and not offer.bonus:
        wrong["fields"] = 'A bonus needs its words: {"bonus": "a free onboarding session"}.'
    if not kind and (value is not None or offer.incentive_ends_at):
        wrong["incentive_kind"] = "Say what kind of incentive it is, or clear its value and end."
    return wrong


def _fault_of_value(offer: Offer) -> str:
    """What is wrong with how much the incentive is; empty: nothing."""
    kind, value = offer.incentive_kind, offer.incentive_value
    if not kind or kind == IncentiveKind.BONUS:
        return ""
    if value is None or not value.is_finite():
        return "Say how much: 20 for 20 percent, an amount, or how many days."
    if kind == IncentiveKind.PERCENT:
        return _fault_of_percent(value)
    if kind == IncentiveKind.TRIAL_DAYS:
        return _fault_of_days(value, offer.trial_days or 0)
    return _fault_of_amount(value, offer)


def _fault_of_percent(value: Decimal) -> str:
    if value > 100:
        return "More than 100 percent off is no price."
    return "Less than 1 percent off is no incentive." if value < 1 else ""


def _fault_of_days(value: Decimal, others: int) -> str:
    if value != int(value):
        return "Free days come whole."
    return f"At most {MOST_DAYS:,} days are free, all together." if value + others > MOST_DAYS else ""


def _fault_of_amount(value: Decimal, offer: Offer) -> str:
    currency = offer.incentive_currency
    decimals = money.decimals(currency)
    if value != round(value, decimals):
        return f"{currency} has {decimals} decimals."
    prices = offer.product.prices.all() if offer.product else ()
    lowest = min((one.amount for one in prices if one.currency == currency), default=None)
    if lowest is not None and value > lowest:
        return f"It is more than the lowest price, {money.text(lowest, currency)} {currency}."
    return ""
