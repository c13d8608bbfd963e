"""Immutable facts about what customers did."""

from django.db import models

from people_app.models import Account, Person
from signals_app.models.envelope import Source


class Event(models.Model):
    """One fact. The table is partitioned by month of `occurred_at`; `EventKey` sees to it that each is there once."""

    source = models.ForeignKey(Source, models.CASCADE, db_constraint=False, db_index=False)
    message_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_constraint=False, db_index=False)
    identity_id = models.BigIntegerField(null=True, help_text="The name under which the person was found")
    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
        help_text="The account that the event itself named",
    )
    properties = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "name", "occurred_at"], name="event_person"),
            models.Index(
                fields=["account", "name", "occurred_at"],
                name="event_account",
                condition=models.Q(account__isnull=False),
            ),
            models.Index(
                fields=["person", "name", "occurred_at"],
                name="event_at_home",
                condition=models.Q(account__isnull=True),
            ),
            models.Index(
                fields=["identity_id"],
                name="event_of_nobody",
                condition=models.Q(person__isnull=True, identity_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.kind


class EventKey(models.Model):
    """That a message of a source was taken. Partitioned by the 31 days in which it was processed (see `once`)."""

    pk = models.CompositePrimaryKey("source_id", "digest", "period")
    source_id = models.BigIntegerField()
    digest = models.UUIDField(help_text="The first half of SHA-256 of the message id")
    period = models.DateField(help_text="First day of the 31 days")

    def __str__(self) -> str:
        return str(self.digest)


class Ticket(models.Model):
    """A support ticket; while it is open and a problem, nobody there is sold anything."""

    source = models.ForeignKey(Source, models.CASCADE, db_constraint=False)
    external_id = models.CharField(max_length=100)
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_constraint=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    problem = models.BooleanField()
    opened_at = models.DateTimeField()
    solved_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty while it is open, also once again"
    )
    reopened_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last said to be open again"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="ticket_once")]

    def __str__(self) -> str:
        return f"Ticket {self.external_id}"
