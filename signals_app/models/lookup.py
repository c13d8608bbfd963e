"""What has to be read from a provider's API, because what came in only named it."""

from django.db import models

from signals_app.models.envelope import Source


class Lookup(models.Model):
    """One object of a provider. There is one row for each that was ever asked for; asking again opens it again."""

    class State(models.TextChoices):
        OPEN = "open", "To be read"
        DONE = "done", "Read"
        GONE = "gone", "Not there"
        FAILED = "failed", "Cannot be read"

    source = models.ForeignKey(Source, models.CASCADE, related_name="lookups")
    kind = models.CharField(
        max_length=12, help_text="The provider's word: contact, company, subscription, ..."
    )
    object_id = models.CharField(max_length=200)
    accounts = models.JSONField(
        default=list,
        blank=True,
        help_text="Keys of the accounts that the answer is about, where it names none",
    )
    asked = models.IntegerField(
        default=1, help_text="How often it was asked for: more than at reading, read again"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField(help_text="Real time, as all times here")
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(
        blank=True, help_text="Kept only of firmographics, which are asked for once in a long time"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "object_id"], name="lookup_once")]
        indexes = [
            models.Index(fields=["source", "due_at"], name="lookup_due", condition=models.Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
