"""Accounts at providers by which people are reached."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import models

from people_app.models import Channel
from upsell_project.lib.secrets import EncryptedField


class ChannelAccount(models.Model):
    """One account at a provider for one channel. Of several of a channel the first that is well carries a message."""

    provider = models.CharField(max_length=40)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    name = models.CharField(max_length=100, unique=True)
    given = models.JSONField(default=dict, blank=True, help_text="What is no secret: sender, region, ...")
    secrets = EncryptedField(blank=True, help_text="JSON; goes in and never comes out")
    base_url = models.CharField(max_length=300, blank=True, help_text="Empty: the provider's own address")
    position = models.PositiveSmallIntegerField(
        default=1, help_text="The lowest goes first; the next takes over while it is down"
    )
    active = models.BooleanField(default=True)
    broken_at = models.DateTimeField(null=True, blank=True, help_text="Since when it refuses our key")
    failures = models.PositiveIntegerField(default=0, help_text="In a row")
    down_until = models.DateTimeField(null=True, blank=True, help_text="Left alone until then; real time")
    error = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When it last answered a test")
    created_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("channel", "position", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def values(self) -> dict[str, str]:
        """All that its provider wants to know, secrets too. Raises ValueError when they cannot be read."""
        return {**self.given, **json.loads(self.secrets or "{}")}

    @property
    def kept(self) -> dict[str, str]:
        """The secrets; none when they were encrypted under a key that is lost."""
        try:
            found: dict[str, str] = json.loads(self.secrets or "{}")
        except ValueError:
            return {}
        return found

    def keep(self, secrets: Mapping[str, Any]) -> None:
        """These replace those of the same name; the others stay."""
        self.secrets = json.dumps({**self.kept, **secrets})
