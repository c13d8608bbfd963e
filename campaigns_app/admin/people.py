"""The person page: the plain record of `people_app` with everything the product knows around it."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse

from campaigns_app import person_page, timeline
from people_app.admin import PersonAdmin
from people_app.models import Person
from upsell_project.lib import clock

ENTRIES = 50

admin.site.unregister(Person)


@admin.register(Person)
class PersonPageAdmin(PersonAdmin):
    empty_hint = "People appear with their first event: add a source, then send one."

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if person is not None and self.has_view_permission(request, person):
            context |= person_page.overview(person, clock.now()) | self._timeline(request, person)
        return super().change_view(request, object_id, form_url, context)

    def _timeline(self, request: HttpRequest, person: Person) -> dict[str, Any]:
        try:
            found, older = timeline.entries(person, ENTRIES, request.GET.get("before"))
        except ValueError as error:
            self.message_user(request, str(error), messages.WARNING)
            found, older = timeline.entries(person, ENTRIES)
        return {"timeline": [(entry, _pretty(entry.data)) for entry in found], "older": older}


def _pretty(data: dict[str, Any]) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
