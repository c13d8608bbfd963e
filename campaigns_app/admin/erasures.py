"""Who asked to be forgotten, and how far that is."""

from django.contrib import admin

from people_app.models import ErasedName, Erasure
from upsell_project.lib.admin_base import FactsAdmin


@admin.register(Erasure)
class ErasureAdmin(FactsAdmin):
    list_display = ("person", "asked_at", "source", "state", "done_at")
    list_select_related = ("person",)
    list_filter = (("done_at", admin.EmptyFieldListFilter),)
    empty_hint = "Nobody asked to be forgotten yet."

    @admin.display(description="State")
    def state(self, erasure: Erasure) -> str:
        return "Done" if erasure.done_at else "Nobody reaches them; being emptied"


@admin.register(ErasedName)
class ErasedNameAdmin(FactsAdmin):
    list_display = ("digest", "asked_at")
