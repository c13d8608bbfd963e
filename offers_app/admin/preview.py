"""A template as one person would get it, on each channel, also with texts that are not saved yet."""

import json
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse

from offers_app import limits, preview, written
from offers_app.models import Offer, Treatment
from offers_app.preview import Shown
from people_app import erasure, homes
from people_app.models import Account, Channel, Person
from signals_app import detect
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
    account = forms.CharField(
        required=False,
        max_length=200,
        help_text="The account id, for whoever belongs to several; empty: theirs",
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

    def clean(self) -> dict[str, Any]:
        """The account is that of the moment, as where a run begins; else where the person is at home."""
        values = super().clean() or {}
        if self.errors:
            return values
        person, theirs = values["person"], _accounts(values["person"])
        account = _named(theirs, values["account"])
        moment = None if values["evidence"] else _newest(person, [account] if account else theirs)
        values["account"] = account or _of_moment(moment, theirs) or _only(theirs)
        values["evidence"] = values["evidence"] or (_evidence(moment) if moment else {})
        return values


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
        "typed": {name: request.POST[name] for name in (*limits.TEXTS, *JSON) if name in request.POST},
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
    for name in limits.TEXTS:
        setattr(treatment, name, request.POST.get(name, getattr(treatment, name)))
    for name in JSON:
        try:
            typed = json.loads(request.POST.get(name) or "null")
        except ValueError as error:
            return {name: f"This is no JSON: {error}"}
        setattr(treatment, name, typed or getattr(treatment, name))
    names = (*limits.TEXTS, "channel", "locale", *JSON)
    return written.faults({name: getattr(treatment, name) for name in names})


def _accounts(person: Person) -> list[Account]:
    """Where what they do may count: their home, or all to which they belong."""
    home = homes.of([person.pk], clock.now(), create=False)[person.pk]
    whole = Account.objects.filter(pk=home) if home else Account.objects.filter(memberships__person=person)
    return list(whole.order_by("pk"))


def _evidence(moment: Signal) -> dict[str, Any]:
    """As it stands now, which is what a message says; of what is no longer so, as it was found."""
    return detect.refresh([moment], clock.now())[moment.pk] or dict(moment.evidence)


def _named(theirs: list[Account], name: str) -> Account | None:
    found = next((one for one in theirs if one.group_id == name.strip()), None)
    if name.strip() and found is None:
        raise forms.ValidationError({"account": f"They belong to no account {name.strip()}."})
    return found


def _of_moment(moment: Signal | None, theirs: list[Account]) -> Account | None:
    return next((one for one in theirs if moment and one.pk == moment.account_id), None)


def _only(theirs: list[Account]) -> Account:
    if not theirs:
        raise forms.ValidationError({"account": "They belong to no account yet: nothing would be sent."})
    if len(theirs) > 1:
        names = ", ".join(sorted(one.group_id or one.name for one in theirs))
        raise forms.ValidationError({"account": f"They belong to several accounts ({names}): choose one."})
    return theirs[0]


def _newest(person: Person, accounts: list[Account]) -> Signal | None:
    """The newest moment of theirs, else of the only account that there is."""
    newest = Signal.objects.order_by("-detected_at")
    own = newest.filter(Q(account__in=accounts) | Q(account=None), person=person).first()
    return own or (newest.filter(account=accounts[0], person=None).first() if len(accounts) == 1 else None)


def _all(treatment: Treatment, form: Whom) -> list[tuple[Shown, str]]:
    """Each channel with the page that its frames show."""
    asked = form.cleaned_data
    person: Person = asked["person"]
    person.locale = asked["locale"] or person.locale
    found = preview.channels(
        treatment, asked["offer"], person, asked["account"], asked["evidence"], clock.now()
    )
    return [(one, _frame(one)) for one in found]


def _frame(shown: Shown) -> str:
    if shown.treatment.channel != Channel.IN_APP or shown.error:
        return shown.html
    context = {"content": shown.content, "css": _widget_css(), "locale": shown.treatment.locale}
    return render_to_string("admin/offers_app/treatment/in_app.html", context)


@cache
def _widget_css() -> str:
    return (settings.BASE_DIR / "static" / "src" / "widget.css").read_text(encoding="utf-8")
