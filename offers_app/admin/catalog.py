"""The catalog staff write."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from offers_app import references
from offers_app.admin import lint
from offers_app.admin.switching import SwitchedAdmin
from offers_app.models import Offer, OfferCap, Placement, Product
from signals_app.admin import kept, pickers
from signals_app.admin.kept import KeptAdmin
from upsell_project.lib import json_form
from upsell_project.lib.admin_base import KeepsSlug, OfEditedAdmin, Tabular
from upsell_project.lib.rules import ready
from upsell_project.lib.tables import TableAdmin, TableResource

pickers.ABOVE["offers"] = lambda: list(
    Offer.objects.order_by("slug").values_list("slug", flat=True)[: pickers.MOST]
)


@admin.register(Placement)
class PlacementAdmin(KeepsSlug, KeptAdmin):
    list_display = ("slug", "name", "format")
    search_fields = ("slug", "name")
    prepopulated_fields = {"slug": ("name",)}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        rows = list(objs)
        refused = [*kept.needed("placement", rows), *references.waiting_in([row.slug for row in rows])]
        return ([], {}, set(), refused) if refused else super().get_deleted_objects(objs, request)


class OfferForm(lint.LintedForm):
    eligibility = pickers.rule_field(
        required=False,
        label="May they have it?",
        help_text="Empty: for everybody. What is not known of somebody keeps it from them.",
    )
    applicability = pickers.rule_field(
        required=False,
        label="Does it fit the moment?",
        help_text="What they do and where they stand just now, such as a trial that runs. Empty: always.",
    )
    suitability = pickers.rule_field(
        required=False,
        label="Is it good for them?",
        help_text="Whether another offer would help them more, such as seats for who leads a team. Empty: yes.",
    )

    class Meta:
        model = Offer
        exclude = ("edited",)


class OfferResource(TableResource):
    product = Field(
        column_name="product", attribute="product", widget=ForeignKeyWidget(Product, field="slug")
    )

    class Meta(TableResource.Meta):
        model = Offer
        import_id_fields = ("slug",)
        fields = (
            "slug",
            "name",
            "topic",
            "product",
            "value",
            "cost",
            "valid_from",
            "valid_until",
            "trial_days",
            "incentive_kind",
            "incentive_value",
            "incentive_currency",
            "incentive_ends_at",
            "fields",
            "url",
            "chat_url",
            "priority",
            *Offer.RULES,
            "live",
        )

    def before_save_instance(self, instance: Offer, row: Any, **options: Any) -> None:
        instance.edited = True

    def validate_instance(self, instance: Offer, *args: Any, **options: Any) -> None:
        super().validate_instance(instance, *args, **options)
        lint.refuse(instance)


class CapInline(Tabular):
    """At most so many of an outcome: the offer is not made any more once a cap is reached."""

    model = OfferCap
    extra = 0
    verbose_name_plural = "caps: how often it may be made, by what came of it"


@admin.register(OfferCap)
class OfferCapAdmin(OfEditedAdmin):
    """All caps in one list; each is on the page of its offer, too."""

    parent = "offer"
    list_display = ("offer", "outcome", "scope", "at_most", "days")
    list_select_related = ("offer",)
    list_filter = ("outcome", "scope")
    search_fields = ("offer__slug", "offer__name")
    ordering = ("offer__slug", "outcome", "scope")
    empty_hint = "Add caps here or on the page of an offer: at most so many of an outcome."


@admin.register(Offer)
class OfferAdmin(KeepsSlug, KeptAdmin, TableAdmin, lint.LintedAdmin, SwitchedAdmin):
    resource_classes: ClassVar = [OfferResource]
    form = OfferForm
    formfield_overrides = json_form.OVERRIDES
    list_display = ("name", "slug", "topic", "sells", "for_whom", "value", "priority", "live", "edited")
    list_select_related = ("product",)
    list_filter = ("live", ("product", admin.EmptyFieldListFilter))
    search_fields = ("slug", "name")
    ordering = ("slug",)
    readonly_fields = ("edited", "lint")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (CapInline,)
    fieldsets = (
        (None, {"fields": ("name", "slug", "topic", "live", "priority", "edited")}),
        (
            "What it sells",
            {
                "fields": ("product", "trial_days", "value", "cost"),
                "description": "The price is that of the product, in the account's own currency. Without one the "
                "offer is not made.",
            },
        ),
        (
            "Incentive",
            {
                "fields": ("incentive_kind", "incentive_value", "incentive_currency", "incentive_ends_at"),
                "description": "Its end is shown as it stands here, and it is not named any more from then on.",
            },
        ),
        ("When", {"fields": ("valid_from", "valid_until")}),
        ("For whom", {"fields": Offer.RULES}),
        ("How it reads and where it leads", {"fields": ("fields", "url", "chat_url")}),
        ("Lint", {"fields": ("lint", *lint.WAIVING)}),
    )
    empty_hint = "Load the blueprint's offers with manage.py load_starter_pack, add one, or import a list."

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        refused = kept.needed("offer", list(objs))
        return ([], {}, set(), refused) if refused else super().get_deleted_objects(objs, request)

    @admin.display(description="Sells", ordering="product__name")
    def sells(self, offer: Offer) -> str:
        return str(offer.product) if offer.product else "Not for sale"

    @admin.display(description="For whom")
    def for_whom(self, offer: Offer) -> str:
        asked = [rule for name in Offer.RULES if (rule := getattr(offer, name))]
        read = [ready.readable(rule) for rule in asked]
        if not all(read):
            return "A rule of it cannot be read: nobody"
        return "; ".join(rule.sentence for rule in read if rule) or "Everybody"
