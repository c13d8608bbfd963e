"""What came in, as it was received: read, searched by person, never edited."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from people_app.masking import without_addresses
from signals_app import parked
from signals_app.models import Envelope, Event, Meter, MeterTotal, RejectedEvent, Ticket
from upsell_project.lib.admin_base import FactsAdmin, OfPersonAdmin, confirmed, log, told
from upsell_project.lib.tables import TableAdmin, TableResource


@admin.register(Event)
class EventAdmin(OfPersonAdmin):
    list_display = ("occurred_at", "kind", "name", "person", "account", "source")
    list_select_related = ("person", "account", "source")
    list_filter = ("source",)
    empty_hint = "Events appear when a source sends: open Sources for its command, and Live events to watch."
    exclude = ("properties",)
    readonly_fields = ("what_was_said",)

    @admin.display(description="Properties")
    def what_was_said(self, event: Event) -> dict[str, Any]:
        return without_addresses(event.properties)


@admin.register(RejectedEvent)
class RejectedEventAdmin(FactsAdmin):
    list_display = ("received_at", "source", "index", "path", "reason")
    empty_hint = "Good: nothing that a source sent was refused."
    list_select_related = ("source",)
    list_filter = ("source",)


@admin.register(Envelope)
class EnvelopeAdmin(FactsAdmin):
    """The body is personal data: it is shown only when asked for, and that is noted."""

    list_display = ("id", "received_at", "source", "call", "state", "attempts", "error")
    list_select_related = ("source",)
    list_filter = ("state",)
    exclude = ("body",)
    readonly_fields = ("raw",)
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Envelope]:
        return super().get_queryset(request).defer("body")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.body_view)
        return [path("<int:pk>/body/", view, name="signals_app_envelope_body"), *super().get_urls()]

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("signals_app.change_envelope")

    @admin.action(description="Try again", permissions=["resolve"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Envelope]) -> HttpResponse | None:
        rows = queryset.filter(state=parked.PARKED)
        question = f"{rows.count()} parked envelopes will be read again."
        if page := confirmed(self, request, rows, question):
            return page
        found = list(rows)
        log(request, found, "Try again")
        told(
            self,
            request,
            parked.try_again([row.pk for row in found]),
            "parked envelopes are in the inbox again",
        )
        return None

    def body_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        envelope = Envelope.objects.filter(pk=pk).first()
        if not self.has_view_permission(request, envelope):
            raise PermissionDenied
        if envelope is None:
            raise Http404
        log(request, [envelope], "Read the raw body")
        text = bytes(envelope.body).decode(errors="replace")
        return HttpResponse(
            text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
        )

    @admin.display(description="Body")
    def raw(self, envelope: Envelope) -> str:
        link = reverse("admin:signals_app_envelope_body", args=[envelope.pk])
        return format_html('<a href="{}">Show the raw body</a> (this is noted in the history)', link)


class MeterResource(TableResource):
    class Meta(TableResource.Meta):
        model = Meter
        import_id_fields = ("resource",)
        fields = ("resource", "label", "verb", "event", "aggregate", "property")


@admin.register(Meter)
class MeterAdmin(TableAdmin):
    resource_classes: ClassVar = [MeterResource]
    empty_hint = "A meter says which event counts against which limit of a plan."
    list_display = ("resource", "label", "event", "aggregate", "property")
    search_fields = ("resource", "event")


@admin.register(MeterTotal)
class MeterTotalAdmin(FactsAdmin):
    list_display = ("account", "resource", "period", "used", "last_event_at")
    list_select_related = ("account",)
    search_fields = ("account__group_id__exact",)
    search_help_text = "The exact account id"


@admin.register(Ticket)
class TicketAdmin(OfPersonAdmin):
    list_display = ("external_id", "problem", "person", "account", "source", "opened_at", "solved_at")
    list_select_related = ("person", "account", "source")
    list_filter = ("problem",)
