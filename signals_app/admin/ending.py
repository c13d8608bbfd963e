"""How a definition ends: deleted while it found nothing, switched off once it did."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from signals_app.admin import kept, switched_off
from signals_app.admin.kept import KeptAdmin
from signals_app.models import Signal, SignalDefinition
from upsell_project.lib.admin_base import log


class EndingAdmin(KeptAdmin):
    """What it found is what happened, and others rest on it: that is not deleted. What is kept about looking for it
    (its sweep, what is true of whom, back-tests, alerts) goes with it."""

    delete_confirmation_template = "admin/signals_app/signaldefinition/delete_confirmation.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.switch_off_view)
        name = "signals_app_signaldefinition_switch_off"
        return [path("<int:pk>/switch-off/", view, name=name), *super().get_urls()]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes, without loading what is true of a million people; and what forbids it."""
        those = list(objs)
        found = Signal.objects.filter(definition__in=those)
        refused = [
            format_html("{} found signals, which are kept.", kept.linked(one))
            for one in those
            if found.filter(definition=one).exists()
        ]
        return [str(one) for one in those], {"signal definitions": len(those)}, set(), refused

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        definition = self.get_object(request, object_id)
        may = definition is not None and self.has_change_permission(request, definition)
        more = {"definition": definition, "may_change": may}
        return super().delete_view(request, object_id, {**more, **(extra_context or {})})

    def switch_off_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        definition = SignalDefinition.objects.filter(pk=pk).first()
        if not self.has_change_permission(request, definition):
            raise PermissionDenied
        if definition is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        definition.live, definition.edited = False, True
        definition.save(update_fields=["live", "edited"])
        log(request, [definition], "Switched Live off")
        messages.success(request, f"{definition} is switched off: nothing is looked for any more.")
        switched_off.warn_of_users(request, definition)
        return HttpResponseRedirect(reverse("admin:signals_app_signaldefinition_change", args=[pk]))
