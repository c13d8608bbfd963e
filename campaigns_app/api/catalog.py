"""What could be proposed and how it reads: offers, templates with their treatments."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers

from campaigns_app.api import checks
from campaigns_app.api.base import Editable, Edited
from campaigns_app.api.filters import Filter, flag, text
from offers_app import linted, written
from offers_app.models import Offer, OfferCap, Product, Template, Treatment
from offers_app.models.catalog import faults_of_deal


class CapSerializer(Edited):
    fixed: ClassVar = ()

    class Meta:
        model = OfferCap
        fields = ("outcome", "scope", "at_most", "days")


def _rule() -> serializers.JSONField:
    return serializers.JSONField(required=False, help_text="A rule; empty: for everybody")


class OfferSerializer(Edited):
    product = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Product.objects.all(),
        required=False,
        allow_null=True,
        help_text="What it sells, by its slug; null: not for sale",
    )
    caps = CapSerializer(many=True, required=False, help_text="If given, all there are")
    eligibility, applicability, suitability = _rule(), _rule(), _rule()

    class Meta:
        model = Offer
        exclude = ("id",)
        read_only_fields = ("edited",)
        extra_kwargs = {"fields": {"validators": [checks.an_object]}}

    def validate_eligibility(self, rule: Any) -> Any:
        return self._checked(rule)

    def validate_applicability(self, rule: Any) -> Any:
        return self._checked(rule)

    def validate_suitability(self, rule: Any) -> Any:
        return self._checked(rule)

    def _checked(self, rule: Any) -> Any:
        """It may ask for answers to itself."""
        slug = self.instance.slug if self.instance else str(self.initial_data.get("slug", ""))
        checks.rule(rule, own=("offer", slug))
        return rule

    def validate_caps(self, caps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        asked = [(one.get("outcome"), one.get("scope"), one.get("days")) for one in caps]
        if len(set(asked)) < len(asked):
            raise serializers.ValidationError("has two caps of one outcome, scope and time")
        return caps

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        offer = self._as_it_would_be(attrs)
        if wrong := faults_of_deal(offer):
            raise serializers.ValidationError(wrong)
        if offer.live:
            checks.fit([offer])
        return attrs

    def _as_it_would_be(self, attrs: dict[str, Any]) -> Offer:
        columns = [field.name for field in Offer._meta.fields if field.name != "id"]
        before = {name: getattr(self.instance, name) for name in columns} if self.instance else {}
        return Offer(**before | {name: value for name, value in attrs.items() if name in columns})

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Offer:
        caps = validated_data.pop("caps", [])
        offer: Offer = super().create(validated_data)
        OfferCap.objects.bulk_create(OfferCap(offer=offer, **one) for one in caps)
        return offer

    @transaction.atomic
    def update(self, instance: Any, validated_data: dict[str, Any]) -> Offer:
        caps = validated_data.pop("caps", None)
        offer: Offer = super().update(instance, validated_data)
        if caps is not None:
            offer.caps.all().delete()
            OfferCap.objects.bulk_create(OfferCap(offer=offer, **one) for one in caps)
        return offer


_SALE = flag("product__isnull")
_FOR_SALE = Filter(_SALE.lookup, lambda value: not _SALE.read(value), _SALE.schema, _SALE.expects)


class OffersView(Editable):
    """Proposals: a product and its deal, or help that is not for sale. Terms are data, so that no text invents them."""

    queryset = Offer.objects.select_related("product").prefetch_related("caps")
    serializer_class = OfferSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
    filters = {
        "live": flag("live"),
        "for_sale": _FOR_SALE,
        "topic": text("topic"),
        "product": text("product__slug"),
    }


class TreatmentSerializer(Edited):
    fixed: ClassVar = ()

    class Meta:
        model = Treatment
        fields = (
            "channel",
            "locale",
            "headline",
            "body",
            "why",
            "cta_label",
            "secondary_label",
            "media",
            "form",
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if wrong := written.faults(attrs):
            raise serializers.ValidationError(wrong, "broken")
        return attrs


class TemplateSerializer(Edited):
    treatments = TreatmentSerializer(many=True, required=False, help_text="If given, all there are")

    class Meta:
        model = Template
        fields = ("slug", "name", "hesitation", "edited", "treatments")
        read_only_fields = ("edited",)

    def validate_treatments(self, treatments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        places = [(one["channel"], one.get("locale", "en")) for one in treatments]
        if len(set(places)) < len(places):
            raise serializers.ValidationError("has two treatments for one channel and locale")
        if self.instance and linted.in_use([self.instance.slug]):
            checks.fit([Treatment(template=self.instance, **one) for one in treatments])
        return treatments

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Template:
        treatments = validated_data.pop("treatments", [])
        template: Template = super().create(validated_data)
        _replace(template, treatments)
        return template

    @transaction.atomic
    def update(self, instance: Any, validated_data: dict[str, Any]) -> Template:
        treatments = validated_data.pop("treatments", None)
        template: Template = super().update(instance, validated_data)
        if treatments is not None:
            _replace(template, treatments)
        return template


def _replace(template: Template, treatments: list[dict[str, Any]]) -> None:
    """Each keeps its row, which what was made with it refers to."""
    there = {(one.channel, one.locale): one for one in template.treatments.all()}
    for said in treatments:
        kept = there.pop((said["channel"], said.get("locale", "en")), None)
        Treatment(pk=kept.pk if kept else None, template=template, **said).save()
    for gone in there.values():
        gone.delete()


class TemplatesView(Editable):
    """Messages, each with its rendering per channel and locale. Texts are Liquid."""

    queryset = Template.objects.prefetch_related("treatments")
    serializer_class = TemplateSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
