"""What is sold and at which prices."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from rest_framework import serializers

from campaigns_app.api.base import Editable, Edited
from campaigns_app.api.filters import choice, text
from offers_app.models import Price, Product
from offers_app.models.product import fault_of_parts

Kind = Product.Kind


def checked(instance: Any) -> None:
    """The model's own rules, as those of a request. Raises ValidationError by field."""
    try:
        instance.clean()
    except ModelError as error:
        raise serializers.ValidationError(error.message_dict) from None


class PriceSerializer(Edited):
    fixed = ()
    amount = serializers.DecimalField(15, 3, min_value=Decimal(0), help_text='As a text, such as "49.00"')

    class Meta:
        model = Price
        fields = ("currency", "period", "amount", "renews", "cancel_anytime")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        checked(Price(**attrs))
        return attrs


class ProductSerializer(Edited):
    parts = serializers.SlugRelatedField(
        slug_field="slug", many=True, required=False, queryset=Product.objects.exclude(kind=Kind.BUNDLE)
    )
    prices = PriceSerializer(many=True, required=False, help_text="If given, all there are")

    class Meta:
        model = Product
        fields = ("slug", "name", "kind", "code", "rank", "parts", "prices", "edited")
        read_only_fields = ("edited",)

    def validate_prices(self, prices: list[dict[str, Any]]) -> list[dict[str, Any]]:
        places = [(one["currency"], one.get("period", "month")) for one in prices]
        if len(set(places)) < len(places):
            raise serializers.ValidationError("has two prices in one currency for one period")
        return prices

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        said = {name: attrs.get(name, getattr(self.instance, name, "")) for name in ("kind", "code")}
        checked(Product(**said, rank=attrs.get("rank", self.instance.rank if self.instance else None)))
        before = list(self.instance.parts.all()) if self.instance else []
        if fault := fault_of_parts(self.instance, said["kind"], attrs.get("parts", before)):
            raise serializers.ValidationError({"parts": fault})
        return attrs

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Product:
        prices = validated_data.pop("prices", [])
        product: Product = super().create(validated_data)
        _replace(product, prices)
        return product

    @transaction.atomic
    def update(self, instance: Any, validated_data: dict[str, Any]) -> Product:
        prices = validated_data.pop("prices", None)
        product: Product = super().update(instance, validated_data)
        if prices is not None:
            _replace(product, prices)
        return product


def _replace(product: Product, prices: list[dict[str, Any]]) -> None:
    product.prices.all().delete()
    Price.objects.bulk_create(Price(product=product, **one) for one in prices)


class ProductsView(Editable):
    """Plans, add-ons, bundles and services with their prices: the only place where an amount is written."""

    queryset = Product.objects.prefetch_related("prices", "parts")
    serializer_class = ProductSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
    filters = {"kind": choice("kind", Kind), "code": text("code")}
