"""The person page: the plain record of `people_app` with everything the product knows around it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from campaigns_app import person_export, person_page, privacy, timeline
from campaigns_app.timeline import Entry
from people_app.admin.people import PersonAdmin
from people_app.models import Person
from signals_app.admin import shown
from signals_app.models import SignalDefinition
from upsell_project.lib import clock
from upsell_project.lib.admin_base import log

ENTRIES = 50

admin.site.unregister(Person)


@admin.register(Person)
class PersonPageAdmin(PersonAdmin):
    empty_hint = "People appear with their first event: add a source, then send one."

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/erase/", view(self.erase_view), name="people_app_person_erase"),
            path("<int:pk>/export/", view(self.export_view), name="people_app_person_export"),
            *super().get_urls(),
        ]

    def erase_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asked first, then noted and done: within seconds nothing of them is left."""
        person = _person(request, pk, "people_app.add_erasure")
        page = reverse("admin:people_app_person_change", args=[pk])
        if request.method != "POST":
            context = self.admin_site.each_context(request) | {"title": "Erase this person"}
            return TemplateResponse(
                request,
                "admin/people_app/person/erase.html",
                context | {"person": person, "back": page, "opts": self.opts},
            )
        new = privacy.ask(person)
        log(request, [person], "Asked for their erasure")
        told = (
            "Nobody reaches them any more; the rest is emptied within a minute."
            if new
            else "That had begun before."
        )
        self.message_user(request, told, messages.SUCCESS if new else messages.WARNING)
        return HttpResponseRedirect(page)

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Everything about them as a file; that it was read is noted."""
        person = _person(request, pk, "people_app.add_erasure")
        log(request, [person], "Exported everything about them")
        headers = {
            "Content-Disposition": f'attachment; filename="person-{pk}.json"',
            "Cache-Control": "no-store",
        }
        return JsonResponse(
            person_export.of(person), headers=headers, json_dumps_params={"ensure_ascii": False}
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if person is not None and self.has_view_permission(request, person):
            context |= person_page.overview(person, clock.now()) | self._timeline(request, person)
            context["may_erase"] = request.user.has_perm("people_app.add_erasure")
        return super().change_view(request, object_id, form_url, context)

    def _timeline(self, request: HttpRequest, person: Person) -> dict[str, Any]:
        try:
            found, older = timeline.entries(person, ENTRIES, request.GET.get("before"))
        except ValueError as error:
            self.message_user(request, str(error), messages.WARNING)
            found, older = timeline.entries(person, ENTRIES)
        rests_on = _rests_on([entry for entry in found if entry.kind == "signal"])
        lines = [
            (
                entry,
                rests_on.get(entry.data["id"], "") if entry.kind == "signal" else "",
                shown.stored(entry.data),
            )
            for entry in found
        ]
        return {"timeline": lines, "older": older}


def _person(request: HttpRequest, pk: int, permission: str) -> Person:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    person = Person.objects.filter(pk=pk).first()
    if person is None:
        raise Http404
    return person


def _rests_on(signals: Sequence[Entry]) -> dict[int, str]:
    """By signal. Two statements, however many there are."""
    named = shown.events(one.data["evidence"] for one in signals)
    slugs = {one.data["definition"] for one in signals}
    definitions = {one.slug: one for one in SignalDefinition.objects.filter(slug__in=slugs)}
    return {
        one.data["id"]: shown.evidence(
            one.data["evidence"],
            named,
            shown.rule_of(definitions[one.data["definition"]], one.data["definition_version"]),
        )
        for one in signals
    }
