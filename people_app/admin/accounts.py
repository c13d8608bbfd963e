"""How accounts are listed and what staff typed into their form. What follows from it is said above this app, where the
page is registered (`campaigns_app.admin.accounts`).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from people_app import facts, shown
from people_app.admin.known import Known
from people_app.models import Account, Entitlement, Membership
from upsell_project.lib import clock
from upsell_project.lib.admin_base import EstimatedPages, FactsAdmin, Form, RowsInline, StampedAdmin, Tabular
from upsell_project.lib.tables import TableAdmin, TableResource

LABELS = {
    "group_id": "Account id",
    "prepaid": "Paid for in advance",
    "cancelling": "Being cancelled",
    "trial_ends_at": "Trial ends",
    "renews_at": "Renews",
    "period_started_at": "Billing period began",
    "mrr": "Monthly revenue (MRR)",
    "ltv": "Lifetime value (LTV)",
    "tier": "Customer-success tier",
    "timezone": "Time zone",
    "addons": "Add-ons",
    "stripe_customer_id": "Stripe customer",
    "traits": "Everything else",
}
"""What staff read where the name of a column says too little."""
HINTS = {
    "addons": 'A list: ["sso", "audit-log"]',
    "account_manager": 'Who looks after it: {"email": "kim@example.com", "booking_url": "https://..."}',
    "traits": 'What no field above is for: {"employees": 42}',
}


def label(fact: str) -> str:
    """`trial_ends_at` is *Trial ends*."""
    return LABELS.get(fact) or fact.replace("_", " ").capitalize()


class AccountResource(TableResource):
    """Subclasses say what became known."""

    class Meta(TableResource.Meta):
        model = Account
        import_id_fields = ("group_id",)
        fields = (
            "group_id",
            "name",
            "plan",
            "billing_period",
            "mrr",
            "ltv",
            "currency",
            "industry",
            "tier",
            "country",
            "timezone",
            "renews_at",
            "trial_ends_at",
            "fiscal_year_end",
            "stripe_customer_id",
        )

    def init_instance(self, row: Any = None) -> Account:
        return Account(created_at=clock.now())


def facts_in(account: Account, fields: Collection[str]) -> dict[str, Any]:
    """What these columns say, as a source would send it; an empty one takes back what was said."""
    return {field: _plain(getattr(account, field)) for field in fields if field in shown.PARSERS}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return None if value == "" else value


def typed(form: Any) -> dict[str, Any]:
    """The facts that staff changed in the form of an account."""
    account = form.instance
    said = facts_in(account, form.changed_data)
    if "traits" in form.changed_data:
        said |= _differing(form.initial.get("traits") or {}, account.traits)
    return said


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Traits that have another value than before; None for those that are gone."""
    return {key: new.get(key) for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def typed_limits(formset: Any) -> tuple[dict[str, Any], set[str]]:
    """The limits that staff typed by resource (None: unlimited), and those that they took away."""
    limits = {row.resource: _plain(row.cap) for row in formset.save(commit=False)}
    gone = {row.resource for row in formset.deleted_objects}
    gone |= {form.initial["resource"] for form in formset.initial_forms if "resource" in form.changed_data}
    return limits, gone - limits.keys()


class AccountForm(Form):
    """Refuses what would not be taken as a fact."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for field in cleaned.keys() & shown.PARSERS.keys():
            value = _plain(cleaned[field])
            try:
                if value not in (None, [], {}):
                    shown.PARSERS[field](value)
            except facts.Unusable:
                self.add_error(field, "This is not a value of this kind.")
        return cleaned


class EntitlementForm(Form):
    """An empty limit is an answer too."""

    cap = forms.DecimalField(
        max_digits=18, decimal_places=3, min_value=0, required=False, help_text="Empty means unlimited"
    )


class EntitlementInline(Tabular):
    """A limit that is deleted is not known any more; one without a number is unlimited."""

    model = Entitlement
    form = EntitlementForm
    verbose_name, verbose_name_plural = "limit", "What its plan allows"
    fields = ("resource", "cap", "changed_at", "source")
    readonly_fields = ("changed_at", "source")
    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class KnownAccount(Known):
    own = "group_id"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().queryset(request, queryset)
        return found.filter(personal_of=None, merged_into=None) if self.value() == "no" else found


class MemberInline(RowsInline):
    model = Membership
    verbose_name_plural = "Members"
    fields = ("person", "role", "joined_at")
    ordering = ("pk",)
    per_page = 20


class AccountAdmin(TableAdmin, StampedAdmin):
    """An account is found by its id, or by the name it begins with."""

    form = AccountForm
    resource_classes: ClassVar = [AccountResource]
    empty_hint = "Accounts appear with the first group call, or import a list."
    list_display = ("__str__", "group_id", "plan", "tier", "mrr", "currency", "country", "cancelling")
    list_filter = (KnownAccount, "tier", "cancelling", "invoice_status")
    search_fields = ("group_id__exact", "stripe_customer_id__exact")
    search_help_text = "The exact account id or Stripe customer id"
    ordering = ("-pk",)
    paginator = EstimatedPages
    show_full_result_count = False
    sortable_by = ()
    readonly_fields = ("created_at", "merged_into", "personal_of")
    fieldsets = (
        (
            None,
            {"fields": ("group_id", "name", "industry", "tier", "country", "timezone", "account_manager")},
        ),
        (
            "What it pays for",
            {
                "fields": (
                    *("plan", "addons", "seats_used", "mrr", "ltv", "currency", "billing_period", "prepaid"),
                    *("subscription_status", "cancelling", "invoice_status", "stripe_customer_id"),
                )
            },
        ),
        ("Dates", {"fields": ("trial_ends_at", "renews_at", "period_started_at", "fiscal_year_end")}),
        ("More", {"fields": ("traits", *readonly_fields)}),
    )
    inlines = (EntitlementInline, MemberInline)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.label = label(db_field.name)
            field.help_text = HINTS.get(db_field.name, field.help_text)
            if db_field.name in HINTS:
                field.widget.attrs["rows"] = 3
        return field


@admin.register(Entitlement)
class EntitlementAdmin(FactsAdmin):
    list_display = ("account", "resource", "cap", "changed_at", "source")
    list_select_related = ("account",)
    search_fields = ("account__group_id__exact",)
    search_help_text = "The exact account id"
