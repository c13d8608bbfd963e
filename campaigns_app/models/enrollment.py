"""One run of one playbook version for one person, and the pauses that its end leaves behind."""

from django.db import models

from campaigns_app.models.playbook import Playbook, PlaybookVersion, Step
from people_app.models import Account, Person
from signals_app.models import Signal


class Enrollment(models.Model):
    """`wake_at` is the timer: it lives here, so losing every queue loses nothing."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        FINISHED = "finished", "Finished"
        PARKED = "parked", "Parked after repeated errors"

    playbook = models.ForeignKey(Playbook, models.CASCADE)
    version = models.ForeignKey(PlaybookVersion, models.PROTECT)
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, related_name="enrollments")
    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    signal = models.ForeignKey(Signal, models.PROTECT, db_constraint=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    step = models.ForeignKey(Step, models.PROTECT, null=True, db_constraint=False)
    step_entered_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    wake_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(blank=True)
    entry_gates = models.JSONField(
        default=list, help_text="Met on the way in; told with the first decision about an offer"
    )
    lane_gates = models.JSONField(
        default=list, help_text="By which rules it took its lanes; told with the next decision"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["playbook", "person"],
                condition=models.Q(state="active"),
                name="enrollment_active_once",
            ),
            models.UniqueConstraint(fields=["playbook", "person", "signal"], name="enrollment_signal_once"),
        ]
        indexes = [
            models.Index(fields=["wake_at"], name="enrollment_due", condition=models.Q(state="active")),
            models.Index(fields=["person", "-entered_at"], name="enrollment_person"),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} for {self.person}"


class RunSweep(models.Model):
    """How far runs were looked at that time alone ends or moves on. There is one row."""

    at = models.DateTimeField(null=True, help_text="When the look began; empty: never looked")
    upto = models.BigIntegerField(default=0, help_text="The run after which it goes on; 0: it is done")

    def __str__(self) -> str:
        return f"Runs up to {self.upto} at {self.at}"


class Cooldown(models.Model):
    """After an outcome: no new sequence for the person until then. The longest that applies wins."""

    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False)
    outcome = models.CharField(max_length=40)
    until = models.DateTimeField()
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, null=True)
    set_at = models.DateTimeField()
    lifted_at = models.DateTimeField(
        null=True, blank=True, help_text="Positive feedback lifts an ignore-pause"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrollment", "outcome"], name="cooldown_once")]

    def __str__(self) -> str:
        return f"{self.outcome} until {self.until:%Y-%m-%d}"
