"""What the linter says, beside the text; what blocks, as errors of the form; and what staff waived."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
)

from offers_app import lapsed, linted
from offers_app.linter import check
from offers_app.linter.draft import Finding
from offers_app.linter.rules import rules
from offers_app.models import LintWaiver, Offer, Treatment
from upsell_project.lib.admin_base import Admin, FactsAdmin, Form, log, told

WAIVING = ("waive_rules", "waive_because", "waive_until")
_MAY = "offers_app.add_lintwaiver"


class LintedForm(Form):
    """Refuses what is live and breaks a rule, unless whoever may do so says of each rule that it shall not count here,
    and why."""

    may_waive = False
    waive_rules = forms.MultipleChoiceField(
        required=False,
        choices=lambda: [(name, name) for name in rules()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What the lint refuses here. Tick what may stand all the same; the rest is still refused.",
    )
    waive_because = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Why what is ticked may stand. Kept with your name and the date.",
    )
    waive_until = forms.DateField(
        required=False, widget=UnfoldAdminSingleDateWidget, help_text="Through this day; empty: for good."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk and not self.is_bound:
            self._ask_about(self._refused())

    def _post_clean(self) -> None:
        """After Django put the values into the row."""
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            self._judge()

    def _judge(self) -> None:
        ticked, because = self.cleaned_data["waive_rules"], self.cleaned_data["waive_because"].strip()
        found = self._refused()
        self._ask_about(found)
        if (ticked or because) and not self.may_waive:
            self.add_error(None, "You may not waive what the lint refuses.")
        elif ticked and not because:
            self.add_error("waive_because", "Say why it may stand.")
        elif because and found and not ticked:
            self.add_error("waive_rules", "Tick what may stand.")
        if linted.live(self.instance):
            for one in found:
                if one.rule not in ticked:
                    self.add_error(self._place(one), linted.sentence(one))

    def _refused(self) -> list[Finding]:
        return [one for found in linted.refused([self.instance]).values() for one in found]

    def _ask_about(self, found: Sequence[Finding]) -> None:
        """Of nothing else: what nobody has seen is not waived."""
        field = self.fields["waive_rules"]
        field.choices = [(rule, rule) for rule in dict.fromkeys(one.rule for one in found)]  # type: ignore[attr-defined]

    def _place(self, finding: Finding) -> str | None:
        name = finding.field.partition(".")[0].partition("[")[0]
        return name if name in self.fields else None


class LintedAdmin(Admin):
    """Shows findings beside the text, and keeps what was waived with the text that was saved."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form = super().get_form(request, obj, change, **options)
        form.may_waive = request.user.has_perm(_MAY)  # type: ignore[attr-defined]
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if ticked := form.cleaned_data.get("waive_rules"):
            because, until = form.cleaned_data["waive_because"].strip(), form.cleaned_data.get("waive_until")
            made = linted.waive(obj, request.user.get_username(), because, ticked, until)
            told(self, request, len(made), "waived, with your name, the date and the reason")

    @admin.display(description="Lint")
    def lint(self, row: Treatment | Offer) -> SafeString | str:
        return section([row]) if row.pk else "Save first."


def section(rows: list[Any], more: Mapping[str, Sequence[Finding]] | None = None) -> SafeString:
    """What the linter finds in these, each place marked in its text; what is waived says so. `more`: findings by what
    they are about that is no text."""
    open_ = linted.refused(rows)
    plain = [{"name": name, "findings": _lines(found)} for name, found in (more or {}).items()]
    said = plain + [_said(row, open_.get(linted.subject(row), [])) for row in rows]
    return render_to_string(
        "admin/offers_app/lint.html", {"subjects": [one for one in said if one["findings"]]}
    )


def _said(row: Treatment | Offer, open_: list[Finding]) -> dict[str, Any]:
    draft = linted.draft(row)
    lines = [
        {
            "finding": one,
            "parts": _around(draft.texts.get(one.field, ""), one),
            "waived": one.blocks and one not in open_,
        }
        for one in check.findings(draft)
    ]
    return {"name": linted.subject(row), "findings": lines}


def _lines(found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{"finding": one, "parts": None, "waived": False} for one in found]


def _around(source: str, finding: Finding) -> tuple[str, str, str] | None:
    """What stands before it, itself, and behind it; None where something lacks."""
    if finding.end <= finding.start:
        return None
    before, after = source[: finding.start], source[finding.end :]
    return before[-80:], source[finding.start : finding.end], after[:80]


@admin.register(LintWaiver)
class LintWaiverAdmin(FactsAdmin):
    """Nobody edits or deletes one; who takes one back leaves their name as well."""

    list_display = ("at", "rule", "subject", "by", "because", "until", "withdrawn_at", "withdrawn_by")
    list_filter = ("rule",)
    search_fields = ("subject", "by")
    actions = ("withdraw",)
    empty_hint = "Nothing is waived: what is live has to pass the lint by itself."
    list_before_template = "admin/offers_app/lintwaiver/before_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.live_view)
        return [path("live/", view, name="offers_app_lintwaiver_live"), *super().get_urls()]

    def live_view(self, request: HttpRequest) -> HttpResponse:
        """All that is live, read by the rules of this release. A GET only reads."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Lint of all that is live",
            "refused": lapsed.live_refusals(),
        }
        return TemplateResponse(request, "admin/offers_app/lintwaiver/live.html", context)

    @admin.action(description="Withdraw: the text needs to pass again", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, rows: QuerySet[LintWaiver]) -> None:
        with transaction.atomic():
            standing = linted.withdraw(rows.order_by("pk").select_for_update(), request.user.get_username())
        if standing:
            log(request, standing, "Withdrawn")
        told(self, request, len(standing), "withdrawn")

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(_MAY)


def refuse(row: Offer) -> None:
    """Of a list that is imported. Raises ValidationError."""
    found = [linted.sentence(one) for errors in linted.refused([row]).values() for one in errors]
    if row.live and found:
        raise ValidationError(found)
