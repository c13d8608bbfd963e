"""What people were shown, and what they answered to offers, as rules ask for it."""

from django.db import models

from people_app.models import Account, Person
from upsell_project.lib.rules.facts import SHOWN

ANSWERS = (
    SHOWN,
    *("accepted", "declined", "dismissed", "snoozed", "opted_out", "ignored"),
    *("feedback", "intrusive", "mistimed", "replied"),
)


class Answer(models.Model):
    """One answer to an offer: accepted, dismissed, declined, snoozed, opted_out, ignored, ...; or that it was shown."""

    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    offer = models.CharField(max_length=100)
    answer = models.CharField(max_length=20)
    at = models.DateTimeField()
    proposition = models.UUIDField(null=True, help_text="Of what was shown: each counts once")
    told = models.BooleanField(default=True, help_text="Rules that ask for it are asked again")

    class Meta:
        indexes = [
            models.Index(fields=["person", "at"], name="answer_of"),
            models.Index(fields=["id"], name="answer_untold", condition=models.Q(told=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["proposition"],
                name="answer_shown_once",
                condition=models.Q(proposition__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.offer}"
