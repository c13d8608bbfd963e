"""What was learned of offers: one row a lesson, and their sums as counts that fade."""

from django.db import models
from django.db.models import F, Q

from offers_app.models.catalog import Offer
from offers_app.models.decision import Proposition


class Arm(models.Model):
    """How often an offer was taken with this template on this channel in this segment; blank: in all of them.

    `successes` and `failures` are decayed to `updated_at`, the newest time of an answer: see `offers_app.tallies`.
    """

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="arms")
    template = models.CharField(max_length=50, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    segment = models.CharField(max_length=50, blank=True)
    successes = models.FloatField(default=0)
    failures = models.FloatField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "template", "channel", "segment"], name="arm_once")
        ]

    def __str__(self) -> str:
        return " / ".join(filter(None, [str(self.offer), self.template, self.channel, self.segment]))


class Lesson(models.Model):
    """What an offer that somebody saw says by what became of it. One a proposition; of several answers the last word is
    a no, then a yes: the order in which they are heard does not matter.
    """

    class Level(models.IntegerChoices):
        NOTHING = 0, "Nothing"
        LET_PASS = 1, "Let pass, or not now"
        YES = 2, "Yes"
        NO = 3, "No"

    proposition = models.OneToOneField(Proposition, models.CASCADE, primary_key=True, db_constraint=False)
    offer = models.ForeignKey(Offer, models.CASCADE, db_index=False)
    template = models.CharField(max_length=50, blank=True)
    channel = models.CharField(max_length=20)
    segment = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField(help_text="When the offer was made: from here on it fades")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    counted = models.PositiveSmallIntegerField(
        choices=Level.choices, default=Level.NOTHING, help_text="What the arms know of it"
    )
    heard_at = models.DateTimeField(help_text="When it became what it is")

    class Meta:
        indexes = [
            models.Index(fields=["proposition"], name="lesson_new", condition=~Q(level=F("counted"))),
            models.Index(fields=["heard_at"], name="lesson_heard"),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {self.proposition_id}"
