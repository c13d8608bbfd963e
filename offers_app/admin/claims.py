"""Claims: what texts may say of others, each with its source and whoever approved it."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

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
    def stands(self, claim: Claim) -> str:
        if not claim.approved_by:
            return "No: not approved"
        return "Yes" if claim.valid_until >= _today() else f"No: it ended on {claim.valid_until:%Y-%m-%d}"

    @admin.action(description="Approve: I have read the source and it says so", permissions=["change"])
    def approve(self, request: HttpRequest, rows: Any) -> None:
        told = [(claim, approval.faults(claim)) for claim in rows]
        for claim, wrong in told:
            for sentence in (one for said in wrong.values() for one in said):
                self.message_user(request, f"{claim} is not approved: {sentence}", messages.ERROR)
        sound = [claim for claim, wrong in told if not wrong]
        approval.give(sound, request.user.get_username())
        log(request, sound, "Approved.")
        if sound:
            self.message_user(request, "Approved. Texts may say it from now on.")

    @admin.action(description="Take the approval back", permissions=["change"])
    def withdraw(self, request: HttpRequest, rows: Any) -> None:
        claims = list(rows)
        approval.take_back(claims)
        log(request, claims, "Took the approval back.")
        self.message_user(request, "No text says it any more.")


def _today() -> date:
    return clock.now().date()
