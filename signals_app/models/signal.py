"""The moments we look for, and those we found."""

from django.db import models

from people_app.models import Account, Person


class Detector(models.TextChoices):
    """How a definition is evaluated; each is one file in `detectors/` (a test compares the two)."""

    THRESHOLD = "threshold", "Threshold: use against a limit"
    FREQUENCY = "frequency", "Frequency: N events in a window"


class SignalDefinition(models.Model):
    """A rule, as data. Saving a changed rule makes a new version; old signals keep theirs."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    detector = models.CharField(max_length=20, choices=Detector.choices)
    config = models.JSONField(default=dict)
    confidence = models.DecimalField(max_digits=4, decimal_places=3, default=1)
    lifetime_hours = models.PositiveIntegerField(default=168)
    cooldown_hours = models.PositiveIntegerField(default=0, help_text="Not found again within this time")
    live = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    def __str__(self) -> str:
        return self.name


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

    def __str__(self) -> str:
        return f"{self.definition} at {self.detected_at:%Y-%m-%d %H:%M}"


class DetectorState(models.Model):
    """A threshold that fired and is not armed again yet (hysteresis)."""

    definition = models.ForeignKey(SignalDefinition, models.CASCADE)
    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    resource = models.CharField(max_length=100)
    period = models.DateField()
    fired_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "account", "resource", "period"], name="detector_state_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.definition} fired for {self.resource}"
