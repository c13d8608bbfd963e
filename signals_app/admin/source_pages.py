"""The pages of one source: choose a provider, see how it connects and how it does, wait for the first event."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from signals_app import sources
from signals_app.admin import providers, source_health
from signals_app.admin.source_health import Health
from signals_app.connectors import CONNECTORS
from signals_app.models import Source, SourceAlert, SourceHour
from upsell_project.lib.admin_base import log

PAST_ALERTS = 10


def choose(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Cards of all providers; `q` narrows them down."""
    words = request.GET.get("q", "").strip()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Which system sends?",
        "opts": model_admin.opts,
        "q": words,
        "groups": providers.found(words),
    }
    return TemplateResponse(request, "admin/signals_app/source/choose.html", context)


def about(source: Source, now: datetime) -> dict[str, Any]:
    """How it connects, how it does, and what was wrong lately."""
    return {
        "connected": source,
        "connector": CONNECTORS.get(source.kind),
        "hook_url": hook_url(source) if takes_hooks(source) else "",
        "example": curl_example(source) if not takes_hooks(source) else "",
        "health": source_health.of([source], now)[source.pk],
        "beside_usual": beside_usual(source_health.of([source], now)[source.pk]),
        "past_alerts": SourceAlert.objects.filter(source=source).order_by("-opened_at")[:PAST_ALERTS],
        **first_state(source),
    }


def first(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What a page that waits for the first event asks for, every other second."""
    source = Source.objects.filter(pk=pk).first()
    if not model_admin.has_view_permission(request, source):
        raise PermissionDenied
    if source is None:
        raise Http404
    page = TemplateResponse(
        request, "admin/signals_app/source/first.html", {"connected": source, **first_state(source)}
    )
    page["Cache-Control"] = "no-store"
    return page


def first_state(source: Source) -> dict[str, Any]:
    """What has come so far: enough to say why nothing is seen yet."""
    sums = SourceHour.objects.filter(source=source).aggregate(
        accepted=Sum("accepted", default=0), rejected=Sum("rejected", default=0)
    )
    return {
        "arrived": sums["accepted"],
        "arrived_wrong": sums["rejected"],
        "heard": source.last_seen_at is not None,
        "bad_signatures": source.signature_failures,
    }


def retire(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The old signing secret stops to count; asked first, and noted."""
    source = Source.objects.filter(pk=pk).first()
    if not model_admin.has_change_permission(request, source):
        raise PermissionDenied
    if source is None:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if "confirmed" not in request.POST:
        return _asked(model_admin, request, source)
    sources.retire(source)
    log(request, [source], "Retire the old secret")
    model_admin.message_user(request, "Only the new secret counts from here on.")
    return HttpResponseRedirect(reverse("admin:signals_app_source_change", args=[pk]))


def _asked(model_admin: Any, request: HttpRequest, source: Source) -> TemplateResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Are you sure?",
        "opts": model_admin.opts,
        "question": "Requests that are signed with the old secret will be refused.",
        "action": "retire",
        "rows": [source],
        "ids": [str(source.pk)],
        "back": reverse("admin:signals_app_source_change", args=[source.pk]),
    }
    return TemplateResponse(request, "admin/confirm.html", context)


def beside_usual(health: Health) -> str:
    """A number and what it usually is."""
    if health.usual is None:
        return f"{health.came:,}"
    return f"{health.came:,} (usually {health.usual:,})"


def takes_hooks(source: Source) -> bool:
    connector = CONNECTORS.get(source.kind)
    return connector is None or connector.signed


def hook_url(source: Source) -> str:
    return f"{settings.PUBLIC_URL}{source.hook_path}"


def curl_example(source: Source) -> str:
    """A command that sends one event as this source; a provider signs its own: there it is the address."""
    if takes_hooks(source):
        return f"Enter {hook_url(source)} as the webhook address at the provider."
    return (
        f"curl {settings.PUBLIC_URL}/v1/track -u {source.write_key}: -H 'Content-Type: application/json' \\\n"
        """  -d '{"userId":"u1","event":"Report Exported","context":{"groupId":"acme"}}'"""
    )
