"""What other names mean, tried out before it is saved; and what was seen under which name."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from signals_app import mapping
from signals_app.admin.meters import picked
from signals_app.admin.pairs import PairsField, PairsWidget, plain
from signals_app.admin.tester import TestedAdmin, with_this
from signals_app.models import EventMapping, Lookup, Meter, SeenProperty, Source
from upsell_project.lib import clock
from upsell_project.lib.admin_base import FactsAdmin, Form


class MappingForm(Form):
    properties = PairsField(
        PairsWidget("Where it is", "Becomes", "seen-paths", "plan-properties"),
        texts=True,
        help_text="A path such as cart.items.0.price, and the property's name in the tracking plan.",
    )
    constants = PairsField(
        PairsWidget("Property", "Always is", "plan-properties"),
        texts=False,
        help_text="What always holds of such an event: currency is EUR.",
    )

    class Meta:
        model = EventMapping
        fields = ("source", "event", "name", "properties", "constants", "live")
        widgets: ClassVar = {"event": picked("seen-names"), "name": picked("plan-names")}
        labels: ClassVar = {"event": "Event as it comes", "name": "Becomes"}
        help_texts: ClassVar = {
            "name": "Its name in the tracking plan. Empty: it keeps the name that it comes with."
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        candidate = EventMapping(**{name: values.get(name) for name in self.Meta.fields})
        if faults := mapping.problems(candidate):
            raise ValidationError({field: f"{field} {sentence}" for field, sentence in faults})
        return values


@admin.register(EventMapping)
class EventMappingAdmin(TestedAdmin):
    """What comes from now on is mapped; what was rejected may be tried again on Live events."""

    form = MappingForm
    list_display = (
        "event",
        "source_name",
        "becomes",
        "renames",
        "live",
        "version",
        "updated_at",
        "updated_by",
    )
    list_filter = ("live", "source")
    list_select_related = ("source", "updated_by")
    search_fields = ("event", "name")
    empty_hint = (
        "Say here what an event is called in the tracking plan, where a sender calls it something else."
    )

    def candidates(self, obj: EventMapping) -> tuple[list[EventMapping], list[Meter], Source | None]:
        obj.live = True
        return with_this(mapping.load(), obj), list(Meter.objects.order_by("resource")), obj.source

    def save_model(self, request: HttpRequest, obj: EventMapping, form: Any, change: bool) -> None:
        if change and form.changed_data:
            obj.version += 1
        obj.updated_at, obj.updated_by_id = clock.now(), request.user.pk
        super().save_model(request, obj, form, change)
        if form.has_changed():
            self.message_user(request, _past(obj, request))

    @admin.display(description="Source")
    def source_name(self, obj: EventMapping) -> str:
        return str(obj.source) if obj.source else "every source"

    @admin.display(description="Becomes")
    def becomes(self, obj: EventMapping) -> str:
        return obj.name or "(keeps its name)"

    @admin.display(description="Properties")
    def renames(self, obj: EventMapping) -> str:
        return plain(obj.properties | obj.constants) or "as they come"


def _past(obj: EventMapping, request: HttpRequest) -> str:
    """What a change means for what is stored already, with the page that applies it for who may."""
    if not request.user.has_perm("signals_app.change_envelope"):
        return "It holds from now on."
    url = reverse("admin:signals_app_envelope_read_again")
    if obj.source_id:
        url += f"?source={obj.source_id}"
    return format_html('It holds from now on. <a href="{}">Apply it to what came before</a>', url)


@admin.register(SeenProperty)
class SeenPropertyAdmin(FactsAdmin):
    list_display = ("name", "path", "type", "source", "last_seen_at")
    list_select_related = ("source",)
    list_filter = ("source",)
    search_fields = ("name__exact",)
    search_help_text = "The exact event name"
    empty_hint = "Names and paths appear with the first events."


@admin.register(Lookup)
class LookupAdmin(FactsAdmin):
    """What is read from providers' APIs, because a webhook only named it."""

    list_display = ("kind", "object_id", "source", "state", "attempts", "due_at", "error")
    list_select_related = ("source",)
    list_filter = ("state", "source")
    exclude = ("answer",)
    search_fields = ("object_id__exact",)
    search_help_text = "The exact id at the provider"
    empty_hint = "Nothing had to be read from a provider yet."
