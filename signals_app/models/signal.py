"""The moments we look for, and those we found."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce

from people_app.models import Account, Person
from signals_app.models.segment import Segment
from upsell_project.lib import in_words, spans
from upsell_project.lib.spans import MOST_HOURS


class Detector(models.TextChoices):
    """How a definition is evaluated; each is one file in `detectors/` (a test compares the two)."""

    THRESHOLD = "threshold", "Threshold: use against a limit"
    FREQUENCY = "frequency", "Frequency: N events in a window"
    DISTINCT = "distinct", "Distinct: N different values in a window"
    ROAMING = "roaming", "Roaming: keeps switching between things"
    SESSION = "session", "Session: N events in one visit"
    DURATION = "duration", "Duration: time spent in a window"
    CHANGE = "change", "Change: a spike or a drop against their own past"
    FORECAST = "forecast", "Forecast: the limit will be reached soon"
    CALENDAR = "calendar", "Calendar: a date or a season, and activity"
    LIFECYCLE = "lifecycle", "Lifecycle: a step of their way with the product"
    EXPLICIT = "explicit", "Explicit: they asked for it"
    TEXT = "text", "Text: what they wrote means it"
    COMPOSITE = "composite", "Composite: all, any or enough of several rules"
    SCORE = "score", "Score: a number made of several measures"
    RULE = "rule", "Rule: any conditions"


class About(models.TextChoices):
    """Whose moment it is: it happens once to each of these."""

    PERSON = "person", "A person"
    ACCOUNT = "account", "A whole account"


class SignalDefinition(models.Model):
    """A rule, as data. Saving a changed rule makes a new version; old signals keep theirs."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    detector = models.CharField(max_length=20, choices=Detector.choices)
    config = models.JSONField(default=dict)
    about = models.CharField(max_length=10, choices=About.choices, default=About.PERSON)
    condition = models.JSONField(
        default=dict, blank=True, help_text="A rule that must hold, too; empty: none"
    )
    hold_hours = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(MOST_HOURS)], help_text="Found once it was true for so long"
    )
    route_to = models.JSONField(
        default=list,
        blank=True,
        help_text="Of an account: for the most recently active person with one of these roles; empty: with any",
    )
    confidence = models.DecimalField(
        max_digits=4,
        decimal_places=3,
        default=1,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text="How sure one that was found is, 0 to 1; playbooks ask for a least confidence",
    )
    lifetime_hours = models.PositiveIntegerField(
        default=168, validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)]
    )
    cooldown_hours = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(MOST_HOURS)], help_text="Not found again within this time"
    )
    live = models.BooleanField(default=False)
    swept_at = models.DateTimeField(
        null=True, blank=True, help_text="What time alone made true was looked for"
    )
    version = models.PositiveIntegerField(default=1)
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        """While it is not live nobody is looked at: everybody is, once it is live again."""
        if not self.live:
            self.swept_at = None
            if options.get("update_fields") is not None:
                options["update_fields"] = {*options["update_fields"], "swept_at"}
        super().save(*args, **options)

    @property
    def hold(self) -> timedelta:
        return spans.hours(self.hold_hours)

    @property
    def lifetime(self) -> timedelta:
        return spans.hours(self.lifetime_hours)

    @property
    def rest(self) -> timedelta:
        """Where no rule arms it again, it is not found again within this time."""
        return max(self.lifetime, self.cooldown)

    @property
    def cooldown(self) -> timedelta:
        """It is not found again of one period within this time, whatever arms it."""
        return spans.hours(self.cooldown_hours)


class Signal(models.Model):
    """One detected instance, with the evidence a recipient could be shown."""

    definition = models.ForeignKey(SignalDefinition, models.CASCADE)
    definition_version = models.PositiveIntegerField()
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_constraint=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    evidence = models.JSONField(default=dict)
    confidence = models.DecimalField(max_digits=4, decimal_places=3)
    detected_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    dedupe_key = models.CharField(max_length=200, unique=True)

    class Meta:
        indexes = [models.Index(fields=["-detected_at"], name="signal_detected")]

    @property
    def certainty(self) -> str:
        """`92.5 %`."""
        return in_words.percent(self.confidence)

    def __str__(self) -> str:
        return f"{self.definition} at {in_words.moment(self.detected_at)}"


class DetectorState(models.Model):
    """A definition that is true for somebody: since when, and whether it was found. Gone once it is armed again."""

    definition = models.ForeignKey(SignalDefinition, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_constraint=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    part = models.CharField(max_length=100, blank=True, help_text="The resource, where there is one")
    period = models.DateField(help_text="Of what begins anew with each period: its first day")
    holds_since = models.DateTimeField()
    fired_at = models.DateTimeField(null=True, help_text="Empty: not true for long enough yet")
    armed = models.BooleanField(default=False, help_text="Its rule armed it again, while it still rests")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "person", "account", "part", "period"],
                name="detector_state_once",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["definition", "fired_at"], name="detector_state_fired")]

    def __str__(self) -> str:
        return f"{self.definition} {self.part} since {self.holds_since:%Y-%m-%d}"


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class AskAgain(models.Model):
    """Of whom a definition (neither this nor a segment: every live one) is to be asked soon, or who is to be judged for
    a segment: what it reads of them changed, and no event says so. A definition of people or a segment, of an account
    without a person: of whoever is at home there."""

    definition = models.ForeignKey(SignalDefinition, models.CASCADE, null=True)
    segment = models.ForeignKey(Segment, models.CASCADE, null=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False, db_index=False)
    after = models.BigIntegerField(default=0, help_text="The person of the account who was asked last")
    asked = models.PositiveIntegerField(default=0, help_text="How many people of the account were asked")
    failed = models.PositiveSmallIntegerField(default=0, help_text="How often they could not be judged")
    retry_at = models.DateTimeField("asked from", default=LONG_AGO)

    class Meta:
        verbose_name_plural = "ask again"
        indexes = [
            models.Index(
                Coalesce("definition", 0),
                Coalesce("person", 0),
                Coalesce("account", 0),
                name="ask_again_noted",
                condition=models.Q(after=0),
            ),
            models.Index(fields=["retry_at", "id"], name="ask_again_next"),
        ]

    def __str__(self) -> str:
        return f"{self.definition or self.segment or 'all'} of person {self.person_id}, account {self.account_id}"


class SignalAlert(models.Model):
    """A definition that finds far more or less than usual."""

    definition = models.ForeignKey(SignalDefinition, models.CASCADE)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    evidence = models.JSONField(default=dict, help_text="What was found, and what was expected")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition"], condition=models.Q(closed_at=None), name="signal_alert_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.definition} at {self.opened_at:%Y-%m-%d}"


class BackTest(models.Model):
    """What a definition would have found in what is stored."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    definition = models.ForeignKey(SignalDefinition, models.CASCADE)
    settings = models.JSONField(help_text="The definition as it was tried")
    first = models.DateField()
    last = models.DateField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    leased_until = models.DateTimeField(null=True, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="In percent")
    result = models.JSONField(default=dict, blank=True)
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.definition} from {self.first} to {self.last}"
