"""Test a definition on one person, or with an event that nobody sent."""

import json
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from people_app import erasure
from people_app.models import Person
from signals_app import try_out
from signals_app.admin import shown
from signals_app.admin.rejected import fix
from signals_app.admin.shown import Condition
from signals_app.admin.tester import SAMPLE, read
from signals_app.models import SignalDefinition
from signals_app.try_out import Line, Tried
from upsell_project.lib import clock


class Whom(forms.Form):
    person = forms.CharField(label="Person", max_length=200, help_text="The exact user id")
    sample = forms.CharField(
        label="Event",
        required=False,
        widget=forms.Textarea({"rows": 8, "class": "upsell-sample upsell-code", "spellcheck": "false"}),
        help_text="As an SDK sends it; empty: as they stand now. It counts for the person above, whoever it names.",
    )

    def clean_person(self) -> Person:
        found = erasure.known_as(self.cleaned_data["person"].strip())
        if found is None:
            raise forms.ValidationError("There is no person with this user id. Find one under People.")
        return found

    def clean_sample(self) -> dict[str, Any] | None:
        text = self.cleaned_data["sample"].strip()
        try:
            return read(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


def page(model_admin: Any, request: HttpRequest, definition: SignalDefinition) -> HttpResponse:
    """Nothing is stored, so whoever may see people and definitions may try."""
    if not request.user.has_perm("people_app.view_person"):
        raise PermissionDenied
    asked = request.POST or (request.GET if "person" in request.GET else None)
    form = Whom(asked)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": f"Test {definition}",
        "opts": model_admin.opts,
        "original": definition,
        "definition": definition,
        "form": form,
        "example": json.dumps(SAMPLE, indent=1),
    }
    if form.is_bound and form.is_valid():
        context |= _tried(definition, form)
    return TemplateResponse(request, "admin/signals_app/signaldefinition/try.html", context)


def _tried(definition: SignalDefinition, form: Whom) -> dict[str, Any]:
    person, sample = form.cleaned_data["person"], form.cleaned_data["sample"]
    try:
        found: Tried = (
            try_out.with_event(definition, person, sample, clock.now())
            if sample
            else try_out.on_person(definition, person, clock.now())
        )
    except try_out.TooMuch as error:
        return {"person": person, "tried": Tried(note=str(error))}
    return {
        "person": person,
        "tried": found,
        "parts": [(part, [_line(one) for one in part.lines]) for part in found.parts],
        "rejected": [(one, fix(one)) for one in found.rejected],
    }


def _line(line: Line) -> Condition:
    return Condition(line.condition, shown.text(line.found, line.condition), line.holds)
