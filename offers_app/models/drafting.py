"""Proposals for texts that staff asked a language model for: who asked when, and for a day what came back."""

from django.db import models

from offers_app.models.catalog import Offer
from offers_app.models.texts import Treatment


class DraftRequest(models.Model):
    """One question. `variants` are `[{"texts": {field: text}, "faults": [sentence]}]`, emptied after a day; the row
    stays as the record of use, without a text."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being written"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Tone(models.TextChoices):
        PLAIN = "plain", "Plain and short"
        WARM = "warm", "Warm"
        FACTUAL = "factual", "Factual, figures first"
        FORMAL = "formal", "Formal"

    treatment = models.ForeignKey(Treatment, models.CASCADE)
    offer = models.ForeignKey(Offer, models.CASCADE)
    tone = models.CharField(max_length=10, choices=Tone.choices, default=Tone.PLAIN)
    staff = models.PositiveBigIntegerField(db_index=True, help_text="The user who asked")
    asked_at = models.DateTimeField(help_text="Real time")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    leased_until = models.DateTimeField(null=True, blank=True)
    variants = models.JSONField(default=list, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    tokens = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="draft_waiting", condition=models.Q(state__in=["waiting", "running"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.treatment} for {self.offer}"
