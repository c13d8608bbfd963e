"""What is shown beside a meter or a mapping before it is saved: names really seen, and a sample tried out."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from signals_app import mapping
from signals_app.admin.rejected import fix
from signals_app.models import Event, EventMapping, Meter, SeenProperty, Source
from upsell_project.lib import clock
from upsell_project.lib.admin_base import Admin

MOST_NAMES, MOST_STORED, SEARCHED = 500, 10, 100_000
LONGEST_SAMPLE = 512_000
# What offers and starter playbooks read; a mapping leads foreign names there.
PLAN: dict[str, tuple[str, ...]] = {
    "Session Started": (),
    "Report Exported": (),
    "Feature Used": ("feature", "tier"),
    "Feature Denied": ("feature", "reason"),
    "Filter Created": ("advanced",),
    "Automation Created": (),
    "Integration Connected": ("integration", "value"),
    "Module Opened": ("module",),
    "Docs Viewed": ("topic", "seconds"),
    "Onboarding Completed": (),
    "Core Feature Activated": ("feature",),
    "Pricing Viewed": (),
    "Seats Requested": ("seats",),
    "Limit Increase Requested": ("resource",),
    "Trial Started": ("product", "ends_at"),
    "Trial Ended": ("product", "converted"),
    "Plan Upgraded": ("plan", "mrr_delta", "mrr", "currency"),
    "Plan Downgraded": ("plan", "mrr_delta", "mrr", "currency"),
    "Add-on Purchased": ("addon", "mrr_delta", "currency"),
    "Order Completed": ("order_id", "revenue", "currency", "proposition_id"),
    "Subscription Renewed": ("amount", "currency"),
    "Cancellation Requested": (),
    "Subscription Cancelled": (),
    "Payment Failed": ("amount", "currency"),
    "Ticket Created": ("ticket_id", "text", "subject", "tags"),
    "Ticket Updated": ("ticket_id", "text"),
    "Ticket Solved": ("ticket_id",),
    "Ticket Rated": ("ticket_id", "score", "text"),
    "NPS Submitted": ("score", "text"),
    "Feedback Submitted": ("text", "score"),
    "Survey Answered": ("survey", "question", "answer", "text"),
    "Meeting Booked": (),
}


class TestedAdmin(Admin):
    """A form with pickers of what was really seen, and a tester that says what a sample would become."""

    change_form_template = "admin/signals_app/tested_form.html"

    def candidates(self, obj: Any) -> tuple[list[EventMapping], list[Meter], Source | None]:
        """The mappings and meters to try with, `obj` among them as it stands in the form; and the sample's source."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("try/", wrap(self.try_view), name=f"{name}_try"),
            path("seen/", wrap(self.seen_view), name=f"{name}_seen"),
            path("sample/", wrap(self.sample_view), name=f"{name}_sample"),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        prefix = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        query = f"?pk={object_id}" if object_id else ""
        context = {
            "seen_names": names(),
            "plan_names": PLAN,
            "plan_properties": sorted({name for all_ in PLAN.values() for name in all_}),
            "try_url": reverse(f"{prefix}_try") + query,
            "seen_url": reverse(f"{prefix}_seen"),
            "sample_url": reverse(f"{prefix}_sample"),
            "sample": json.dumps(SAMPLE, indent=1),
        }
        return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """The form as it stands and a sample in; what would become of it out. Nothing is stored."""
        pk = request.GET.get("pk", "")
        obj = self.get_object(request, pk) if pk else None
        if not (self.has_change_permission(request, obj) or self.has_add_permission(request)):
            raise PermissionDenied
        form = self.get_form(request, obj, change=obj is not None)(request.POST, instance=obj)
        context: dict[str, Any] = {"errors": {} if form.is_valid() else form.errors}
        if not context["errors"]:
            try:
                context |= self._tried(form.instance, read(request.POST.get("sample", "")))
            except ValueError as error:
                context["fault"] = str(error)
        return TemplateResponse(request, "admin/signals_app/trial.html", context)

    def _tried(self, obj: Any, sample: dict[str, Any]) -> dict[str, Any]:
        mappings, meters, source = self.candidates(obj)
        # Pasted calls are read as the SDKs send them, whatever the source: its mappings hold all the same.
        tried = mapping.try_out(
            sample, mappings, meters, clock.now(), source_id=source.pk if source else None
        )
        return {
            "trials": [(one, _pretty(one.properties)) for one in tried.trials],
            "rejected": [(one, fix(one)) for one in tried.rejected],
        }

    def seen_view(self, request: HttpRequest) -> HttpResponse:
        """Paths under which this event really held something, and stored ones to try with."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        name = request.GET.get("event", "").strip()
        context = {
            "paths": paths_of(name),
            "stored": stored(name) if request.user.has_perm("signals_app.view_event") else [],
            "sample_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_sample"),
        }
        return TemplateResponse(request, "admin/signals_app/seen.html", context)

    def sample_view(self, request: HttpRequest) -> HttpResponse:
        """A stored event as a call that would have brought it."""
        if not request.user.has_perm("signals_app.view_event"):
            raise PermissionDenied
        pk = request.GET.get("stored", "")
        event = Event.objects.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
        text = json.dumps(as_call(event) if event else SAMPLE, indent=1, ensure_ascii=False)
        return TemplateResponse(request, "admin/signals_app/sample.html", {"sample": text})


SAMPLE = {"type": "track", "userId": "u1", "event": "report_done", "properties": {"pages": 3}}


def read(text: str) -> dict[str, Any]:
    """The pasted sample. Raises ValueError with a sentence."""
    if len(text) > LONGEST_SAMPLE:
        raise ValueError("The sample is too long: paste one event.")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The sample is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise ValueError("The sample must be one JSON object, in braces.")
    return found


def names() -> list[str]:
    """Event names that really came, in order."""
    rows = SeenProperty.objects.filter(path="").order_by("name").values_list("name", flat=True)
    return list(rows.distinct()[:MOST_NAMES])


def paths_of(name: str) -> list[tuple[str, str]]:
    """(path, type) of an event's properties as they came; a * at the end of the name stands for any rest."""
    which = Q(name__startswith=name[:-1]) if name.endswith("*") else Q(name=name)
    rows = SeenProperty.objects.filter(which).exclude(path="").order_by("path")
    return list(rows.values_list("path", "type").distinct()[:MOST_NAMES]) if name else []


def stored(name: str) -> QuerySet[Event]:
    """The newest with this name, or that came with it and were mapped; among the newest 100,000."""
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    which = Q(name=name) | Q(**{f"properties__{mapping.ORIGINAL}": name})
    found = Event.objects.filter(which, kind="track", pk__gt=newest - SEARCHED)
    return found.select_related("source").order_by("-pk")[:MOST_STORED]


def as_call(event: Event, name: str = "") -> dict[str, Any]:
    """With the name that it came with, unless another is given."""
    properties = dict(event.properties)
    original = properties.pop(mapping.ORIGINAL, event.name)
    return {"type": "track", "userId": "u1", "event": name or original, "properties": properties}


def with_this(rows: Sequence[Any], obj: Any) -> list[Any]:
    """The saved rows, with `obj` in the place of its own."""
    return [*(row for row in rows if row.pk != obj.pk), obj]


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)
