"""Each attempt to reach a person, the tasks for staff, and the sandbox's own inbox."""

import uuid

from django.db import models

from campaigns_app.models.channel_account import ChannelAccount
from campaigns_app.models.enrollment import Enrollment
from offers_app.models import Decision, Proposition
from people_app.models import Account, Channel, Person


class Delivery(models.Model):
    """One intent to reach a person on a channel, with the proof that it was allowed.

    held -> intended -> claimed -> sending -> accepted | refused | unknown; skipped when a re-check stops it.
    In-app offers are accepted at once: they wait to be fetched. `unknown` is parked for a human, never repeated.
    """

    class State(models.TextChoices):
        HELD = "held", "Held until the hours allow it"
        INTENDED = "intended", "Intended"
        CLAIMED = "claimed", "Claimed by a worker"
        SENDING = "sending", "Sending"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused for good"
        UNKNOWN = "unknown", "Uncertain: it may or may not have been sent"
        SKIPPED = "skipped", "Skipped at the last check"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    enrollment = models.ForeignKey(
        Enrollment, models.CASCADE, null=True, help_text="Empty: decided on request, carried by who asked"
    )
    step_id = models.BigIntegerField(null=True)
    occurrence = models.PositiveIntegerField(default=1)
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    proposition = models.OneToOneField(Proposition, models.CASCADE, db_constraint=False)
    decision = models.ForeignKey(Decision, models.CASCADE, db_constraint=False)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=300, blank=True)
    proof = models.JSONField(
        default=dict, help_text="Consent record, counters before/after, local time, policy version"
    )
    intended_at = models.DateTimeField(null=True, help_text="Counts against the caps from here")
    send_after = models.DateTimeField(null=True, help_text="Held until then")
    retry_at = models.DateTimeField(null=True, help_text="Real time")
    attempts = models.SmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    provider = models.CharField(max_length=40, blank=True)
    via = models.ForeignKey(
        ChannelAccount,
        models.SET_NULL,
        null=True,
        db_index=False,
        help_text="The account it was handed to; empty: the deployment's own mail server, or nobody yet",
    )
    unsure_at = models.DateTimeField(
        null=True, help_text="Since when it is not known whether the provider took it; real time"
    )
    provider_ref = models.CharField(max_length=200, blank=True)
    delivered_at = models.DateTimeField(null=True, help_text="By the provider's receipt")
    opened_at = models.DateTimeField(null=True, help_text="By a person; machines do not count")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step_id", "occurrence"], name="delivery_once")
        ]
        indexes = [
            models.Index(fields=["person", "intended_at"], name="delivery_pressure"),
            models.Index(
                fields=["state"],
                name="delivery_outbox",
                condition=models.Q(state__in=["held", "intended", "claimed", "sending", "unknown"]),
            ),
            models.Index(fields=["-intended_at"], name="delivery_intended"),
            models.Index(
                fields=["provider_ref"], name="delivery_provider_ref", condition=~models.Q(provider_ref="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.state}"


class StaffTask(models.Model):
    """Something a human should do for a person: a 1:1 chat, a call."""

    delivery = models.OneToOneField(Delivery, models.CASCADE, null=True, blank=True)
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    assignee = models.CharField(
        max_length=200, blank=True, help_text="The account manager's address, if known"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.title


class DemoMail(models.Model):
    """A mail kept in the sandbox's own inbox instead of being sent."""

    message_id = models.CharField(max_length=200, unique=True)
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=500)
    raw = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject
