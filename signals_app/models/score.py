"""Scores: how high each account stands by a measure made of several signs."""

from django.db import models

from people_app.models import Account


class ScoreDefinition(models.Model):
    """Signs with points: an account's score is the points of the signs that hold, as a share of all points.

    `signs`: `[{"part": "usage", "name": "They export weekly", "points": 2, "if": <rule about the account>}]`.
    `training`: what the answers to offers said of them, as `signals_app.scores.training` leaves it.
    """

    slug = models.SlugField(unique=True, max_length=100)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    signs = models.JSONField(default=list, blank=True)
    trained = models.BooleanField(
        default=False, help_text="Weighed by what was answered to offers, not by the points"
    )
    live = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )
    training = models.JSONField(default=dict, blank=True)
    training_asked_at = models.DateTimeField(null=True, blank=True)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    upto = models.BigIntegerField(default=0, help_text="How far the pass that runs has come")

    def __str__(self) -> str:
        return self.name


class Score(models.Model):
    """How high an account stands by one measure made of several; the newest. `name`: the slug of its definition.

    `parts`: `{"parts": [{"part", "points", "of"}], "signs": [{"part", "name", "points", "holds"}], "trained": bool}`;
    `holds` is null where it depends on what is not known. Of a trained one each sign has its `weight`.
    """

    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    name = models.CharField(max_length=100)
    value = models.DecimalField(max_digits=6, decimal_places=5, help_text="0 to 1")
    parts = models.JSONField(default=dict, help_text="What it is made of")
    at = models.DateTimeField(help_text="Since when it is as it is")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="score_once")]
        indexes = [models.Index(fields=["name", "value"], name="score_values")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
