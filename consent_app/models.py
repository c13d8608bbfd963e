"""What people permit: the ledger, its current state, pauses and suppressions."""

from django.db import models

from people_app.models import Channel, Person

ALL = "*"


class Basis(models.TextChoices):
    CONSENT = "consent", "Consent"
    SOFT_OPT_IN = "soft_opt_in", "Soft opt-in (details given during a sale)"
    OBJECTION = "objection", "Objection or withdrawal"


class ConsentRecord(models.Model):
    """One dated act of a person about contact. Append-only; `Permission` is what follows from it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consent_records")
    purpose = models.CharField(max_length=40, default="marketing")
    channel = models.CharField(max_length=20, help_text="A channel, or * for all")
    topic = models.CharField(max_length=100, default=ALL, help_text="An offer topic, or * for all")
    granted = models.BooleanField()
    basis = models.CharField(max_length=20, choices=Basis.choices)
    wording_version = models.CharField(max_length=100, blank=True)
    how = models.CharField(max_length=40, help_text="api, preference_center, one_click, widget, ...")
    proof = models.JSONField(default=dict, blank=True)
    collected_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-recorded_at"], name="consent_person")]

    def __str__(self) -> str:
        verb = "granted" if self.granted else "withdrawn"
        return f"{self.purpose} {verb} on {self.channel} for {self.topic}"


class Permission(models.Model):
    """The newest word of a person per purpose, channel and topic; written by `ledger` alone."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="permissions")
    purpose = models.CharField(max_length=40, default="marketing")
    channel = models.CharField(max_length=20)
    topic = models.CharField(max_length=100, default=ALL)
    granted = models.BooleanField()
    basis = models.CharField(max_length=20, choices=Basis.choices)
    record = models.ForeignKey(ConsentRecord, models.CASCADE)
    since = models.DateTimeField(help_text="When the person said so: the newest word wins")
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "purpose", "channel", "topic"], name="permission_once")
        ]

    def __str__(self) -> str:
        return f"{'yes' if self.granted else 'no'} to {self.channel}/{self.topic}"


class Pause(models.Model):
    """No offers until a time: the person's own snooze, or a do-not-disturb set at the end of a sequence."""

    class Kind(models.TextChoices):
        SNOOZE = "snooze", "Snooze"
        DO_NOT_DISTURB = "do_not_disturb", "Do not disturb"

    person = models.ForeignKey(Person, models.CASCADE, related_name="pauses")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    until = models.DateTimeField()
    reason = models.CharField(max_length=100, blank=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="pause_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} until {self.until:%Y-%m-%d}"


class Suppression(models.Model):
    """An address that must never be written to, kept as a keyed hash so that it survives erasure."""

    channel = models.CharField(max_length=20, choices=Channel.choices)
    address_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "address_hash"], name="suppression_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.address_hash[:8]}: {self.reason}"
