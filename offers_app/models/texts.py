"""How it reads: one message per channel and locale."""

from typing import Any

from django.db import models, transaction

from offers_app.models.claim import Claim
from people_app.models import Channel


class Template(models.Model):
    """One message, written once and rendered per channel and locale by its treatments."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    hesitation = models.CharField(
        max_length=10,
        choices=Claim.Hesitation.choices,
        blank=True,
        help_text="The likely doubt of whoever gets it: a customer story that answers it goes first",
    )
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    def __str__(self) -> str:
        return self.name


class Treatment(models.Model):
    """A template's rendering for one channel and locale. Texts are Liquid; a missing value skips the send."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="treatments")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    locale = models.CharField(max_length=20, default="en")
    headline = models.CharField(
        max_length=300, help_text="Headline in-app, subject of a mail, title of a task"
    )
    body = models.TextField(help_text="HTML in-app and in mail; the text part of a mail is made from it")
    why = models.CharField(max_length=1000, blank=True, help_text="Why this, why now: from the evidence")
    cta_label = models.CharField(max_length=60, blank=True)
    secondary_label = models.CharField(max_length=60, blank=True)
    media = models.JSONField(
        default=dict,
        blank=True,
        help_text='In-app and mail: {"kind": "image", "url": "https://...", "alt": "..."} or {"kind": "video", '
        '"url": "https://...", "caption": "...", "captions_url": "https://...vtt"}',
    )
    form = models.JSONField(
        default=dict,
        blank=True,
        help_text='WhatsApp: the approved template it leaves as: {"id": "offer_pro", "language": "en", "variables": '
        '["{{ person.first_name }}", "{{ url }}"], "button": true}',
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "channel", "locale"], name="treatment_once")
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.template} {self.channel} {self.locale}"

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """What was made with it goes over to another one of its template: what waits is worded by the text that fits
        when it leaves, and what is learned stays with the template."""
        others = Treatment.objects.filter(template=self.template_id).exclude(pk=self.pk)
        heir = min(others, key=lambda one: (one.channel != self.channel, one.pk), default=None)
        if heir:
            self.proposition_set.update(treatment=heir)
        return super().delete(*args, **kwargs)
