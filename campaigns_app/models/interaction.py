"""What people did with an offer."""

from django.db import models

from offers_app.models import Proposition
from people_app.models import Person


class Interaction(models.Model):
    """One act, idempotent by the id its sender chose."""

    class Kind(models.TextChoices):
        VIEWED = "viewed", "Viewed"
        CLICKED = "clicked", "Clicked"
        ACCEPTED = "accepted", "Accepted"
        DISMISSED = "dismissed", "Dismissed (not now)"
        DECLINED = "declined", "Declined (no)"
        SNOOZED = "snoozed", "Snoozed"
        OPTED_OUT = "opted_out", "Opted out"
        FEEDBACK = "feedback", "Feedback"
        CONVERTED = "converted", "Converted"
        IGNORED = "ignored", "Ignored"
        REPLIED = "replied", "Replied (no refusal)"

    id = models.UUIDField(primary_key=True)
    proposition = models.ForeignKey(Proposition, models.CASCADE, db_constraint=False)
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    how = models.CharField(max_length=20, help_text="widget, mail, preference_center, event")
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="interaction_person"),
            models.Index(fields=["-recorded_at", "-id"], name="interaction_recorded"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
