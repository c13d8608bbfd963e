"""What people were shown and answered to offers, and scores: as rules read them."""

from django.contrib import admin

from signals_app.models import Answer, Score
from upsell_project.lib.admin_base import FactsAdmin, OfPersonAdmin


@admin.register(Answer)
class AnswerAdmin(OfPersonAdmin):
    list_display = ("at", "person", "account", "offer", "answer")
    list_select_related = ("person", "account")
    list_filter = ("answer",)
    empty_hint = "Answers appear when somebody is shown an offer, accepts, dismisses or ignores it."


@admin.register(Score)
class ScoreAdmin(FactsAdmin):
    list_display = ("name", "account", "value", "at")
    list_select_related = ("account",)
    list_filter = ("name",)
    empty_hint = "Scores appear when an account is measured."
