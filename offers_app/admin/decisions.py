"""What was decided, and who is in the control group."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from offers_app.admin import comparison
from offers_app.models import Decision, HoldoutAssignment, Proposition
from upsell_project.lib.admin_base import FactsAdmin, OfPersonAdmin


@admin.register(Decision)
class DecisionAdmin(OfPersonAdmin):
    list_display = ("at", "person", "playbook", "offer", "channel", "outcome", "gate", "reason")
    list_filter = ("outcome",)
    empty_hint = "Every considered offer leaves its reasons here, also when nothing was sent."
    list_before_template = "admin/offers_app/decision/before_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.compare_view)
        return [path("compare/", view, name="offers_app_decision_compare"), *super().get_urls()]

    def compare_view(self, request: HttpRequest) -> HttpResponse:
        return comparison.page(self, request)


@admin.register(Proposition)
class PropositionAdmin(OfPersonAdmin):
    ordering = ("-decision_id",)
    list_display = ("ready_at", "person", "offer", "channel", "placement", "state", "answer", "expires_at")
    list_select_related = ("person", "account", "offer")
    list_filter = ("state",)


@admin.register(HoldoutAssignment)
class HoldoutAssignmentAdmin(FactsAdmin):
    list_display = ("account", "held_out", "percent", "assigned_at")
    list_select_related = ("account",)
    list_filter = ("held_out",)
    search_fields = ("account__group_id__exact",)
    search_help_text = "The exact account id"
