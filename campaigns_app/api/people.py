"""People and accounts: what is known of them. Written by ingestion alone."""

from typing import Any

from rest_framework import serializers

from campaigns_app.api.base import Readable, Shown
from campaigns_app.api.filters import choice, flag, moment, text
from people_app.masking import masked
from people_app.models import Account, ContactPoint, Entitlement, Membership, Person, Tier


class ContactPointSerializer(Shown):
    address = serializers.SerializerMethodField(help_text="Masked for viewers")

    class Meta:
        model = ContactPoint
        fields = ("channel", "address", "changed_at", "dead_at")
        read_only_fields = fields

    def get_address(self, point: ContactPoint) -> str:
        return point.address if self.in_clear else masked(point.address)


class MembershipSerializer(Shown):
    account = serializers.CharField(source="account.group_id", read_only=True)

    class Meta:
        model = Membership
        fields = ("account", "role", "joined_at")
        read_only_fields = fields


class PersonSerializer(Shown):
    traits = serializers.SerializerMethodField(help_text="Contact addresses masked for viewers")
    accounts = MembershipSerializer(source="memberships", many=True, read_only=True)
    contact_points = ContactPointSerializer(many=True, read_only=True)

    class Meta:
        model = Person
        fields = (
            "user_id",
            "first_name",
            "role",
            "timezone",
            "locale",
            "country",
            "preferred_channel",
            "device",
            "traits",
            "accounts",
            "contact_points",
            "first_seen_at",
            "last_seen_at",
            "erased_at",
        )
        read_only_fields = fields
        extra_kwargs = {"user_id": {"allow_null": False}}

    def get_traits(self, person: Person) -> dict[str, Any]:
        return self.kept(person.traits)


class PeopleView(Readable):
    """People who are known by a user id. Anonymous visitors become people once they are identified."""

    queryset = Person.objects.filter(user_id__isnull=False).prefetch_related(
        "contact_points", "memberships__account"
    )
    serializer_class = PersonSerializer
    lookup_field = "user_id"
    lookup_value_regex = r"[^\x00]+?"
    filters = {
        "account": text("memberships__account__group_id"),
        "country": text("country"),
        "role": text("role"),
        "locale": text("locale"),
        "seen_from": moment("last_seen_at__gte"),
        "seen_to": moment("last_seen_at__lt"),
    }


class EntitlementSerializer(Shown):
    class Meta:
        model = Entitlement
        fields = ("resource", "cap", "changed_at", "source")
        read_only_fields = fields


class AccountSerializer(Shown):
    person = serializers.CharField(
        source="personal_of.user_id", read_only=True, allow_null=True, help_text="Of a personal account"
    )
    tier = serializers.CharField(read_only=True, help_text="vip, self_serve or empty")
    entitlements = EntitlementSerializer(many=True, read_only=True)
    account_manager = serializers.SerializerMethodField()
    traits = serializers.SerializerMethodField(help_text="Contact addresses masked for viewers")

    class Meta:
        model = Account
        exclude = ("provenance", "merged_into", "personal_of", "stripe_customer_id")
        read_only_fields = [field.name for field in Account._meta.fields]

    def get_account_manager(self, account: Account) -> dict[str, Any]:
        return self.kept(account.account_manager)

    def get_traits(self, account: Account) -> dict[str, Any]:
        return self.kept(account.traits)


class AccountsView(Readable):
    """Paying organizations by group id, and the personal accounts of people without one (group id null)."""

    queryset = Account.objects.select_related("personal_of").prefetch_related("entitlements")
    serializer_class = AccountSerializer
    lookup_field = "group_id"
    lookup_value_regex = r"[^\x00]+?"
    filters = {
        "person": text("memberships__person__user_id"),
        "plan": text("plan"),
        "tier": choice("tier", Tier),
        "industry": text("industry"),
        "country": text("country"),
        "invoice_status": text("invoice_status"),
        "cancelling": flag("cancelling"),
    }
