"""Who is in the control group."""

from django.db import models

from people_app.models import Account


class HoldoutAssignment(models.Model):
    """Whether an account is in the global control group; the first assignment stays."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="holdout")
    held_out = models.BooleanField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    assigned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account}: {'held out' if self.held_out else 'may be contacted'}"
