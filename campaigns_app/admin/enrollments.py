"""Who is in which sequence, and who rests after one."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from campaigns_app import outline, parked
from campaigns_app.models import Cooldown, Enrollment, RunSweep
from upsell_project.lib.admin_base import FactsAdmin, OfPersonAdmin, confirmed, log, told


@admin.register(Enrollment)
class EnrollmentAdmin(OfPersonAdmin):
    list_display = ("entered_at", "playbook", "person", "account", "state", "doing", "wake_at", "end_reason")
    list_select_related = ("playbook", "version", "person", "account", "step")
    list_filter = ("state", "playbook")
    actions = ("try_again",)
    empty_hint = "People enter when a live playbook's signal is found for them."

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns_app.change_enrollment")

    @admin.action(description="Try again", permissions=["resolve"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> HttpResponse | None:
        rows = queryset.filter(state=parked.PARKED)
        question = f"{rows.count()} parked runs will go on where they stood; every gate is met again."
        if page := confirmed(self, request, rows, question):
            return page
        found = list(rows)
        log(request, found, "Try again")
        told(self, request, parked.try_again([row.pk for row in found]), "parked runs go on")
        return None

    @admin.display(description="Step")
    def doing(self, enrollment: Enrollment) -> str:
        active = enrollment.state == Enrollment.State.ACTIVE and enrollment.step
        return outline.sentence(enrollment.step) if active and enrollment.step else ""


@admin.register(Cooldown)
class CooldownAdmin(OfPersonAdmin):
    list_display = ("person", "outcome", "until", "set_at", "lifted_at")


@admin.register(RunSweep)
class RunSweepAdmin(FactsAdmin):
    list_display = ("at", "upto")
    empty_hint = "Once an hour runs are looked at that a rule ends, or moves on, because time passed."
