"""How use is counted from events, and what was counted."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from people_app.models import Account

MOST_DAYS = 366


class Aggregate(models.TextChoices):
    """What is made of the events. Closed: each is arithmetic of its own."""

    COUNT = "count", "Count of events"
    SUM = "sum", "Sum of a property"
    LAST = "last", "Last value of a property"
    DISTINCT = "distinct", "Number of different values of a property"


class Window(models.TextChoices):
    """Over which time. Days and months are those of the account's time zone, UTC when it is unknown."""

    CALENDAR = "calendar", "Calendar month"
    BILLING = "billing", "Billing period; the calendar month while it is unknown"
    ROLLING = "rolling", "The last days, today included"


class Meter(models.Model):
    """How the use of one resource is counted from events, per account."""

    Aggregate = Aggregate
    Window = Window

    resource = models.CharField(
        max_length=100, unique=True, help_text="As in the plan's limits: exports, ..."
    )
    label = models.CharField(max_length=100, help_text="As a recipient reads it: reports")
    verb = models.CharField(max_length=100, help_text="What they did with it: exported")
    event = models.CharField(max_length=200)
    where = models.JSONField(
        default=dict,
        blank=True,
        help_text='Only events with these values: {"tier": "premium"}; paths as in the property',
    )
    aggregate = models.CharField(max_length=10, choices=Aggregate.choices, default=Aggregate.COUNT)
    property = models.CharField(
        max_length=200, blank=True, help_text="What to sum, keep or tell apart: rows, cart.items.0.price"
    )
    window = models.CharField(max_length=10, choices=Window.choices, default=Window.CALENDAR)
    days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=f"Of a rolling window, 1 to {MOST_DAYS}"
    )

    def __str__(self) -> str:
        return self.resource

    def clean(self) -> None:
        if faults := faults_of(self):
            raise ValidationError(dict(faults))


def faults_of(meter: Meter) -> list[tuple[str, str]]:
    """What is wrong with a meter, as (field, sentence)."""
    faults = []
    if meter.aggregate != Aggregate.COUNT and not meter.property:
        faults.append(("property", f"is needed for a {meter.get_aggregate_display().lower()}"))
    if meter.window == Window.ROLLING and not 1 <= (meter.days or 0) <= MOST_DAYS:
        faults.append(("days", f"must be 1 to {MOST_DAYS} for a rolling window"))
    if not isinstance(meter.where, dict) or not all(_plain(value) for value in meter.where.values()):
        faults.append(("where", 'must be an object of property and value, such as {"tier": "premium"}'))
    return faults


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


class MeterTotal(models.Model):
    """What an account used of a resource in one bucket: a month, a billing period, or a day of a rolling window."""

    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    resource = models.CharField(max_length=100)
    period = models.DateField(help_text="First day of the bucket")
    used = models.DecimalField(max_digits=30, decimal_places=3)
    last_event_at = models.DateTimeField()
    newest = models.BooleanField(default=False, help_text="Holds the newest value; otherwise a sum")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "resource", "period"], name="meter_total_once")
        ]

    def __str__(self) -> str:
        return f"{self.used} {self.resource} from {self.period}"


class PastTotal(models.Model):
    """What a closed period came to by an earlier definition of its meter. Its events are gone: this stays as it is."""

    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    resource = models.CharField(max_length=100)
    period = models.DateField(help_text="First day of the bucket")
    counted_as = models.TextField(blank=True, help_text="The definition by which it was counted")
    used = models.DecimalField(max_digits=30, decimal_places=3)
    last_event_at = models.DateTimeField()
    newest = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "resource", "period", "counted_as"], name="past_total_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.used} {self.resource} from {self.period}"


class MeterValue(models.Model):
    """How often one value was seen in a bucket of a meter that tells values apart; gone again at 0 or below."""

    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False, db_index=False)
    resource = models.CharField(max_length=100)
    period = models.DateField()
    digest = models.CharField(max_length=32, help_text="First half of the value's SHA-256")
    seen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "resource", "period", "digest"], name="meter_value_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]} of {self.resource} from {self.period}"


class Recount(models.Model):
    """How far a meter is counted from the stored events, after it was made or changed."""

    meter = models.OneToOneField(Meter, models.CASCADE, related_name="recount")
    counted_as = models.TextField(blank=True, help_text="The definition by which everything is counted")
    counting_as = models.TextField(blank=True, help_text="The definition of the pass that runs")
    was = models.TextField(blank=True, help_text="The definition by which everything was counted before")
    upto = models.BigIntegerField(default=0, help_text="The last account that is done")
    last = models.BigIntegerField(default=0, help_text="The last account there was when the pass began")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.meter}: {self.percent} %"

    @property
    def percent(self) -> int:
        """0 to 100: the share of the accounts that are counted."""
        if self.counted_as:
            return 100
        return min(99, self.upto * 100 // self.last) if self.last else 0

    def leaves_out(self, account_id: int) -> bool:
        """Whether the totals of this account are still those of the definition before."""
        if self.counted_as or not self.was or account_id <= self.upto:
            return False
        return not self.counting_as or account_id <= self.last


class RecountDue(models.Model):
    """An account that is to be counted anew. May be asked for twice: one count answers all that were asked before."""

    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    resource = models.CharField(max_length=100, blank=True, help_text="Empty: every meter")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"account {self.account_id} {self.resource}"


class Dropped(models.Model):
    """One row (id 1): events before `before` were dropped for their age, and what they came to stays as it is."""

    before = models.DateTimeField()

    class Meta:
        verbose_name_plural = "dropped"

    def __str__(self) -> str:
        return f"before {self.before}"
