"""What came in, and has not been looked at for moments yet."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Unnoticed(models.Model):
    """Events of one chunk. Whoever stored them looks at them soon; if it dies, another one does when `lease_until` is
    over. Ids only: whose they are by then is read from the events."""

    event_ids = ArrayField(models.BigIntegerField())
    since = models.DateTimeField(null=True, help_text="When the first of them happened")
    until = models.DateTimeField(null=True, help_text="When the last of them happened")
    people = ArrayField(models.BigIntegerField(), help_text="Who did them, as was known then")
    accounts = ArrayField(models.BigIntegerField(), help_text="Whose facts or use they changed")
    moved = models.BooleanField(
        default=False, help_text="Some of them are another person's or account's by now"
    )
    lease_until = models.DateTimeField(help_text="Real time")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Of others, once the lease was over")

    class Meta:
        verbose_name_plural = "unnoticed"

    def __str__(self) -> str:
        return f"{len(self.event_ids)} events"
