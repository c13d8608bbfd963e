"""Who is in which sequence, and who rests after one."""

from django.contrib import admin

from campaigns_app import outline
from campaigns_app.models import Cooldown, Enrollment
from upsell_project.lib.admin_base import OfPersonAdmin


@admin.register(Enrollment)
class EnrollmentAdmin(OfPersonAdmin):
    list_display = ("entered_at", "playbook", "person", "account", "state", "doing", "wake_at", "end_reason")
    list_select_related = ("playbook", "version", "person", "account", "step")
    list_filter = ("state", "playbook")
    empty_hint = "People enter when a live playbook's signal is found for them."

    @admin.display(description="Step")
    def doing(self, enrollment: Enrollment) -> str:
        active = enrollment.state == Enrollment.State.ACTIVE and enrollment.step
        return outline.sentence(enrollment.step) if active and enrollment.step else ""


@admin.register(Cooldown)
class CooldownAdmin(OfPersonAdmin):
    list_display = ("person", "outcome", "until", "set_at", "lifted_at")
