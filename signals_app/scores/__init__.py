"""Scores of accounts: made of signs with points, kept hourly; and, where enough offers were answered, trained."""

from signals_app.scores import training
from signals_app.scores.compute import waiting

trainings_waiting = training.waiting

__all__ = ["trainings_waiting", "waiting"]
