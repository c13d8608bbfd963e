"""What people permit is read here and written by the ledger; staff only add to the suppression list."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from consent_app import permission
from consent_app.models import ConsentRecord, Pause, Permission, Suppression
from upsell_project.lib import clock
from upsell_project.lib.admin_base import EstimatedPages, Form, OfPersonAdmin, StampedAdmin
from upsell_project.lib.tables import TableAdmin, TableResource


@admin.register(ConsentRecord)
class ConsentRecordAdmin(OfPersonAdmin):
    list_display = ("person", "purpose", "channel", "topic", "granted", "basis", "how", "recorded_at")
    list_filter = ("granted",)
    empty_hint = "Consent arrives by POST /v1/consents, the preference center, or a one-click unsubscribe."


@admin.register(Permission)
class PermissionAdmin(OfPersonAdmin):
    list_display = ("person", "purpose", "channel", "topic", "granted", "basis", "since", "expires_at")
    list_filter = ("granted",)


@admin.register(Pause)
class PauseAdmin(OfPersonAdmin):
    list_display = ("person", "kind", "until", "reason", "set_at")
    list_filter = ("kind",)


class SuppressionForm(Form):
    """Takes an address and keeps only its keyed hash."""

    address = forms.CharField(
        max_length=320,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept only as a keyed hash; nobody can read it back",
    )

    class Meta:
        model = Suppression
        fields = ("channel", "reason")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if {"channel", "address"} <= values.keys():
            self.instance.address_hash = permission.address_hash(values["channel"], values["address"])
            known = Suppression.objects.filter(
                channel=values["channel"], address_hash=self.instance.address_hash
            )
            if known.exists():
                raise ValidationError({"address": "This address is suppressed already."})
        return values


class SuppressionResource(TableResource):
    """Takes `channel` with `address` (from another system) or `address_hash` (from an export of ours)."""

    class Meta(TableResource.Meta):
        model = Suppression
        import_id_fields = ("channel", "address_hash")
        fields = ("channel", "address_hash", "reason", "at")

    def before_import(self, dataset: Any, **options: Any) -> None:
        headers = dataset.headers or []
        if "address" not in headers:
            return
        hashes = [permission.address_hash(row["channel"], row["address"]) for row in dataset.dict]
        del dataset["address"]
        if "address_hash" in headers:
            del dataset["address_hash"]
        dataset.append_col(hashes, header="address_hash")

    def init_instance(self, row: Any = None) -> Suppression:
        return Suppression(at=clock.now())


@admin.register(Suppression)
class SuppressionAdmin(TableAdmin, StampedAdmin):
    resource_classes: ClassVar = [SuppressionResource]
    form = SuppressionForm
    stamps = ("at",)
    empty_hint = (
        "Import the suppression list of the system you used before; bounces and complaints add themselves."
    )
    list_display = ("channel", "fingerprint", "reason", "at")
    list_filter = ("channel",)
    ordering = ("-pk",)
    sortable_by = ()
    paginator = EstimatedPages
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return ("channel", "address_hash", "reason", "at") if obj else ("channel", "address", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    @admin.display(description="Address (hash)")
    def fingerprint(self, row: Suppression) -> str:
        return f"{row.address_hash[:12]}..."
