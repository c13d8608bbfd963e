"""Claims: what texts may say of others, each with its source and whoever approved it."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from offers_app import approval
from offers_app.models import Claim
from upsell_project.lib import clock, json_form
from upsell_project.lib.admin_base import Admin, Form, log


class ClaimForm(Form):
    class Meta:
        model = Claim
        exclude = ("approved_by", "approved_at")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = {name: value for name, value in values.items() if name in self.fields}
        claim = Claim(**{"texts": {}, "source_url": ""} | given)
        shown = {
            name: wrong
            for name, wrong in approval.faults(claim).items()
            if name in self.fields and name not in self.errors
        }
        if shown:
            raise ValidationError(shown)
        return values


@admin.register(Claim)
class ClaimAdmin(Admin):
    """A change takes the approval back: what was checked was something else."""

    form = ClaimForm
    formfield_overrides = json_form.OVERRIDES
    list_display = ("slug", "kind", "product", "segment", "industry", "source_name", "valid_until", "stands")
    list_select_related = ("product",)
    list_filter = ("kind", "hesitation")
    search_fields = ("slug", "source_name")
    ordering = ("slug",)
    readonly_fields = ("approved_by", "approved_at")
    actions = ("approve", "withdraw")
    empty_hint = (
        "Texts say nothing of other customers until a claim with its source is added and approved here."
    )

    def save_model(self, request: HttpRequest, obj: Claim, form: Any, change: bool) -> None:
        if form.has_changed():
            approval.lose(obj)
        super().save_model(request, obj, form, change)

    @admin.display(description="Shown")
    def stands(self, claim: Claim) -> SafeString:
        """With what stands on the page, so that nothing else is approved from it."""
        return format_html('{}<input type="hidden" name="read" value="{}">', _stands(claim), _read(claim))

    @admin.action(description="Approve: I have read the source and it says so", permissions=["change"])
    @transaction.atomic
    def approve(self, request: HttpRequest, rows: Any) -> None:
        told = [(claim, _faults(claim, request)) for claim in _held(rows)]
        for claim, wrong in told:
            for sentence in wrong:
                self.message_user(request, f"{claim} is not approved: {sentence}", messages.ERROR)
        sound = [claim for claim, wrong in told if not wrong]
        approval.give(sound, request.user.get_username())
        log(request, sound, "Approved.")
        if sound:
            self.message_user(request, "Approved. Texts may say it from now on.")

    @admin.action(description="Take the approval back", permissions=["change"])
    @transaction.atomic
    def withdraw(self, request: HttpRequest, rows: Any) -> None:
        claims = _held(rows)
        approval.take_back(claims)
        log(request, claims, "Took the approval back.")
        self.message_user(request, "No text says it any more.")


def _held(rows: Any) -> list[Claim]:
    return list(rows.order_by("pk").select_for_update(of=("self",)))


def _read(claim: Claim) -> str:
    return f"{claim.slug} {approval.fingerprint(claim)}"


def _faults(claim: Claim, request: HttpRequest) -> list[str]:
    if _read(claim) not in request.POST.getlist("read"):
        return ["It was changed since this list was read: read it again."]
    return [sentence for said in approval.faults(claim).values() for sentence in said]


def _stands(claim: Claim) -> str:
    if not claim.approved_by:
        return "No: not approved"
    return "Yes" if claim.valid_until >= _today() else f"No: it ended on {claim.valid_until:%Y-%m-%d}"


def _today() -> date:
    return clock.now().date()
