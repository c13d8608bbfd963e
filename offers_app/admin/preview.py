"""A template as one person would get it, on each channel, also with texts that are not saved yet."""

import json
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse

from offers_app import preview, written
from offers_app.models import Offer, Treatment
from offers_app.preview import Shown
from people_app import erasure
from people_app.models import Account, Channel, Person
from signals_app.models import Signal
from upsell_project.lib import clock

WIDTHS = (375, 1200)
LATELY = 50
JSON = ("media", "form")
"""What is typed as JSON."""
"""Signals, of whose people some are suggested."""


class Whom(forms.Form):
    person = forms.CharField(
        label="Person",
        max_length=200,
        widget=forms.TextInput({"list": "lately", "autocomplete": "off"}),
        help_text="The user id; suggested are those in whom a moment was found lately",
    )
    offer = forms.ModelChoiceField(Offer.objects.order_by("slug"), to_field_name="slug")
    locale = forms.CharField(
        required=False, max_length=20, help_text="Such as de or de-AT; empty: the person's own"
    )
    evidence = forms.CharField(
        required=False,
        widget=forms.Textarea({"rows": 4, "class": "upsell-sample upsell-code", "spellcheck": "false"}),
        help_text="What was found, as JSON; empty: that of the newest signal of theirs",
    )

    def clean_person(self) -> Person:
        found = erasure.known_as(self.cleaned_data["person"].strip())
        if found is None:
            raise forms.ValidationError("There is no person with this user id.")
        return found

    def clean_evidence(self) -> dict[str, Any]:
        text = self.cleaned_data["evidence"].strip()
        try:
            found = json.loads(text) if text else {}
        except ValueError as error:
            raise forms.ValidationError(f"This is no JSON: {error}") from None
        if not isinstance(found, dict):
            raise forms.ValidationError('Write an object, such as {"used": 17, "cap": 20}.')
        return found


def page(model_admin: Any, request: HttpRequest, treatment: Treatment) -> HttpResponse:
    """Whoever may see people and texts may look; typed texts come by POST and are not stored."""
    if not request.user.has_perm("people_app.view_person"):
        raise PermissionDenied
    asked, lately = request.POST or request.GET, _lately()
    whom = asked if "person" in asked else _example(treatment, lately)
    form = Whom(whom or None, initial={"locale": treatment.locale})
    faults = _apply(treatment, request)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": f"Preview of {treatment}",
        "opts": model_admin.opts,
        "treatment": treatment,
        "form": form,
        "typed": {name: request.POST[name] for name in (*written.TEXTS, *JSON) if name in request.POST},
        "faults": faults,
        "lately": lately,
        "widths": WIDTHS,
    }
    if form.is_bound and form.is_valid():
        context["shown"] = _all(treatment, form)
    return TemplateResponse(request, "admin/offers_app/treatment/preview.html", context)


def _lately() -> list[str]:
    """The user ids of some in whom a moment was found lately, newest first."""
    found = (
        Signal.objects.exclude(person=None).order_by("-detected_at").values_list("person__user_id", flat=True)
    )
    return list(dict.fromkeys(name for name in found[:LATELY] if name))


def _example(treatment: Treatment, lately: list[str]) -> dict[str, str]:
    """So that there is something to see at once; empty where nobody or nothing is there yet."""
    offer = Offer.objects.order_by("-live", "-priority", "slug").first()
    return {"person": lately[0], "offer": offer.slug, "locale": treatment.locale} if lately and offer else {}


def _apply(treatment: Treatment, request: HttpRequest) -> dict[str, str]:
    """What is typed but not saved, and what keeps it from being saved."""
    for name in written.TEXTS:
        setattr(treatment, name, request.POST.get(name, getattr(treatment, name)))
    for name in JSON:
        try:
            typed = json.loads(request.POST.get(name) or "null")
        except ValueError as error:
            return {name: f"This is no JSON: {error}"}
        setattr(treatment, name, typed or getattr(treatment, name))
    names = (*written.TEXTS, "channel", "locale", *JSON)
    return written.faults({name: getattr(treatment, name) for name in names})


def _all(treatment: Treatment, form: Whom) -> list[tuple[Shown, str]]:
    """Each channel with the page that its frames show."""
    person, offer = form.cleaned_data["person"], form.cleaned_data["offer"]
    account = Account.objects.filter(memberships__person=person).order_by("memberships__pk").first()
    others = Treatment.objects.filter(template=treatment.template).exclude(pk=treatment.pk)
    evidence = form.cleaned_data["evidence"] or _newest(person, account)
    found = preview.channels(
        [treatment, *others.select_related("template")],
        offer,
        person,
        account,
        evidence,
        form.cleaned_data["locale"],
        settings.DEFAULT_LOCALE,
        clock.now(),
    )
    return [(one, _frame(one)) for one in found]


def _newest(person: Person, account: Account | None) -> dict[str, Any]:
    newest = Signal.objects.order_by("-detected_at")
    own = newest.filter(person=person).first() or (account and newest.filter(account=account).first())
    return dict(own.evidence) if own else {}


def _frame(shown: Shown) -> str:
    if shown.treatment.channel != Channel.IN_APP or shown.error:
        return shown.html
    context = {"content": shown.content, "css": _widget_css(), "locale": shown.treatment.locale}
    return render_to_string("admin/offers_app/treatment/in_app.html", context)


@cache
def _widget_css() -> str:
    return (settings.BASE_DIR / "static" / "src" / "widget.css").read_text(encoding="utf-8")
