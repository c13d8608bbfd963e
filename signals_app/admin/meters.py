"""What is counted, what was counted, and how far a recount is."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from signals_app import mapping, references, usage
from signals_app.admin.pairs import PairsField, PairsWidget
from signals_app.admin.tester import TestedAdmin, with_this
from signals_app.models import EventMapping, Meter, MeterTotal, PastTotal, Recount, Source
from upsell_project.lib.admin_base import Form
from upsell_project.lib.tables import TableAdmin, TableResource

FIELDS = ("resource", "label", "verb", "event", "where", "aggregate", "property", "window", "days")


def picked(list_id: str) -> forms.Widget:
    """A text input that suggests what was really seen."""
    widget: forms.Widget = UnfoldAdminTextInputWidget(attrs={"list": list_id, "autocomplete": "off"})
    return widget


class MeterForm(Form):
    def clean_resource(self) -> str:
        """Rules ask for it by this name."""
        before, after = self.initial.get("resource"), str(self.cleaned_data["resource"])
        if before and after != before and (refused := references.refusals("meter", [before], "renamed")):
            raise forms.ValidationError(refused)
        return after

    where = PairsField(
        PairsWidget("Property", "Value", "seen-paths"),
        texts=False,
        label="Only where",
        help_text="Empty: every event of this name counts.",
    )

    class Meta:
        model = Meter
        fields = FIELDS
        widgets: ClassVar = {"event": picked("seen-names"), "property": picked("seen-paths")}


class MeterResource(TableResource):
    class Meta(TableResource.Meta):
        model = Meter
        import_id_fields = ("resource",)
        fields = FIELDS


@admin.register(Meter)
class MeterAdmin(TableAdmin, TestedAdmin):
    form = MeterForm
    resource_classes: ClassVar = [MeterResource]
    change_form_template = "admin/signals_app/meter/change_form.html"
    empty_hint = "A meter says which event counts against which limit of a plan."
    list_display = ("resource", "label", "event", "aggregate", "property", "window", "counted")
    list_select_related = ("recount",)
    search_fields = ("resource", "event")

    def candidates(self, obj: Meter) -> tuple[list[EventMapping], list[Meter], Source | None]:
        return mapping.load(), with_this(list(Meter.objects.order_by("resource")), obj), None

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        refused = references.refusals("meter", [one.resource for one in objs], "deleted")
        return ([], {}, set(), refused) if refused else super().get_deleted_objects(objs, request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.counted_view)
        return [path("<int:pk>/counted/", view, name="signals_app_meter_counted"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        meter = self.get_object(request, object_id)
        about = standing(meter) if meter else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **about})

    def counted_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far its recount is; asks for itself until it is done."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = standing(get_object_or_404(Meter.objects.select_related("recount"), pk=pk))
        return TemplateResponse(request, "admin/signals_app/meter/counted.html", context)

    @admin.display(description="Counted from stored events")
    def counted(self, meter: Meter) -> str:
        percent = percent_of(meter)
        if percent is None:
            return "Not begun: the workers begin within seconds"
        return "All" if percent == 100 else f"{percent} % of the accounts"


def percent_of(meter: Meter) -> int | None:
    """Of the accounts that are counted as it is defined; None before that began."""
    recount: Recount | None = getattr(meter, "recount", None)
    return recount.percent if recount and (recount.counted_as or recount.counting_as) else None


def standing(meter: Meter) -> dict[str, Any]:
    """What is counted of it, and what a change would keep."""
    before = usage.dropped_before()
    closed = MeterTotal.objects.filter(resource=meter.resource, period__lt=before) if before else None
    return {
        "meter": meter,
        "percent": percent_of(meter),
        "dropped_before": before,
        "keeps": bool(closed and closed.exists()),
        "past": PastTotal.objects.filter(resource=meter.resource).exists(),
        "past_url": f"{reverse('admin:signals_app_pasttotal_changelist')}?resource={meter.resource}",
        "counted_url": reverse("admin:signals_app_meter_counted", args=[meter.pk]),
    }
