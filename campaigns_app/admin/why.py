"""Why / why not: any person, offer, playbook and time; the ordered gates, and what must happen."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache

from campaigns_app import explain_page
from campaigns_app.models import Playbook
from offers_app.models import Offer
from people_app import erasure

FIELDS = ("person", "offer", "playbook", "at")


@never_cache
def why(request: HttpRequest) -> HttpResponse:
    """Everything is in the address, so that an answer can be passed on."""
    if not (
        request.user.has_perm("offers_app.view_decision") and request.user.has_perm("people_app.view_person")
    ):
        raise PermissionDenied
    asked = {name: request.GET.get(name, "").strip()[:200] for name in FIELDS}
    context = {
        **admin.site.each_context(request),
        "title": "Why / why not",
        "asked": asked,
        "offers": Offer.objects.order_by("slug").values_list("slug", "name"),
        "playbooks": Playbook.objects.order_by("slug").values_list("slug", "name"),
        **_answer(request, asked),
    }
    return TemplateResponse(request, "admin/why/page.html", context)


def _answer(request: HttpRequest, asked: dict[str, str]) -> dict[str, Any]:
    at, wrong = _moment(asked["at"])
    person = erasure.known_as(asked["person"]) if asked["person"] else None
    if person is None or wrong:
        return {"who": person, "wrong": wrong}
    may = may_see(request)
    told = explain_page.of(person, asked["offer"], asked["playbook"], at, may)
    query = explain_page.query(asked["person"], asked["offer"], asked["playbook"], asked["at"])
    return {"who": person, "moment": at, "query": query, "may_person": may["people_app_person"], **told}


def may_see(request: HttpRequest) -> dict[str, bool]:
    """To which pages links may lead."""
    return {page: _may(request, page) for page in explain_page.PAGES}


def _may(request: HttpRequest, page: str) -> bool:
    app, model = page.rsplit("_", 1)
    return request.user.has_perm(f"{app}.view_{model}")


def _moment(text: str) -> tuple[datetime | None, str]:
    """A time of the browser's field has no zone: it is UTC, as everything on the page."""
    if not text:
        return None, ""
    try:
        at = parse_datetime(text.replace(" ", "+") if "T" in text else text)  # a plus comes as a space
    except ValueError:
        at = None
    if at is None:
        return None, "This is no time; right is 2026-03-10T10:00 (UTC)."
    return (at if at.tzinfo else at.replace(tzinfo=UTC)), ""
