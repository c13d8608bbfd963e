"""What was learned of offers: facts, changed by answers alone."""

from django.contrib import admin

from offers_app.models import Arm, Lesson
from upsell_project.lib.admin_base import FactsAdmin


@admin.register(Arm)
class ArmAdmin(FactsAdmin):
    ordering = ("-updated_at",)
    list_display = (
        *("offer", "template", "channel", "segment"),
        *("taken", "successes", "failures", "updated_at"),
    )
    list_select_related = ("offer",)
    list_filter = ("channel",)
    search_fields = ("offer__slug__exact",)
    search_help_text = "The exact slug of an offer"
    empty_hint = (
        "Answers to offers are counted here, faded by their age. Blank: all templates, channels, segments."
    )

    @admin.display(description="Taken")
    def taken(self, arm: Arm) -> str:
        whole = arm.successes + arm.failures
        return f"{100 * arm.successes / whole:.1f} %" if whole > 0 else ""


@admin.register(Lesson)
class LessonAdmin(FactsAdmin):
    ordering = ("-heard_at",)
    list_display = ("heard_at", "offer", "template", "channel", "segment", "level", "counted")
    list_select_related = ("offer",)
    list_filter = ("level",)
    search_fields = ("proposition__exact",)
    search_help_text = "The exact id of a proposition"
    empty_hint = "What became of each offer that somebody saw is noted here, once."
