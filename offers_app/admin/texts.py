"""What it says: templates and their texts for each channel and locale."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError

from offers_app import wording
from offers_app.admin.lint import WAIVING, LintedAdmin, LintedForm
from offers_app.models import Template, Treatment
from upsell_project.lib.admin_base import EditedAdmin, Tabular

_TEXTS = {"headline": False, "body": True, "why": False, "cta_label": False, "secondary_label": False}


class TreatmentForm(LintedForm):
    class Meta:
        model = Treatment
        fields = ("template", "channel", "locale", *_TEXTS)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        faults = {name: fault for name, html in _TEXTS.items() if (fault := _fault(values.get(name), html))}
        if faults:
            raise ValidationError(faults)
        return values


def _fault(text: str | None, html: bool) -> str:
    """A field without a value is no fault here: whether one has a value is known per person."""
    try:
        wording.render(text or "", {}, html=html)
    except wording.Missing:
        return ""
    except wording.Broken as error:
        return f"This text cannot be rendered: {error}"
    return ""


class TreatmentInline(Tabular):
    model = Treatment
    form = TreatmentForm
    fields = ("channel", "locale", "headline", "why", "cta_label")
    extra = 0
    show_change_link = True


@admin.register(Template)
class TemplateAdmin(EditedAdmin):
    list_display = ("name", "slug", "edited")
    search_fields = ("slug", "name")
    ordering = ("slug",)
    readonly_fields = ("edited",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (TreatmentInline,)


@admin.register(Treatment)
class TreatmentAdmin(LintedAdmin):
    form = TreatmentForm
    fields = ("template", "channel", "locale", *_TEXTS, "lint", *WAIVING)
    readonly_fields = ("lint",)
    list_display = ("template", "channel", "locale", "headline")
    list_select_related = ("template",)
    list_filter = ("channel", "locale")
    search_fields = ("template__slug", "headline")

    def save_model(self, request: Any, obj: Treatment, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        Template.objects.filter(pk=obj.template_id, edited=False).update(edited=True)
