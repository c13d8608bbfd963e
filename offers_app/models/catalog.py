"""What we could propose, and where in the customer's app."""

from django.core.exceptions import ValidationError
from django.db import models

from signals_app import references
from upsell_project.lib import stored_rules


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


class Offer(models.Model):
    """One commercial proposal. Price and terms are data, so that copy cannot invent them."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    topic = models.CharField(max_length=100, default="upgrades", help_text="What a person can switch off")
    for_sale = models.BooleanField(default=True)
    plan = models.CharField(
        max_length=100, blank=True, help_text="The plan it sells: never offered to who has it"
    )
    addon = models.CharField(max_length=100, blank=True, help_text="The add-on it sells: likewise")
    fields = models.JSONField(default=dict, blank=True, help_text="Merge fields: feature, benefit_1, ...")
    terms = models.JSONField(
        default=dict, blank=True, help_text="price, currency, period, renews, trial_days, ..."
    )
    url = models.CharField(
        max_length=500, blank=True, help_text="Where accepting leads; {account} is filled in"
    )
    chat_url = models.CharField(max_length=500, blank=True)
    priority = models.IntegerField(default=0)
    eligibility = models.JSONField(
        default=dict,
        blank=True,
        validators=[stored_rules.readable],
        help_text="A rule about whom it is for; empty: everybody. What is not known keeps it from them",
    )
    live = models.BooleanField(default=False)
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Also of a list that is imported."""
        if wrong := references.faults(self.eligibility, own=("offer", self.slug)):
            raise ValidationError({"eligibility": wrong})
