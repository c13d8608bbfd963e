"""Pages about one segment: people put on a list from a file, members as a file, and why somebody is in it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminFileFieldWidget

from people_app import erasure
from signals_app.admin import shown
from signals_app.models import Segment
from signals_app.segments import files, lists, members, refresh
from signals_app.segments.why import why
from upsell_project.lib import clock, in_words
from upsell_project.lib.admin_base import log

SHOWN = 200


class Chosen(forms.Form):
    """User ids as a file or pasted; `user_ids` holds what the preview was about."""

    file = forms.FileField(
        required=False,
        label="A CSV file",
        help_text="A column user_id, or ids in the first",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    pasted = forms.CharField(
        required=False,
        strip=False,
        label="Or pasted",
        help_text="A user id a line",
        widget=forms.Textarea(attrs={"rows": 6, "class": "upsell-sample", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        file = values.get("file")
        if file and file.size > files.LARGEST:
            raise forms.ValidationError(f"The file is larger than {files.LARGEST // 1_000_000} MB: split it.")
        try:
            values["user_ids"] = files.read(file.read()) if file else files.ids(values.get("pasted") or "")
        except files.Unreadable as error:
            raise forms.ValidationError(str(error)) from None
        if not values["user_ids"]:
            raise forms.ValidationError("There is no user id in it.")
        return values


def standing(segment: Segment, sentence: str) -> dict[str, Any]:
    """What the page of a segment shows above its form."""
    filtered = f"?segment__id__exact={segment.pk}"
    return {
        "segment": segment,
        "sentence": sentence,
        "people": members.counts([segment.pk])[segment.pk],
        "refreshed": refreshed(segment),
        "going_on": _waits(segment),
        "members_url": f"{reverse('admin:signals_app_segmentmember_changelist')}{filtered}",
    }


def refreshed(segment: Segment) -> str:
    """How far its members are as its rule says."""
    if segment.kind == Segment.Kind.LIST:
        return "Always as staff left it"
    if not segment.live:
        return "Switched off"
    percent = refresh.percent(segment)
    before = in_words.moment(segment.refreshed_at) if segment.refreshed_at else ""
    if percent is None:
        return before
    return f"{percent} % of everybody judged" + (f"; before that {before}" if before else "")


def _waits(segment: Segment) -> bool:
    return segment.kind == Segment.Kind.RULE and segment.live and refresh.percent(segment) is not None


def imported(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A file is looked at first: how many are new, and who is unknown. Then it is taken."""
    segment = _segment(model_admin, request, pk, "change")
    if segment.kind != Segment.Kind.LIST:
        raise PermissionDenied
    if request.method == "POST" and "user_ids" in request.POST:
        return _put(request, segment)
    form = Chosen(request.POST or None, request.FILES or None)
    context = _context(model_admin, request, segment, "Put people on a list") | {"form": form}
    if request.method == "POST" and form.is_valid():
        found = lists.sort(segment, form.cleaned_data["user_ids"])
        context |= {
            "found": found,
            "shown": found.unknown[:SHOWN],
            "more": max(0, len(found.unknown) - SHOWN),
            "addresses": 2 * sum("@" in one for one in found.unknown) >= len(found.unknown),
            "count": _counts(found),
            "user_ids": "\n".join(form.cleaned_data["user_ids"]),
        }
    return TemplateResponse(request, "admin/signals_app/segment/import.html", context)


def _put(request: HttpRequest, segment: Segment) -> HttpResponse:
    wanted = [line for line in request.POST["user_ids"].splitlines() if line][: files.MOST]
    found = lists.add(segment, wanted, request.user.get_username())
    log(request, [segment], f"Put {len(found.new)} people on it")
    count = _counts(found)
    unknown = f" {count['unknown']} not known." if found.unknown else ""
    url = reverse("admin:signals_app_segment_change", args=[segment.pk])
    told = f"{count['new']} put on the list; {count['there']} on it before.{unknown}"
    messages.success(request, told)
    return HttpResponseRedirect(url)


def _counts(found: lists.Sorted) -> dict[str, str]:
    """Each with its verb."""
    new, there, unknown = len(found.new), len(found.there), len(found.unknown)
    return {
        "new": f"{in_words.counted(new, 'person', 'people')} {'was' if new == 1 else 'were'}",
        "there": f"{there:,} {'was' if there == 1 else 'were'}",
        "unknown": f"{in_words.counted(unknown, 'user id')} {'is' if unknown == 1 else 'are'}",
    }


def exported(model_admin: Any, request: HttpRequest, pk: int) -> StreamingHttpResponse:
    segment = _segment(model_admin, request, pk, "view")
    log(request, [segment], "Exported who is in it")
    headers = {
        "Content-Disposition": f'attachment; filename="{segment.slug}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(_within(segment), content_type="text/csv; charset=utf-8", headers=headers)


def _within(segment: Segment) -> Iterator[str]:
    with transaction.atomic():
        yield from files.written(segment)


def explained(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Each condition with what is known of the person that is asked about."""
    segment = _segment(model_admin, request, pk, "view")
    asked = request.GET.get("person", "").strip()
    context = _context(model_admin, request, segment, f"Who is in {segment}, and why") | {"asked": asked}
    if asked:
        person = erasure.known_as(asked)
        context["person"] = person
        context["why"] = told = why(segment, person, clock.now()) if person else None
        lines = told.lines if told else []
        context["lines"] = [(line, shown.text(line.value, line.said)) for line in lines]
    return TemplateResponse(request, "admin/signals_app/segment/why.html", context)


def _context(model_admin: Any, request: HttpRequest, segment: Segment, title: str) -> dict[str, Any]:
    back = reverse("admin:signals_app_segment_change", args=[segment.pk])
    own = {"title": title, "opts": model_admin.opts, "original": segment, "segment": segment, "back": back}
    return {**model_admin.admin_site.each_context(request), **own}


def _segment(model_admin: Any, request: HttpRequest, pk: int, verb: str) -> Segment:
    if not request.user.has_perm(f"signals_app.{verb}_segment"):
        raise PermissionDenied
    return get_object_or_404(Segment, pk=pk)
