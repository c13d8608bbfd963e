"""How providers call our accounts, and addresses that changed hands."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from people_app.masking import masked
from people_app.models import AccountName, TurnedAddress
from upsell_project.lib.admin_base import FactsAdmin


class Nobodys(admin.SimpleListFilter):
    """Names that no account of ours carries yet: what was said under them waits."""

    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nobody", "Nobody's yet"), ("known", "An account's")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("nobody", "known"):
            return queryset
        return queryset.filter(account__isnull=self.value() == "nobody")


@admin.register(AccountName)
class AccountNameAdmin(FactsAdmin):
    """How providers call our accounts, and which of their customers no account names yet."""

    empty_hint = (
        "Names appear with group calls and with what a billing provider or CRM says of its customers."
    )
    list_display = ("value", "kind", "account", "claimed_at")
    list_select_related = ("account",)
    list_filter = (Nobodys,)
    search_fields = ("value__exact", "account__group_id__exact")
    search_help_text = "The exact name at the provider, or the exact account id"


@admin.register(TurnedAddress)
class TurnedAddressAdmin(FactsAdmin):
    """Addresses of which it is being looked at whose they are now. A row stays for seconds."""

    empty_hint = "Nothing waits: whose each address is has been looked at."
    list_display = ("kind", "masked_address")
    fields = ("kind", "masked_address")

    @admin.display(description="Address")
    def masked_address(self, turned: TurnedAddress) -> str:
        return masked(turned.address)
