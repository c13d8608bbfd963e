"""How each source is doing: what came in each hour, and what staff are told of it."""

from django.db import models

from signals_app.models.envelope import Source


class SourceHour(models.Model):
    """What one source sent in one hour (UTC) of product time: some 9,000 rows a source and year."""

    source = models.ForeignKey(Source, models.CASCADE, db_constraint=False, db_index=False)
    hour = models.DateTimeField(help_text="When it began")
    accepted = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0, help_text="Requests with a bad signature")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "hour"], name="source_hour_once")]

    def __str__(self) -> str:
        return f"{self.source} at {self.hour:%Y-%m-%d %H:00}"


class SourceAlert(models.Model):
    """Something is wrong with a source. It closes by itself; staff are told of it once."""

    class Kind(models.TextChoices):
        SILENT = "silent", "Silent"
        REJECTING = "rejecting", "Much is rejected"
        SIGNATURE = "signature", "Bad signatures"
        CONNECTION = "connection", "Its API does not answer"
        PARKED = "parked", "Requests are parked"

    source = models.ForeignKey(Source, models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    sentence = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When staff were told (real time)")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind"], condition=models.Q(closed_at=None), name="source_alert_open_once"
            )
        ]
        indexes = [models.Index(fields=["-opened_at"], name="source_alert_opened")]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_kind_display()}"
