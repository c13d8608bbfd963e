"""Each decision with its reasons, and what was presented because of it."""

import uuid

from django.db import models

from offers_app.models.catalog import Offer
from offers_app.models.texts import Treatment
from people_app.models import Account, Channel, Person


class Decision(models.Model):
    """One evaluation: what was considered for whom, every gate it met in order, and how it ended."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered", "Delivered"
        HELD = "held", "Held"
        EXCLUDED = "excluded", "Excluded"
        HOLDOUT = "holdout", "Holdout"

    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    playbook = models.CharField(max_length=50, blank=True)
    enrollment_id = models.BigIntegerField(null=True)
    step_id = models.BigIntegerField(null=True)
    offer = models.CharField(max_length=50, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    gates = models.JSONField(
        default=list, help_text="[{gate, passed, input, threshold}] in the order they were met"
    )
    gate = models.CharField(max_length=40, blank=True, help_text="Closed code of the one that stopped it")
    reason = models.CharField(max_length=300, blank=True)
    input = models.JSONField(default=dict)
    threshold = models.JSONField(default=dict)
    next_eligible_at = models.DateTimeField(null=True)
    policy_version = models.PositiveIntegerField(default=1)
    candidates = models.JSONField(
        default=list,
        help_text="Every offer considered, with its gates, factors, score and chance; the best first",
    )
    seed = models.BigIntegerField(null=True, help_text="What drew among the chances")
    policy = models.JSONField(default=dict, help_text="Version and parameters of the choice")

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="decision_person"),
            models.Index(fields=["-at"], name="decision_at"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.gate}".strip()


class Proposition(models.Model):
    """An offer that a decision presented to one person. Live until an answer, its expiry or an exit."""

    class State(models.TextChoices):
        LIVE = "live", "Live"
        ANSWERED = "answered", "Answered"
        ENDED = "ended", "Ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    decision = models.ForeignKey(Decision, models.CASCADE, db_constraint=False)
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    enrollment_id = models.BigIntegerField(
        null=True, db_index=True, help_text="The run that made it; empty: decided on request"
    )
    signal_id = models.BigIntegerField(
        null=True, db_index=True, help_text="What one that was decided on request rests on"
    )
    offer = models.ForeignKey(Offer, models.PROTECT, db_index=False)
    treatment = models.ForeignKey(Treatment, models.SET_NULL, null=True, db_constraint=False)
    topic = models.CharField(max_length=100)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    placement = models.CharField(max_length=50, blank=True)
    content = models.JSONField(
        default=dict, help_text="As rendered: the contract's JSON in-app, subject and bodies in mail"
    )
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LIVE)
    ready_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    viewed_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=20, blank=True)
    answered_at = models.DateTimeField(null=True)
    also_said = models.JSONField(
        default=dict, blank=True, help_text="Weaker answers, before or after the one that counts, and when"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "channel"], name="proposition_live", condition=models.Q(state="live")
            ),
            models.Index(fields=["account"], name="proposition_account", condition=models.Q(state="live")),
            models.Index(
                fields=["expires_at"],
                name="proposition_requested",
                condition=models.Q(state="live", enrollment_id=None),
            ),
            # What came of an offer for somebody, and of one for everybody: caps, noes, what was accepted.
            models.Index(fields=["person", "offer"], name="proposition_of_person"),
            models.Index(fields=["account", "offer"], name="proposition_of_account"),
            models.Index(fields=["offer", "ready_at"], name="proposition_of_offer"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def answers(self) -> set[str]:
        """All that they said of it."""
        return {self.answer, *self.also_said} - {""}
