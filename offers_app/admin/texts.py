"""What it says: templates and their texts for each channel and locale."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError

from offers_app import written
from offers_app.models import Template, Treatment
from upsell_project.lib.admin_base import Admin, EditedAdmin, Form, Tabular


class TreatmentForm(Form):
    class Meta:
        model = Treatment
        fields = ("template", "channel", "locale", *written.TEXTS, "media")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if faults := written.faults({name: getattr(self.instance, name) for name in written.TEXTS} | values):
            raise ValidationError(
                {name if name in self.fields else None: fault for name, fault in faults.items()}
            )
        return values


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
class TreatmentAdmin(Admin):
    form = TreatmentForm
    list_display = ("template", "channel", "locale", "headline")
    list_select_related = ("template",)
    list_filter = ("channel", "locale")
    search_fields = ("template__slug", "headline")

    def save_model(self, request: Any, obj: Treatment, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        Template.objects.filter(pk=obj.template_id, edited=False).update(edited=True)
