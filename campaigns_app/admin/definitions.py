"""The page of a definition: the plain one of `signals_app`, with what begins when it is found."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from campaigns_app.models import Playbook
from signals_app.admin.definitions import SignalDefinitionAdmin
from signals_app.models import SignalDefinition

admin.site.unregister(SignalDefinition)


@admin.register(SignalDefinition)
class DefinitionPageAdmin(SignalDefinitionAdmin):
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        begins = {"begins": list(Playbook.objects.filter(signals=found).order_by("name"))} if found else {}
        return super().change_view(request, object_id, form_url, {**begins, **(extra_context or {})})
