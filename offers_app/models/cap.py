"""How often an offer may be made, by what came of it."""

from django.core.validators import MinValueValidator
from django.db import models

from offers_app.models.catalog import Offer


class OfferCap(models.Model):
    """At most so many of one outcome of one offer, for one person, one account or everybody together."""

    class Outcome(models.TextChoices):
        """What is counted. `presented`: made ready for somebody, whether they saw it or not."""

        PRESENTED = "presented", "Presented"
        VIEWED = "viewed", "Viewed"
        CLICKED = "clicked", "Clicked"
        ACCEPTED = "accepted", "Accepted"
        DISMISSED = "dismissed", "Dismissed (not now)"
        DECLINED = "declined", "Declined (no)"
        SNOOZED = "snoozed", "Snoozed"
        OPTED_OUT = "opted_out", "Opted out"
        FEEDBACK = "feedback", "Negative feedback"

    class Scope(models.TextChoices):
        PERSON = "person", "One person"
        ACCOUNT = "account", "One account"
        EVERYBODY = "everybody", "Everybody together"

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="caps")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PRESENTED)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.PERSON)
    at_most = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="Once there are so many, the offer is not made any more"
    )
    days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Within so many days; empty: ever",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "outcome", "scope", "days"], nulls_distinct=False, name="offer_cap_once"
            )
        ]

    def __str__(self) -> str:
        within = f"in {self.days} days" if self.days else "ever"
        return f"{self.at_most} {self.outcome} {within}, {self.get_scope_display().lower()}"
