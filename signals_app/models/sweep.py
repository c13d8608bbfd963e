"""How far what time alone makes true was looked for."""

from django.db import models

from signals_app.models.signal import SignalDefinition
from upsell_project.lib import in_words


class Sweep(models.Model):
    """The sweep of a definition that runs, or ran last. One that was interrupted goes on from `upto`."""

    definition = models.OneToOneField(SignalDefinition, models.CASCADE, related_name="sweep")
    version = models.PositiveIntegerField(
        help_text="Of the definition: another one is looked at from the beginning"
    )
    since = models.DateTimeField(null=True, help_text="Up to when was looked before; empty: never")
    at = models.DateTimeField(help_text="Up to when it looks")
    running = models.BooleanField(default=True)
    upto = models.BigIntegerField(default=0, help_text="The person or account with whom it goes on")
    judged = models.PositiveIntegerField(default=0, help_text="How many were looked at one by one")
    found = models.PositiveIntegerField(default=0, help_text="How many signals it found")
    error = models.CharField(max_length=300, blank=True, help_text="Why it cannot go on at present")
    retry_at = models.DateTimeField(null=True, help_text="Real time")

    def __str__(self) -> str:
        return f"{self.definition} up to {in_words.moment(self.at)}"
