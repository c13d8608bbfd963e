"""Test a definition on one person, or with an event that nobody sent."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from people_app import erasure
from people_app.models import Account, Person
from signals_app import examples, try_out
from signals_app.admin import shown
from signals_app.admin.rejected import fix
from signals_app.admin.tester import read
from signals_app.models import SignalDefinition
from signals_app.try_out import Line, Tried
from upsell_project.lib import clock


class Whom(forms.Form):
    person = forms.CharField(label="Person", max_length=200, help_text="The exact user id")
    sample = forms.CharField(
        label="Event",
        required=False,
        widget=forms.Textarea({"rows": 8, "class": "upsell-sample upsell-code", "spellcheck": "false"}),
        help_text="As an SDK sends it, with what it says of them (identify) or of their account (group); empty: as they"
        " stand now. It counts for the person above, whoever it names, and for the account that its groupId or"
        " context.groupId names.",
    )

    def clean_person(self) -> Person:
        found = erasure.known_as(self.cleaned_data["person"].strip())
        if found is None:
            raise forms.ValidationError(
                format_html(
                    'There is no person with this user id: <a href="{}">find one</a>.',
                    reverse("admin:people_app_person_changelist"),
                )
            )
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
    }
    person = None
    if form.is_bound and form.is_valid():
        context |= _tried(definition, form)
        person = form.cleaned_data["person"]
    context["example"] = json.dumps(_example(definition, person), indent=1, ensure_ascii=False)
    return TemplateResponse(request, "admin/signals_app/signaldefinition/try.html", context)


def _example(definition: SignalDefinition, person: Person | None) -> dict[str, Any]:
    """Of this person, and of the first account to which they belong."""
    if person is None:
        return examples.event(definition, "u1")
    accounts = Account.objects.filter(memberships__person=person, group_id__isnull=False)
    group = accounts.order_by("memberships__pk").values_list("group_id", flat=True).first()
    return examples.event(definition, person.user_id or "u1", group or "g1")


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
        "parts": [(part, [_row(one) for one in part.lines]) for part in found.parts],
        "rejected": [(one, fix(one)) for one in found.rejected],
    }


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `value` and `missing` are empty of a group."""

    said: str
    value: str
    holds: bool | None
    level: int
    is_group: bool
    missing: str


def _row(line: Line) -> Row:
    value = shown.text(line.found, line.condition)
    return Row(line.condition, value, line.holds, line.level, not line.op, line.missing)
