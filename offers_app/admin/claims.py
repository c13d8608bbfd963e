"""Claims: what texts may say of others, each with its source and whoever approved it."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from offers_app import claims, linted
from offers_app.models import Claim
from signals_app.models import Segment
from upsell_project.lib import clock
from upsell_project.lib.admin_base import Admin, Form


class ClaimForm(Form):
    class Meta:
        model = Claim
        exclude = ("approved_by", "approved_at")

    def clean_segment(self) -> str:
        slug = str(self.cleaned_data["segment"]).strip()
        if slug and not Segment.objects.filter(slug=slug).exists():
            raise ValidationError(f"There is no segment {slug}.")
        return slug

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = {name: value for name, value in values.items() if name in self.fields}
        claim = Claim(**{"texts": {}, "source_url": ""} | given)
        wrong: dict[str, Any] = claims.faults(claim, clock.now())
        if "texts" not in wrong and (refused := linted.of_claim(claim)):
            wrong["texts"] = [linted.sentence(one) for one in refused]
        shown = {
            name: fault for name, fault in wrong.items() if name in self.fields and name not in self.errors
        }
        if shown:
            raise ValidationError(shown)
        return values


@admin.register(Claim)
class ClaimAdmin(Admin):
    """A change takes the approval back: what was checked was something else."""

    form = ClaimForm
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
            obj.approved_by, obj.approved_at = "", None
        super().save_model(request, obj, form, change)

    @admin.display(description="Shown")
    def stands(self, claim: Claim) -> str:
        if not claim.approved_by:
            return "No: not approved"
        return "Yes" if claim.valid_until >= _today() else f"No: it ended on {claim.valid_until:%Y-%m-%d}"

    @admin.action(description="Approve: I have read the source and it says so", permissions=["change"])
    def approve(self, request: HttpRequest, rows: Any) -> None:
        for claim in rows:
            self.log_change(request, claim, "Approved.")
        rows.update(approved_by=request.user.get_username(), approved_at=clock.now())
        self.message_user(request, "Approved. Texts may say it from now on.")

    @admin.action(description="Take the approval back", permissions=["change"])
    def withdraw(self, request: HttpRequest, rows: Any) -> None:
        for claim in rows:
            self.log_change(request, claim, "Took the approval back.")
        rows.update(approved_by="", approved_at=None)
        self.message_user(request, "No text says it any more.")


def _today() -> date:
    return clock.now().date()
