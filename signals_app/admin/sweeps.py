"""How far the sweeps are, of whom is asked again, and what waits to be looked at for moments."""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from signals_app import unnoticed
from signals_app.models import AskAgain, Sweep, Unnoticed
from upsell_project.lib.admin_base import FactsAdmin, confirmed, log, told


@admin.register(Sweep)
class SweepAdmin(FactsAdmin):
    list_display = ("definition", "at", "running", "judged", "found", "error")
    list_select_related = ("definition",)
    list_filter = ("running",)
    empty_hint = "Once an hour each live definition is asked of whom time alone can have made it true."


@admin.register(AskAgain)
class AskAgainAdmin(FactsAdmin):
    list_display = ("definition", "segment", "person", "account", "failed", "tried_again_at")
    list_select_related = ("definition", "segment", "person", "account")
    empty_hint = (
        "Nobody waits: whoever answered an offer, came into a segment or has a new score was asked already."
    )

    @admin.display(ordering="retry_at", empty_value="soon")
    def tried_again_at(self, row: AskAgain) -> datetime | None:
        """Of whoever could not be judged."""
        return row.retry_at if row.failed else None


@admin.register(Unnoticed)
class UnnoticedAdmin(FactsAdmin):
    list_display = ("__str__", "since", "until", "lease_until", "attempts", "given_up")
    actions = ("try_again",)
    empty_hint = "Nothing waits: what came in was looked at for moments."

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("signals_app.change_unnoticed")

    @admin.display(boolean=True, description="Given up")
    def given_up(self, row: Unnoticed) -> bool:
        return row.attempts >= unnoticed.MAX_ATTEMPTS

    @admin.action(description="Look again", permissions=["resolve"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Unnoticed]) -> HttpResponse | None:
        """Those that were given up. Whoever was found in them already is not found twice."""
        rows = unnoticed.given_up(queryset)
        question = f"{rows.count()} that were given up will be looked at again for moments."
        if page := confirmed(self, request, rows, question):
            return page
        found = list(rows)
        log(request, found, "Look again")
        told(self, request, unnoticed.try_again([row.pk for row in found]), "are looked at again")
        return None
