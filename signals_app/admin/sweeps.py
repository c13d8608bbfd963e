"""How far the sweeps are, and of whom is asked again."""

from django.contrib import admin

from signals_app.models import AskAgain, Sweep
from upsell_project.lib.admin_base import FactsAdmin


@admin.register(Sweep)
class SweepAdmin(FactsAdmin):
    list_display = ("definition", "at", "running", "judged", "found", "error")
    list_select_related = ("definition",)
    list_filter = ("running",)
    empty_hint = "Once an hour each live definition is asked of whom time alone can have made it true."


@admin.register(AskAgain)
class AskAgainAdmin(FactsAdmin):
    list_display = ("definition", "person", "account")
    list_select_related = ("definition", "person", "account")
    empty_hint = (
        "Nobody waits: whoever answered an offer, came into a segment or has a new score was asked already."
    )
