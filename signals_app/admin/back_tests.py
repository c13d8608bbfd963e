"""Before a definition goes live: what it would have found day by day, and each alert about how much it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from people_app.models import Account, Person
from signals_app import back_tests, signal_alerts, unseen
from signals_app.admin import shown, try_out
from signals_app.admin.detector_form import sentence
from signals_app.back_tests.tallying import series
from signals_app.models import BackTest, SignalAlert, SignalDefinition
from upsell_project.lib import clock
from upsell_project.lib.admin_base import Admin, FactsAdmin, log

USUAL = timedelta(days=29)
LISTED = 20
WIDTH, HEIGHT = 10, 60
"""Of one day in the picture, in its own units."""
PREFIX = "admin:signals_app_signaldefinition"


class TriedAdmin(Admin):
    """The pages on which a definition is tried."""

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "signals_app_signaldefinition"
        return [
            path("<int:pk>/try/", wrap(self.try_view), name=f"{name}_try"),
            path("<int:pk>/back-tests/", wrap(self.back_tests_view), name=f"{name}_back_tests"),
            path("<int:pk>/back-tests/<int:test>/", wrap(self.back_test_view), name=f"{name}_back_test"),
            path("<int:pk>/back-tests/<int:test>/cancel/", wrap(self.cancel_view), name=f"{name}_cancel"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        about = {"alerts": signal_alerts.open_alerts(found), "tries": _newest(found)} if found else {}
        return super().change_view(request, object_id, form_url, {**about, **(extra_context or {})})

    def try_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return try_out.page(self, request, _definition(self, request, pk))

    def back_tests_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Those there were, and a form for another one."""
        definition = _definition(self, request, pk)
        today = clock.now().date()
        form = Days(request.POST or None, initial={"first": today - USUAL, "last": today})
        if request.method == "POST":
            if not self.has_change_permission(request, definition):
                raise PermissionDenied
            if form.is_valid() and (test := _asked(request, definition, form)):
                return HttpResponseRedirect(reverse(f"{PREFIX}_back_test", args=[pk, test.pk]))
        context = {
            **_context(self, request, definition, f"Back-tests of {definition}"),
            "form": form,
            "longest": back_tests.LONGEST,
            "tests": BackTest.objects.filter(definition=definition).order_by("-pk")[:LISTED],
        }
        return TemplateResponse(request, "admin/signals_app/signaldefinition/back_tests.html", context)

    def back_test_view(self, request: HttpRequest, pk: int, test: int) -> HttpResponse:
        """One, as far as it has come: the page asks again until it is done."""
        definition = _definition(self, request, pk)
        found = _test(definition, test)
        context = {
            **_context(self, request, definition, f"Back-test of {definition}"),
            "unseen": partial(unseen.of, definition),
            "test": found,
            "going_on": found.state in (BackTest.State.WAITING, BackTest.State.RUNNING),
            "changed": found.settings != back_tests.copied(definition),
            "rule": _rule(found),
            **_shown(found),
        }
        return TemplateResponse(request, "admin/signals_app/signaldefinition/back_test.html", context)

    def cancel_view(self, request: HttpRequest, pk: int, test: int) -> HttpResponse:
        definition = _definition(self, request, pk)
        if not self.has_change_permission(request, definition):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        log(request, [definition], f"Deleted back-test {test}")
        BackTest.objects.filter(pk=test, definition=definition).delete()
        return HttpResponseRedirect(reverse(f"{PREFIX}_back_tests", args=[pk]))


class Days(forms.Form):
    """Both are included; UTC, as everywhere in the admin."""

    first = forms.DateField(label="From", widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label="To", widget=forms.DateInput({"type": "date"}))


def _asked(request: HttpRequest, definition: SignalDefinition, form: Days) -> BackTest | None:
    try:
        test = back_tests.ask(definition, form.cleaned_data["first"], form.cleaned_data["last"])
    except back_tests.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, f"{refused}.")
        return None
    log(request, [definition], f"Back-test from {test.first} to {test.last}")
    return test


@dataclass(frozen=True, slots=True)
class Bar:
    day: date
    count: int
    x: int
    y: float
    height: float


def _bars(test: BackTest) -> list[Bar]:
    days = series(test.result.get("days", {}), test.first, test.last)
    most = max((count for _, count in days), default=0) or 1
    heights = [round(HEIGHT * count / most, 1) for _, count in days]
    return [
        Bar(day, count, place * WIDTH, round(HEIGHT - height, 1), height)
        for place, ((day, count), height) in enumerate(zip(days, heights, strict=True))
    ]


def _rule(test: BackTest) -> str:
    """As it was tried; empty where its settings cannot be read."""
    settings = [test.settings.get(name) for name in ("detector", "config", "condition", "about")]
    return sentence(*settings) if all(one is not None for one in settings) else ""


def _shown(test: BackTest) -> dict[str, Any]:
    result = test.result
    bars, total = _bars(test), result.get("total", 0)
    names = dict(
        SignalDefinition.objects.filter(slug__in=result.get("overlap", {})).values_list("slug", "name")
    )
    share = result.get("share", 1)
    return {
        "result": result,
        "bars": bars,
        "width": WIDTH * len(bars),
        "height": HEIGHT,
        "per_day": round(total / max(len(bars), 1), 1),
        "most": max(bars, key=lambda bar: bar.count) if bars else None,
        "people": len(result.get("people", ())),
        "accounts": len(result.get("accounts", ())),
        "about": round(total / share) if share and share < 1 else None,
        "percent_of_all": round(share * 100, 1),
        "overlap": [
            (slug, names.get(slug, slug), count, round(count * 100 / total))
            for slug, count in sorted(result.get("overlap", {}).items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "samples": samples(result),
    }


def samples(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """With the people and accounts as they are now; without those who were forgotten."""
    rows = sorted(result.get("samples", ()), key=lambda row: row["at"])
    named = shown.events(row["evidence"] for row in rows)
    people = Person.objects.filter(erased_at=None).in_bulk([row["person"] for row in rows])
    accounts = Account.objects.in_bulk([row["account"] for row in rows if row["account"]])
    return [
        {
            **row,
            "at": datetime.fromisoformat(row["at"]),
            "person": people[row["person"]],
            "account": accounts.get(row["account"]),
            "rests_on": shown.evidence(row["evidence"], named),
        }
        for row in rows
        if row["person"] in people
    ]


def _definition(model_admin: Admin, request: HttpRequest, pk: int) -> SignalDefinition:
    found = SignalDefinition.objects.filter(pk=pk).first()
    if not model_admin.has_view_permission(request, found):
        raise PermissionDenied
    if found is None:
        raise Http404
    return found


def _test(definition: SignalDefinition, pk: int) -> BackTest:
    found = BackTest.objects.filter(pk=pk, definition=definition).first()
    if found is None:
        raise Http404
    return found


def _newest(definition: SignalDefinition) -> list[BackTest]:
    return list(BackTest.objects.filter(definition=definition).defer("result").order_by("-pk")[:3])


def _context(
    model_admin: Admin, request: HttpRequest, definition: SignalDefinition, title: str
) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "original": definition,
        "definition": definition,
        "may_change": model_admin.has_change_permission(request, definition),
    }


@admin.register(BackTest)
class BackTestAdmin(FactsAdmin):
    list_display = ("definition", "first", "last", "asked_at", "state", "done")
    list_select_related = ("definition",)
    list_filter = ("state",)
    exclude = ("result",)
    empty_hint = "Open a signal definition and choose Back-test."

    @admin.display(description="Progress")
    def done(self, test: BackTest) -> str:
        return f"{test.progress} %"


@admin.register(SignalAlert)
class SignalAlertAdmin(FactsAdmin):
    list_display = ("definition", "opened_at", "closed_at")
    list_select_related = ("definition",)
    empty_hint = "Alerts appear when a definition finds far more or fewer than usual."
