"""What was counted: totals, what they were before, and what is to be counted anew. Nobody edits it."""

from django.contrib import admin
from django.http import HttpRequest

from signals_app import usage
from signals_app.models import Dropped, MeterTotal, MeterValue, PastTotal, Recount, RecountDue
from upsell_project.lib.admin_base import FactsAdmin


class OfAccountAdmin(FactsAdmin):
    list_select_related = ("account",)
    search_fields = ("account__group_id__exact",)
    search_help_text = "The exact account id"


@admin.register(MeterTotal)
class MeterTotalAdmin(OfAccountAdmin):
    list_display = ("account", "resource", "period", "used", "last_event_at")
    empty_hint = "Nothing was counted yet: a meter says which events count."


@admin.register(PastTotal)
class PastTotalAdmin(OfAccountAdmin):
    """Closed periods, by the definition that their meter had then: their events are gone."""

    list_display = ("account", "resource", "period", "used", "counted_by")
    list_filter = ("resource",)
    empty_hint = (
        "When a meter is changed, periods whose events were dropped for their age are kept here as they were."
    )
    exclude = ("counted_as",)
    readonly_fields = ("counted_by",)

    @admin.display(description="Counted by the definition")
    def counted_by(self, total: PastTotal) -> str:
        return usage.in_words(total.counted_as) if total.counted_as else "an earlier meter of this name"


@admin.register(MeterValue)
class MeterValueAdmin(OfAccountAdmin):
    list_display = ("account", "resource", "period", "digest", "seen")
    empty_hint = "Only meters that tell values apart keep them."


@admin.register(Recount)
class RecountAdmin(FactsAdmin):
    """Progress: a meter that was made or changed is counted anew from the stored events."""

    list_display = ("meter", "done", "changed_at")
    list_select_related = ("meter",)
    empty_hint = "A recount begins by itself when a meter is made or changed."
    fields = ("meter", "done", "counts", "counted_before", "changed_at")
    readonly_fields = ("done", "counts", "counted_before")

    @admin.display(description="Done")
    def done(self, recount: Recount) -> str:
        return f"{recount.percent} %"

    @admin.display(description="Counts")
    def counts(self, recount: Recount) -> str:
        definition = recount.counted_as or recount.counting_as
        return usage.in_words(definition) if definition else "not begun"

    @admin.display(description="Counted before")
    def counted_before(self, recount: Recount) -> str:
        return usage.in_words(recount.was) if recount.was else "nothing"


@admin.register(RecountDue)
class RecountDueAdmin(FactsAdmin):
    list_display = ("account", "what", "asked_at")
    list_select_related = ("account",)
    empty_hint = "Nothing waits to be counted anew."

    @admin.display(description="What")
    def what(self, due: RecountDue) -> str:
        return due.resource or "every meter"


@admin.register(Dropped)
class DroppedAdmin(FactsAdmin):
    list_display = ("before",)
    empty_hint = "No event was dropped for its age yet."

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("signals_app.view_dropped"))
