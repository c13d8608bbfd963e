"""What is sold and at which prices."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from offers_app.models import Price, Product
from offers_app.models.product import fault_of_parts
from upsell_project.lib.admin_base import EditedAdmin, Form, KeepsSlug, OfEditedAdmin, Tabular
from upsell_project.lib.tables import SlugsWidget, TableAdmin, TableResource


class ProductForm(Form):
    class Meta:
        model = Product
        exclude = ("edited",)

    def clean(self) -> dict[str, Any]:
        """What it holds is known to the form alone: it is saved after the product."""
        values = super().clean() or {}
        if fault := fault_of_parts(self.instance, values.get("kind"), list(values.get("parts") or ())):
            raise ValidationError({"parts": fault})
        return values


class PriceInline(Tabular):
    """One row for each currency and period in which it is sold."""

    model = Price
    extra = 0
    verbose_name_plural = "prices: who is billed in another currency is not offered it"


class ProductResource(TableResource):
    parts = Field(
        column_name="parts", attribute="parts", widget=SlugsWidget(Product, field="slug", separator=" ")
    )

    class Meta(TableResource.Meta):
        model = Product
        import_id_fields = ("slug",)
        fields = ("slug", "name", "kind", "code", "rank", "parts")

    def before_import(self, dataset: Any, **options: Any) -> None:
        """Bundles last: what they hold must be there by then."""
        if "kind" in (dataset.headers or ()) and len(dataset):
            dataset.dict = sorted(dataset.dict, key=lambda row: row["kind"] == Product.Kind.BUNDLE)

    def before_save_instance(self, instance: Product, row: Any, **options: Any) -> None:
        instance.edited = True

    def save_m2m(self, instance: Product, row: Any, **options: Any) -> None:
        super().save_m2m(instance, row, **options)
        if fault := fault_of_parts(instance, instance.kind, list(instance.parts.all())):
            raise ValidationError({"parts": fault})


@admin.register(Product)
class ProductAdmin(KeepsSlug, TableAdmin, EditedAdmin):
    resource_classes: ClassVar = [ProductResource]
    form = ProductForm
    list_display = ("name", "slug", "kind", "code", "rank", "sold_at", "edited")
    list_filter = ("kind",)
    search_fields = ("slug", "name", "code")
    ordering = ("slug",)
    readonly_fields = ("edited",)
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("parts",)
    inlines = (PriceInline,)
    empty_hint = "Load the blueprint's products with manage.py load_starter_pack, add one, or import a list."

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("prices")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A bundle that lost a part would be offered to who has it."""
        rows = list(objs)
        bundles = Product.objects.filter(parts__in=rows).exclude(pk__in=[row.pk for row in rows]).distinct()
        refused = [f"The bundle {bundle} holds one of these: take it out there first." for bundle in bundles]
        return ([], {}, set(), refused) if refused else super().get_deleted_objects(objs, request)

    @admin.display(description="Prices")
    def sold_at(self, product: Product) -> str:
        return ", ".join(str(price) for price in product.prices.all()) or "None: it is not offered"


class PriceResource(TableResource):
    product = Field(
        column_name="product", attribute="product", widget=ForeignKeyWidget(Product, field="slug")
    )

    class Meta(TableResource.Meta):
        model = Price
        import_id_fields = ("product", "currency", "period")
        fields = ("product", "currency", "period", "amount", "renews", "cancel_anytime")

    def after_save_instance(self, instance: Price, row: Any, **options: Any) -> None:
        """Its product is staff's from now on."""
        Product.objects.filter(pk=instance.product_id, edited=False).update(edited=True)


@admin.register(Price)
class PriceAdmin(TableAdmin, OfEditedAdmin):
    """The price list as a whole, to be moved as a file; single prices are edited with their product."""

    parent = "product"
    resource_classes: ClassVar = [PriceResource]
    list_display = ("product", "currency", "period", "amount", "renews", "cancel_anytime")
    list_select_related = ("product",)
    list_filter = ("currency", "period")
    search_fields = ("product__slug", "product__name")
    ordering = ("product__slug", "currency", "period")
    empty_hint = "Add prices on the page of their product, or import a list."
