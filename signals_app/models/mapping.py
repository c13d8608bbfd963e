"""What staff said that other names mean, and which names have been seen."""

from django.conf import settings
from django.db import models

from signals_app.models.envelope import Source


class EventMapping(models.Model):
    """An incoming event in the words of the tracking plan. Of several that fit, the most particular one holds."""

    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, help_text="Empty: every source")
    event = models.CharField(
        max_length=200, help_text="Its name as it comes; a * at the end stands for any rest"
    )
    name = models.CharField(max_length=200, blank=True, help_text="In the tracking plan; empty: as it comes")
    properties = models.JSONField(
        default=dict, blank=True, help_text='Where to find what: {"cart.items.0.price": "revenue"}'
    )
    constants = models.JSONField(default=dict, blank=True, help_text='What always holds: {"currency": "EUR"}')
    live = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event"], name="event_mapping_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} -> {self.name or self.event}"


class SeenProperty(models.Model):
    """An event name and a property path that really came in; an empty path is the event itself. For pickers."""

    source = models.ForeignKey(Source, models.CASCADE, db_constraint=False, db_index=False)
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=10, blank=True, help_text="text, number, boolean, list, null")
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "seen properties"
        constraints = [models.UniqueConstraint(fields=["source", "name", "path"], name="seen_property_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.path}".strip()
