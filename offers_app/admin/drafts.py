"""Draft help on the page of a treatment: ask, compare, take over into the form. Hidden where it is not set up."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from offers_app import drafts
from offers_app.drafts import asking, diff
from offers_app.limits import TEXTS
from offers_app.models import DraftRequest, Offer, Treatment
from upsell_project.lib.admin_base import Admin, FactsAdmin

NAME = "offers_app_treatment"
LISTED = 5


class Asked(forms.Form):
    """What the drafts are to be about."""

    offer = forms.ModelChoiceField(Offer.objects.order_by("-live", "slug"), empty_label=None)
    tone = forms.ChoiceField(choices=DraftRequest.Tone.choices)


class DraftsAdmin(Admin):
    change_form_before_template = "admin/offers_app/treatment/before.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/drafts/", wrap(self.drafts_view), name=f"{NAME}_drafts"),
            path("<int:pk>/drafts/<int:number>/", wrap(self.draft_view), name=f"{NAME}_draft"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        may = found is not None and drafts.available() and self.has_change_permission(request, found)
        shown = {"may_draft": may, "taken_over": may and bool(_taken_over(request, found))}
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """With the texts of a variant already typed in, if the address names one: to be read, edited and saved."""
        form = super().get_form(request, obj, change=change, **options)
        texts = _taken_over(request, obj) if drafts.available() else {}
        return _filled(form, texts) if texts else form

    def drafts_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        treatment = _treatment(self, request, pk)
        form = Asked(request.POST or None)
        refused = ""
        if request.method == "POST" and form.is_valid():
            try:
                asked = drafts.ask(
                    treatment, form.cleaned_data["offer"], form.cleaned_data["tone"], request.user.pk or 0
                )
                return HttpResponseRedirect(reverse(f"admin:{NAME}_draft", args=[pk, asked.pk]))
            except drafts.Refused as error:
                refused = str(error)
        newest = DraftRequest.objects.filter(treatment=treatment).select_related("offer").order_by("-pk")
        context = {"form": form, "refused": refused, "newest": newest[:LISTED], "fields": list(TEXTS)}
        return self._page(request, treatment, "ask", context)

    def draft_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        treatment = _treatment(self, request, pk)
        asked = DraftRequest.objects.filter(pk=number, treatment=treatment).select_related("offer").first()
        if asked is None:
            raise Http404
        sound = [(at, one) for at, one in enumerate(asked.variants) if not one["faults"]]
        context = {
            "asked": asked,
            "going_on": asked.state in (DraftRequest.State.WAITING, DraftRequest.State.RUNNING),
            "variants": [(at, _compared(treatment, one["texts"])) for at, one in sound],
            "left_out": [one["faults"] for one in asked.variants if one["faults"]],
        }
        return self._page(request, treatment, "drafts", context)

    def _page(
        self, request: HttpRequest, treatment: Treatment, name: str, context: dict[str, Any]
    ) -> HttpResponse:
        own = {"title": f"Draft help: {treatment}", "opts": self.opts, "treatment": treatment}
        whole = {**self.admin_site.each_context(request), **own, **context}
        return TemplateResponse(request, f"admin/offers_app/treatment/{name}.html", whole)


@admin.register(DraftRequest)
class DraftRequestAdmin(FactsAdmin):
    """Who asked when, and what it cost; no text. Not listed where draft help is off."""

    list_display = ("asked_at", "who", "treatment", "offer", "tone", "state", "seconds", "tokens")
    list_select_related = ("treatment__template", "offer")
    list_filter = ("state",)
    fields = ("treatment", "offer", "tone", "who", "asked_at", "state", "problem", "seconds", "tokens")
    readonly_fields = ("who",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return drafts.available() and super().has_module_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DraftRequest]:
        name = get_user_model().objects.filter(pk=OuterRef("staff")).values("username")[:1]
        rows: QuerySet[DraftRequest] = super().get_queryset(request).annotate(username=Subquery(name))
        return rows

    @admin.display(description="staff")
    def who(self, row: DraftRequest) -> str:
        return getattr(row, "username", None) or f"user {row.staff}"


def _treatment(model_admin: Admin, request: HttpRequest, pk: int) -> Treatment:
    if not drafts.available():
        raise Http404
    treatment = Treatment.objects.select_related("template").filter(pk=pk).first()
    if treatment is None:
        raise Http404
    if not model_admin.has_change_permission(request, treatment):
        raise PermissionDenied
    return treatment


def _compared(treatment: Treatment, texts: dict[str, str]) -> list[tuple[str, list[diff.Piece]]]:
    """By field, those that it would leave as they are left out."""
    before = {name: getattr(treatment, name) for name in TEXTS}
    changed = [name for name in TEXTS if texts[name] != before[name]]
    return [(name.replace("_", " "), diff.words(before[name], texts[name])) for name in changed]


def _taken_over(request: HttpRequest, treatment: Any) -> dict[str, str]:
    number, variant = request.GET.get("draft", ""), request.GET.get("variant", "")
    digits = all(one.isascii() and one.isdecimal() and len(one) < 19 for one in (number, variant))
    if request.method != "GET" or treatment is None or not digits:
        return {}
    asked = DraftRequest.objects.filter(pk=number, treatment=treatment).first()
    return asking.texts(asked, int(variant)) if asked else {}


def _filled(form: Any, texts: dict[str, str]) -> Any:
    class Filled(form):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            options["initial"] = {**(options.get("initial") or {}), **texts}
            super().__init__(*args, **options)

    return Filled
