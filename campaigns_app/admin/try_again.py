"""What was refused is judged afresh, from the live page: one event, or all of one reason."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from signals_app.admin import rejected
from signals_app.models import RejectedEvent
from upsell_project.lib.admin_base import log

FIELDS = ("source", "reason", "path", "id")
NOTED = 1_000


@require_POST
def try_again(request: HttpRequest) -> HttpResponse:
    """One (`id`), or all of one source, reason and path; asked first, noted, and the result told."""
    if not request.user.has_perm("signals_app.change_rejectedevent"):
        raise PermissionDenied
    chosen = {name: request.POST.get(name, "") for name in FIELDS}
    rows = RejectedEvent.objects.filter(
        source__pk=_number(chosen["source"]), reason=chosen["reason"], path=chosen["path"]
    )
    if chosen["id"]:
        rows = rows.filter(pk=_number(chosen["id"]))
    if "confirmed" not in request.POST:
        return _asked(request, rows, chosen)
    log(request, rows[:NOTED], "Try again")
    messages.success(request, f"{rejected.again(rows)}. What is still wrong comes back with its reason.")
    return HttpResponseRedirect(reverse("live-events"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _asked(request: HttpRequest, rows: QuerySet[RejectedEvent], chosen: dict[str, str]) -> TemplateResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Are you sure?",
        "question": rejected.asking(rows.count()),
        "action": "try_again",
        "rows": rows[:20],
        "fields": chosen,
        "back": reverse("live-events"),
    }
    return TemplateResponse(request, "admin/confirm.html", context)
