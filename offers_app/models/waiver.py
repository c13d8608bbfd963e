"""What staff let pass although a lint rule refuses it: by whom, when and why. Kept for good."""

from django.db import models


class LintWaiver(models.Model):
    """One rule of the linter set aside for one text, as it was worded then. A changed text needs a new one."""

    rule = models.CharField(max_length=40)
    subject = models.CharField(max_length=120, help_text="template smart-nudge email en, or offer pro-plan")
    fingerprint = models.CharField(max_length=64, help_text="Of all texts and terms that were judged")
    text = models.JSONField(default=dict, help_text="What was judged, as it was worded")
    quotes = models.JSONField(default=list, help_text="What the rule found in it")
    because = models.CharField(max_length=500)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    until = models.DateField(null=True, blank=True, help_text="Through this day; empty: for good")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    noticed_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When what waited in the app was withdrawn after its end",
    )

    class Meta:
        indexes = [models.Index(fields=["subject", "fingerprint"], name="lint_waiver_text")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}"
