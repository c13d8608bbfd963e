"""What came in, and has not been looked at for moments yet."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Unnoticed(models.Model):
    """Events of one chunk. Whoever stored them looks at them soon; if it dies, another one does when `lease_until` is
    over. Ids only: whose they are by then is read from the events."""

    event_ids = ArrayField(models.BigIntegerField())
    since = models.DateTimeField(null=True, help_text="When the first of them happened")
    until = models.DateTimeField(null=True, help_text="When the last of them happened")
    used = models.JSONField(default=list, help_text="By which event which resource was used last")
    brought = ArrayField(
        models.BigIntegerField(), default=list, help_text="Which brought facts of an account"
    )
    said = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="Which said something of a person beside what they did",
    )
    accounts = ArrayField(models.BigIntegerField(), help_text="Whose facts they changed")
    lease_until = models.DateTimeField(help_text="Real time")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Of others, once the lease was over")

    class Meta:
        verbose_name_plural = "unnoticed"

    def __str__(self) -> str:
        return f"{len(self.event_ids)} events"
