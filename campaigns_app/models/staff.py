"""Staff access to the API."""

from django.db import models

from upsell_project.lib.secrets import EncryptedField


class ApiKey(models.Model):
    """A staff key `sk_...`: shown once, stored hashed."""

    class Role(models.TextChoices):
        VIEWER = "viewer", "Viewer"
        EDITOR = "editor", "Editor"
        ADMIN = "admin", "Admin"

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}...)"


class IdempotencyKey(models.Model):
    """A POST of the staff API that named itself; repeated within a day it gets the first answer again."""

    caller = models.CharField(max_length=40, help_text="key:<id> or user:<id>")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(
        max_length=64, help_text="Of method, path and body: another body is refused"
    )
    status = models.PositiveSmallIntegerField(
        null=True, help_text="Empty while the first one is still running"
    )
    answer = EncryptedField(blank=True, help_text="May hold a secret that is shown once")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
