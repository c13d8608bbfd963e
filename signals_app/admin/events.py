"""What came in, as it was received: read, searched by person, never edited."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from people_app.masking import without_addresses
from signals_app import replay
from signals_app.admin import read_again
from signals_app.models import Envelope, Event, Ticket
from upsell_project.lib.admin_base import FactsAdmin, OfPersonAdmin, confirmed, log


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


@admin.register(Envelope)
class EnvelopeAdmin(FactsAdmin):
    """The body is personal data: it is shown only when asked for, and that is noted."""

    list_display = ("id", "received_at", "source", "call", "state", "attempts", "error")
    list_select_related = ("source",)
    list_filter = ("state", "source")
    list_before_template = "admin/signals_app/envelope/before_list.html"
    exclude = ("body",)
    readonly_fields = ("raw",)
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Envelope]:
        return super().get_queryset(request).defer("body")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("read-again/", view(self.read_again_view), name="signals_app_envelope_read_again"),
            path("<int:pk>/body/", view(self.body_view), name="signals_app_envelope_body"),
            *super().get_urls(),
        ]

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("signals_app.change_envelope")

    @admin.action(description="Try again", permissions=["resolve"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Envelope]) -> HttpResponse | None:
        """Parked ones, and those that were done: what they hold already is not stored twice."""
        rows = queryset.exclude(state=Envelope.State.PENDING)
        question = f"{rows.count()} envelopes will be read again."
        if page := confirmed(self, request, rows, question):
            return page
        found = list(rows.defer("body"))
        log(request, found, "Try again")
        chosen = Envelope.objects.filter(
            pk__in=[row.pk for row in found], received_at__in=[row.received_at for row in found]
        )
        self.message_user(request, f"{replay.envelopes(chosen)}.")
        return None

    def read_again_view(self, request: HttpRequest) -> HttpResponse:
        return read_again.page(self, request)

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


@admin.register(Ticket)
class TicketAdmin(OfPersonAdmin):
    list_display = ("external_id", "problem", "person", "account", "source", "opened_at", "solved_at")
    list_select_related = ("person", "account", "source")
    list_filter = ("problem",)
