"""The catalog staff write."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from offers_app import wording
from offers_app.admin import lint
from offers_app.models import Offer, Placement
from signals_app.admin import kept, pickers
from signals_app.admin.kept import KeptAdmin
from upsell_project.lib.admin_base import Admin, EditedAdmin
from upsell_project.lib.rules import ready
from upsell_project.lib.tables import TableAdmin, TableResource

_LINKS = ("https://", "http://", "{public}/")

pickers.ABOVE["offers"] = lambda: list(
    Offer.objects.order_by("slug").values_list("slug", flat=True)[: pickers.MOST]
)


@admin.register(Placement)
class PlacementAdmin(Admin):
    list_display = ("slug", "name", "format")
    search_fields = ("slug", "name")
    prepopulated_fields = {"slug": ("name",)}


class OfferForm(lint.LintedForm):
    eligibility = pickers.rule_field(
        required=False,
        label="For whom",
        help_text="Empty: for everybody. What is not known of somebody keeps it from them.",
    )

    class Meta:
        model = Offer
        exclude = ("edited",)

    def clean_url(self) -> str:
        return _link(self.cleaned_data["url"])

    def clean_chat_url(self) -> str:
        return _link(self.cleaned_data["chat_url"])

    def clean_terms(self) -> dict[str, Any]:
        terms = self.cleaned_data["terms"] or {}
        if not isinstance(terms, dict):
            raise ValidationError('terms: must be an object such as {"price": "49.00", "currency": "EUR"}')
        if unknown := sorted(terms.keys() - set(wording.TERMS)):
            known = ", ".join(wording.TERMS)
            raise ValidationError([f"terms.{name}: is not known; there are {known}" for name in unknown])
        return terms


def _link(address: str) -> str:
    if address and not address.startswith(_LINKS):
        raise ValidationError("Write an address that begins with https:// or {public}/.")
    return address


class OfferResource(TableResource):
    class Meta(TableResource.Meta):
        model = Offer
        import_id_fields = ("slug",)
        fields = (
            "slug",
            "name",
            "topic",
            "for_sale",
            "plan",
            "addon",
            "fields",
            "terms",
            "url",
            "chat_url",
            "priority",
            "eligibility",
            "live",
        )

    def before_save_instance(self, instance: Offer, row: Any, **options: Any) -> None:
        instance.edited = True

    def validate_instance(self, instance: Offer, *args: Any, **options: Any) -> None:
        super().validate_instance(instance, *args, **options)
        lint.refuse(instance)


@admin.register(Offer)
class OfferAdmin(KeptAdmin, TableAdmin, lint.LintedAdmin, EditedAdmin):
    resource_classes: ClassVar = [OfferResource]
    form = OfferForm
    list_display = ("name", "slug", "topic", "plan", "addon", "for_whom", "priority", "live", "edited")
    list_filter = ("live", "for_sale")
    search_fields = ("slug", "name")
    ordering = ("slug",)
    readonly_fields = ("edited", "lint")
    prepopulated_fields = {"slug": ("name",)}
    empty_hint = "Load the blueprint's offers with manage.py load_starter_pack, add one, or import a list."

    def get_readonly_fields(self, request: HttpRequest, obj: Offer | None = None) -> tuple[str, ...]:
        """Rules, playbooks and answers refer to its slug."""
        return ("slug", *self.readonly_fields) if obj else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Offer | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        refused = kept.needed("offer", list(objs))
        return ([], {}, set(), refused) if refused else super().get_deleted_objects(objs, request)

    @admin.display(description="For whom")
    def for_whom(self, offer: Offer) -> str:
        if not offer.eligibility:
            return "Everybody"
        rule = ready.readable(offer.eligibility)
        return rule.sentence if rule else "Its rule cannot be read: nobody"
