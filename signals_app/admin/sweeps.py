"""How far the sweeps are, of whom is asked again, and what waits to be looked at for moments."""

from django.contrib import admin

from signals_app.models import AskAgain, Sweep, Unnoticed
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


@admin.register(Unnoticed)
class UnnoticedAdmin(FactsAdmin):
    list_display = ("__str__", "since", "until", "lease_until", "attempts")
    empty_hint = "Nothing waits: what came in was looked at for moments."
