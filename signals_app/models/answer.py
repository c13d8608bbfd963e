"""What people answered to offers, as rules ask for it."""

from django.db import models

from people_app.models import Account, Person

ANSWERS = (
    *("accepted", "declined", "dismissed", "snoozed", "opted_out", "ignored"),
    *("feedback", "intrusive", "mistimed"),
)


class Answer(models.Model):
    """One answer to an offer: accepted, dismissed, declined, snoozed, opted_out, ignored, ..."""

    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    offer = models.CharField(max_length=100)
    answer = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="answer_of")]

    def __str__(self) -> str:
        return f"{self.answer} {self.offer}"
