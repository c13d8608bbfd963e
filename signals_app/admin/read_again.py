"""All envelopes of a source and a time are read once more, some seconds a request, with the count as it grows."""

from typing import Any

from django import forms
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from signals_app import once, replay
from signals_app.models import Envelope, Source
from signals_app.replay import Replayed

SECONDS_A_REQUEST = 5.0
MOST = 10_000


class Choice(forms.Form):
    """Which envelopes; a time is UTC, as everywhere in the admin."""

    source = forms.ModelChoiceField(Source.objects.order_by("name"))
    since = forms.DateTimeField(
        required=False, label="Received from", help_text="2026-03-10 10:00, UTC; empty: all"
    )
    until = forms.DateTimeField(required=False, label="Received before")
    parked_only = forms.BooleanField(required=False, label="Only those that are parked")

    after = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    total = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    count = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    too_old = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def rows(self) -> QuerySet[Envelope]:
        asked = self.cleaned_data
        rows = Envelope.objects.filter(source=asked["source"]).exclude(state=Envelope.State.PENDING)
        if asked["parked_only"]:
            rows = rows.filter(state=Envelope.State.PARKED)
        if asked["since"]:
            rows = rows.filter(received_at__gte=asked["since"])
        return rows.filter(received_at__lt=asked["until"]) if asked["until"] else rows


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """A GET chooses and counts; each POST goes on for some seconds, and the page asks for the next."""
    if not model_admin.has_resolve_permission(request):
        raise PermissionDenied
    form = Choice(request.POST or request.GET or None)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Read envelopes again",
        "opts": model_admin.opts,
        "form": form,
        "days": once.KEPT.days,
    }
    if form.is_bound and form.is_valid():
        if request.method == "POST":
            context["done"] = _go_on(request, form)
        else:
            found = form.rows().order_by()[: MOST + 1].count()
            context["found"], context["total"] = _few(found), found if found <= MOST else ""
    return TemplateResponse(request, "admin/signals_app/envelope/read_again.html", context)


def _few(found: int) -> str:
    return f"{found}" if found <= MOST else f"more than {MOST}"


def _go_on(request: HttpRequest, form: Choice) -> Replayed:
    """What was done in all the requests together; the form then holds where to go on."""
    asked = form.cleaned_data
    if not asked["after"]:
        _note(request, form)
    done = replay.envelopes(form.rows(), asked["after"] or 0, SECONDS_A_REQUEST)
    done.count += asked["count"] or 0
    done.too_old += asked["too_old"] or 0
    data = request.POST.copy()
    for name, value in (("after", done.upto or ""), ("count", done.count), ("too_old", done.too_old)):
        data[name] = str(value)
    form.data = data
    return done


def _note(request: HttpRequest, form: Choice) -> None:
    """In the history of the source: there may be a million envelopes."""
    asked = form.cleaned_data
    said = f"Read its envelopes again, from {asked['since'] or 'the first'} to {asked['until'] or 'the last'}"
    LogEntry.objects.log_actions(request.user.pk or 0, [asked["source"]], CHANGE, change_message=said)
