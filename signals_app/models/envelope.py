"""Where data comes from, and each raw request exactly as it was received."""

from django.db import models

from signals_app.connectors import kinds
from upsell_project.lib.secrets import EncryptedField


def source_kinds() -> list[tuple[str, str]]:
    """The open vocabulary of sources; a new connector needs no migration."""
    return kinds()


class Source(models.Model):
    """One connection that sends us data, with its keys."""

    kind = models.CharField(max_length=40, choices=source_kinds)
    name = models.CharField(max_length=200)
    write_key = models.CharField(
        max_length=80, unique=True, help_text="Publishable: names the source, proves nothing"
    )
    signing_secret = EncryptedField(blank=True)
    previous_secret = EncryptedField(blank=True, help_text="Still accepted while the sender rotates")
    hook_token = models.CharField(max_length=80, unique=True)
    origins = models.JSONField(default=list, blank=True, help_text="Browser origins that may use a web key")
    api_key = EncryptedField(
        blank=True, help_text="Opens the provider's API, to read what its webhooks only name"
    )
    api_url = models.CharField(max_length=300, blank=True, help_text="Empty: the provider's usual address")
    vouched = models.BooleanField(
        "what it hands on is proven",
        default=False,
        help_text="This tool hands on what browsers and apps told it, and anybody can tell a browser's key anything. So"
        " its purchases, opt-outs, tickets and plans are kept as 'Unproven: ...' and change nothing. Say yes only if"
        " none but your own servers send such events to the tool. It counts only while the source has a secret.",
    )
    looks_up = models.BooleanField(
        "look companies up by their domain",
        default=False,
        help_text="Accounts whose industry or size nobody told are searched there by their domain, each domain at most"
        " once in 90 days; what others said of them stays. It needs an API key that may read companies.",
    )
    lookup_error = models.CharField(
        max_length=300, blank=True, help_text="Why its API cannot be read at present"
    )
    lookups_paused_until = models.DateTimeField(
        null=True, blank=True, help_text="Real time; set by its API's answers"
    )
    active = models.BooleanField(default=True)
    signature_failures = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def hook_path(self) -> str:
        return f"/hooks/{self.kind}/{self.hook_token}"

    @property
    def secrets(self) -> list[str]:
        """Those that count, newest first; none if the provider has none, or staff did not give it yet."""
        return [secret for secret in (self.signing_secret, self.previous_secret) if secret]


class Envelope(models.Model):
    """One raw request, durable before it is acknowledged; workers turn it into events.

    The table is partitioned by week of `received_at`: name it in a query by id, and one partition is read.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        DONE = "done", "Done"
        PARKED = "parked", "Parked"

    source = models.ForeignKey(Source, models.CASCADE, db_constraint=False, db_index=False)
    call = models.CharField(max_length=20, help_text="batch, track, ... or hook")
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    received_at = models.DateTimeField(help_text="Product time")
    clock_offset = models.BigIntegerField(
        default=0, help_text="Seconds the sandbox clock was ahead at receipt"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.SmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    replayed_at = models.DateTimeField(
        null=True, help_text="Real time at which it was put back; what just came in goes first"
    )
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                models.OrderBy(models.F("replayed_at"), nulls_first=True),
                "id",
                name="envelope_pending",
                condition=models.Q(state="pending"),
            ),
            models.Index(fields=["source", "id"], name="envelope_parked", condition=models.Q(state="parked")),
        ]

    def __str__(self) -> str:
        return f"Envelope {self.pk}"


class RejectedEvent(models.Model):
    """An item we could not take, with the reason a sender can act on."""

    source = models.ForeignKey(Source, models.CASCADE, db_constraint=False)
    envelope_id = models.BigIntegerField()
    index = models.IntegerField()
    reason = models.CharField(max_length=300)
    path = models.CharField(max_length=200, blank=True)
    payload = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["envelope_id", "index"], name="rejected_once")]
        indexes = [models.Index(fields=["-received_at"], name="rejected_received")]

    def __str__(self) -> str:
        return self.reason
