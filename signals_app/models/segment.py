"""Groups of people, by a rule or by a list."""

from django.db import models

from people_app.models import Person


class Segment(models.Model):
    """Whoever a rule holds for, or whom staff listed. A changed rule is a new version."""

    class Kind(models.TextChoices):
        RULE = "rule", "By a rule"
        LIST = "list", "A list"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.RULE)
    rule = models.JSONField(default=dict, blank=True)
    live = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )
    counted = models.PositiveIntegerField(default=0, help_text="How many people are in it")
    refreshed_at = models.DateTimeField(null=True, blank=True)
    upto = models.BigIntegerField(default=0, help_text="How far the pass that runs has come")

    def __str__(self) -> str:
        return self.name


class SegmentMember(models.Model):
    """Somebody who is in a segment now."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False)
    since = models.DateTimeField()
    added_by = models.CharField(max_length=150, blank=True, help_text="Of a list: who added them")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "person"], name="segment_member_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.segment}"
