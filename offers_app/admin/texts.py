"""What it says: templates and their texts for each channel and locale."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from offers_app import limits, linted, written
from offers_app.admin import preview
from offers_app.admin.drafts import DraftsAdmin
from offers_app.admin.lint import WAIVING, LintedAdmin, LintedForm
from offers_app.models import Template, Treatment
from signals_app.admin.kept import KeptAdmin
from upsell_project.lib import json_form
from upsell_project.lib.admin_base import EditedAdmin, OfEditedAdmin, RowsInline


class TreatmentForm(LintedForm):
    class Meta:
        model = Treatment
        fields = ("template", "channel", "locale", *limits.TEXTS, "media", "form")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        known = {name: getattr(self.instance, name) for name in limits.TEXTS} | values
        for name, fault in written.faults(known).items():
            self.add_error(name if name in self.fields else None, fault)
        return values


class TreatmentInline(RowsInline):
    """Each is written as a whole on its own page, with its lint, length and preview."""

    model = Treatment
    verbose_name_plural = "texts, one for each channel and language"
    fields = readonly_fields = ("text", "headline", "why", "cta_label")
    ordering = ("channel", "locale")
    template_after = "admin/offers_app/template/add_text.html"

    @admin.display(description="Text")
    def text(self, treatment: Treatment) -> SafeString:
        page = reverse("admin:offers_app_treatment_change", args=[treatment.pk])
        where = f"{treatment.get_channel_display()}, {treatment.locale}"
        return format_html('<a href="{}">{}</a>', page, where)


@admin.register(Template)
class TemplateAdmin(KeptAdmin, EditedAdmin):
    list_display = ("name", "slug", "edited")
    search_fields = ("slug", "name")
    ordering = ("slug",)
    readonly_fields = ("edited",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (TreatmentInline,)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What waits to be sent would have no text any more."""
        rows = list(objs)
        used = linted.in_use([row.slug for row in rows])
        refused = [f"{row} cannot be deleted: a live playbook sends it." for row in rows if row.slug in used]
        return ([], {}, set(), refused) if refused else super().get_deleted_objects(objs, request)


@admin.register(Treatment)
class TreatmentAdmin(DraftsAdmin, LintedAdmin, OfEditedAdmin):
    parent = "template"
    form = TreatmentForm
    formfield_overrides = json_form.OVERRIDES
    fields = ("template", "channel", "locale", *limits.TEXTS, "media", "form", "lint", *WAIVING)
    readonly_fields = ("lint",)
    list_display = ("template", "channel", "locale", "headline")
    list_select_related = ("template",)
    list_filter = ("channel", "locale")
    search_fields = ("template__slug", "headline")

    change_form_template = "admin/offers_app/treatment/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/preview/", view, name="offers_app_treatment_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        treatment = get_object_or_404(Treatment.objects.select_related("template"), pk=pk)
        if not self.has_view_permission(request, treatment):
            raise PermissionDenied
        return preview.page(self, request, treatment)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        about = {}
        if found:
            texts = {name: getattr(found, name) for name in limits.TEXTS}
            told = written.told(found.channel, found.locale, texts)
            about = {
                "preview_url": reverse("admin:offers_app_treatment_preview", args=[found.pk]),
                "length": f"What stands in it whoever gets it: {told}." if told else "",
            }
        return super().change_view(request, object_id, form_url, {**about, **(extra_context or {})})
