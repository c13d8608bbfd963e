"""What is sold: plans, add-ons, bundles of these and services, with their prices per currency and period."""

from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from people_app import validators
from upsell_project.lib import money


class Product(models.Model):
    """Something that an account can have. `code` is how facts of accounts name it."""

    class Kind(models.TextChoices):
        PLAN = "plan", "Plan"
        ADDON = "addon", "Add-on"
        BUNDLE = "bundle", "Bundle of other products"
        SERVICE = "service", "Service"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = models.CharField(
        max_length=100,
        blank=True,
        help_text="What accounts that have it say: a plan's name in the fact plan, otherwise an entry of the fact "
        "addons. Empty: it can be bought again and again, as seats can",
    )
    rank = models.IntegerField(
        null=True,
        blank=True,
        help_text="Of a plan: who is on one of the same or a higher rank is not offered it. Empty: it has no order",
    )
    parts = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="bundles",
        help_text="Of a bundle: what it holds. Who has any of it is not offered the bundle",
    )
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    class Meta:
        indexes = [
            models.Index(
                Lower("code"), name="product_ranked", condition=models.Q(kind="plan", rank__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind == self.Kind.BUNDLE and self.code:
            raise ValidationError({"code": "A bundle is known by its parts: leave this empty."})
        if self.kind == self.Kind.PLAN and not self.code:
            raise ValidationError({"code": "Write the plan's name as accounts have it, such as pro."})
        if self.kind != self.Kind.PLAN and self.rank is not None:
            raise ValidationError({"rank": "Only plans have a rank: leave this empty."})


class Price(models.Model):
    """What a product costs in one currency for one period. The only place where an amount is written."""

    class Period(models.TextChoices):
        MONTH = "month", "Per month"
        YEAR = "year", "Per year"
        ONCE = "once", "Once"

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3, validators=[validators.currency], help_text="As in EUR")
    period = models.CharField(max_length=5, choices=Period.choices, default=Period.MONTH)
    amount = models.DecimalField(
        max_digits=15,
        decimal_places=3,
        validators=[MinValueValidator(Decimal(0))],
        help_text="In whole units of the currency: 49 or 49.50",
    )
    renews = models.BooleanField(default=True, help_text="It is charged again each period until cancelled")
    cancel_anytime = models.BooleanField(default=True, help_text="It can be cancelled at any time")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "currency", "period"], name="price_once")]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.currency} {self.get_period_display().lower()}"

    def clean(self) -> None:
        if self.amount is not None and self.currency:
            decimals = money.decimals(self.currency)
            if self.amount != round(self.amount, decimals):
                raise ValidationError({"amount": f"{self.currency} has {decimals} decimals."})
        if self.period == self.Period.ONCE and self.renews:
            raise ValidationError({"renews": "What is paid once does not renew."})


def fault_of_parts(product: Product | None, kind: str | None, parts: Collection[Product]) -> str:
    """What is wrong with what it holds, or with what holds it; empty: nothing. `product`: as it is stored, if it is."""
    if kind != Product.Kind.BUNDLE:
        return "Only a bundle holds other products." if parts else ""
    if not parts:
        return "A bundle holds at least one product."
    own = product.pk if product else None
    if any(part.kind == Product.Kind.BUNDLE or part.pk == own for part in parts):
        return "A bundle holds plans, add-ons and services, not bundles."
    around = product.bundles.first() if product and own else None
    return f"The bundle {around} holds this, and a bundle holds no bundles." if around else ""
