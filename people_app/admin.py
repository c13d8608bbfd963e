"""Accounts are facts that staff may correct; people and what they are known by are only read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from people_app import entitlements, facts, waiting
from people_app.masking import masked
from people_app.models import (
    Account,
    Channel,
    ContactPoint,
    Entitlement,
    Identity,
    Membership,
    Person,
    PlanPrice,
    WaitingFacts,
)
from upsell_project.lib import clock
from upsell_project.lib.admin_base import EstimatedPages, FactsAdmin, RowsInline, StampedAdmin, Tabular
from upsell_project.lib.tables import TableAdmin, TableResource

STAFF = "staff"


class AccountResource(TableResource):
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

    def before_save_instance(self, instance: Account, row: Any, **options: Any) -> None:
        _say(instance, [field for field in self.Meta.fields if field in row and field != "group_id"])
        waiting.lock()

    def after_save_instance(self, instance: Account, row: Any, **options: Any) -> None:
        entitlements.catch_up([instance.pk])


def _say(account: Account, fields: list[str]) -> None:
    """Staff said so just now: older news from elsewhere does not overwrite it, newer does."""
    for field in fields:
        account.provenance[field] = facts.said(clock.now(), STAFF)


class EntitlementInline(Tabular):
    model = Entitlement
    fields = ("resource", "cap", "changed_at", "source")
    readonly_fields = ("changed_at", "source")
    extra = 0


class MemberInline(RowsInline):
    model = Membership
    fields = ("person", "role", "joined_at")
    ordering = ("pk",)
    per_page = 20


@admin.register(Account)
class AccountAdmin(TableAdmin, StampedAdmin):
    """An account is found by its id, or by the name it begins with."""

    resource_classes: ClassVar = [AccountResource]
    empty_hint = "Accounts appear with the first group call, or import a list."
    list_display = ("__str__", "group_id", "plan", "tier", "mrr", "currency", "country", "cancelling")
    list_filter = ("tier", "cancelling", "invoice_status")
    search_fields = ("group_id__exact", "stripe_customer_id__exact")
    search_help_text = "The exact account id or Stripe customer id"
    ordering = ("-pk",)
    paginator = EstimatedPages
    show_full_result_count = False
    sortable_by = ()
    raw_id_fields = ("merged_into", "personal_of")
    readonly_fields = ("created_at", "provenance")
    inlines = (EntitlementInline, MemberInline)

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        _say(obj, form.changed_data)
        waiting.lock()
        super().save_model(request, obj, form, change)
        entitlements.catch_up([obj.pk])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.changed_at, row.source = clock.now(), STAFF
            row.save()
        for gone in formset.deleted_objects:
            gone.delete()


@admin.register(Entitlement)
class EntitlementAdmin(FactsAdmin):
    list_display = ("account", "resource", "cap", "changed_at", "source")
    list_select_related = ("account",)
    search_fields = ("account__group_id__exact",)
    search_help_text = "The exact account id"


class IdentityInline(RowsInline):
    model = Identity
    fields = ("kind", "value")


class MembershipInline(RowsInline):
    model = Membership
    fields = ("account", "role", "joined_at")


@admin.register(Person)
class PersonAdmin(FactsAdmin):
    list_display = ("__str__", "first_name", "role", "country", "timezone", "last_seen_at")
    search_fields = ("user_id__exact",)
    search_help_text = "The exact user id, anonymous id, e-mail address or phone number"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        return (queryset.filter(_known_as(search_term.strip())) if search_term.strip() else queryset), False


def _known_as(term: str) -> Q:
    """Each part reads one index; an OR over joined tables would read them whole."""
    points = ContactPoint.objects.filter(
        channel__in=Channel.values, address__in={term.lower(), facts.phone(term)}
    )
    names = Identity.objects.filter(kind__in=("user", "anonymous"), value=term)
    people = Person.objects.filter(user_id=term)
    found = points.values("person_id").union(names.values("person_id"), people.values("pk"))
    return Q(pk__in=list(found.values_list("person_id", flat=True)[:100]))


@admin.register(Identity)
class IdentityAdmin(FactsAdmin):
    list_display = ("kind", "value", "person")
    list_select_related = ("person",)
    search_fields = ("person__user_id__exact",)
    search_help_text = "The exact user id"


@admin.register(Membership)
class MembershipAdmin(FactsAdmin):
    list_display = ("person", "account", "role", "joined_at")
    list_select_related = ("person", "account")
    search_fields = ("person__user_id__exact",)
    search_help_text = "The exact user id"


@admin.register(ContactPoint)
class ContactPointAdmin(FactsAdmin):
    """Addresses are masked: the admin is no address book."""

    list_display = ("person", "channel", "masked_address", "changed_at", "dead_at")
    list_select_related = ("person",)
    list_filter = ("channel",)
    search_fields = ("person__user_id__exact",)
    search_help_text = "The exact user id"
    fields = ("person", "channel", "masked_address", "changed_at", "dead_at")

    @admin.display(description="Address")
    def masked_address(self, point: ContactPoint) -> str:
        return masked(point.address)


@admin.register(WaitingFacts)
class WaitingFactsAdmin(FactsAdmin):
    """Which customers of the billing provider no account names yet."""

    empty_hint = "Nothing waits: every customer that Stripe spoke of is one of your accounts."
    list_display = ("value", "kind", "source", "at")
    search_fields = ("value__exact",)
    search_help_text = "The exact customer id"


class PlanPriceResource(TableResource):
    class Meta(TableResource.Meta):
        model = PlanPrice
        import_id_fields = ("price_key",)
        fields = ("price_key", "plan")


@admin.register(PlanPrice)
class PlanPriceAdmin(TableAdmin):
    resource_classes: ClassVar = [PlanPriceResource]
    empty_hint = (
        "Say here which plan a price of your billing provider stands for; until then Stripe changes no plan."
    )
    list_display = ("price_key", "plan")
    search_fields = ("price_key", "plan")
