"""Immutable facts about what customers did, and what is counted from them."""

from django.db import models

from people_app.models import Account, Person
from signals_app.models.envelope import Source


class Event(models.Model):
    """One fact. `message_id` is unique per source, so a repeated one changes nothing."""

    source = models.ForeignKey(Source, models.CASCADE, db_constraint=False, db_index=False)
    message_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False, db_index=False)
    properties = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "message_id"], name="event_once")]
        indexes = [
            models.Index(fields=["person", "name", "occurred_at"], name="event_person"),
            models.Index(fields=["account", "name", "occurred_at"], name="event_account"),
        ]

    def __str__(self) -> str:
        return self.name or self.kind


class Meter(models.Model):
    """How the use of one resource is counted from events, per account and calendar month."""

    class Aggregate(models.TextChoices):
        COUNT = "count", "Count of events"
        SUM = "sum", "Sum of a property"

    resource = models.CharField(
        max_length=100, unique=True, help_text="As in the plan's limits: exports, ..."
    )
    label = models.CharField(max_length=100, help_text="As a recipient reads it: reports")
    verb = models.CharField(max_length=100, help_text="What they did with it: exported")
    event = models.CharField(max_length=200)
    aggregate = models.CharField(max_length=10, choices=Aggregate.choices, default=Aggregate.COUNT)
    property = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.resource


class MeterTotal(models.Model):
    """What an account used of a resource in one calendar month of its own zone."""

    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    resource = models.CharField(max_length=100)
    period = models.DateField(help_text="First day of the month")
    used = models.DecimalField(max_digits=18, decimal_places=3)
    last_event_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "resource", "period"], name="meter_total_once")
        ]

    def __str__(self) -> str:
        return f"{self.used} {self.resource} in {self.period:%Y-%m}"


class Ticket(models.Model):
    """A support ticket; while it is open and a problem, nobody there is sold anything."""

    source = models.ForeignKey(Source, models.CASCADE, db_constraint=False)
    external_id = models.CharField(max_length=100)
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_constraint=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    problem = models.BooleanField()
    opened_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="ticket_once")]

    def __str__(self) -> str:
        return f"Ticket {self.external_id}"
