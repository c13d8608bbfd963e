"""The page of a decision: the plain one of `offers_app`, told gate by gate as *Why / why not* tells it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from campaigns_app import explain_page
from campaigns_app.admin import why
from offers_app.admin.decisions import DecisionAdmin
from offers_app.models import Decision

admin.site.unregister(Decision)


@admin.register(Decision)
class DecisionPageAdmin(DecisionAdmin):
    fields: ClassVar[tuple[str, ...]] = (
        *("at", "person", "account", "playbook", "enrollment_id", "step_id", "offer", "channel"),
        *("outcome", "seed", "chosen_by"),
    )
    change_form_after_template = "admin/offers_app/decision/told.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        told = {"told": explain_page.of_decision(found, why.may_see(request))} if found else {}
        return super().change_view(request, object_id, form_url, {**told, **(extra_context or {})})

    @admin.display(description="Policy of the choice")
    def chosen_by(self, decision: Decision) -> str:
        return explain_page.words(decision.policy)
