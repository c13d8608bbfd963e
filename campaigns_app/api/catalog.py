"""What could be proposed and how it reads: offers, templates with their treatments."""

from typing import Any, ClassVar

from django.db import transaction
from django.forms import model_to_dict
from rest_framework import serializers

from campaigns_app.api import checks
from campaigns_app.api.base import Editable, Edited
from campaigns_app.api.filters import flag, text
from offers_app import linted
from offers_app.models import Offer, Template, Treatment


class OfferSerializer(Edited):
    eligibility = serializers.JSONField(
        required=False, help_text="A rule about whom it is for; empty: everybody"
    )
    terms = serializers.JSONField(required=False, validators=[checks.terms])
    url = serializers.CharField(max_length=500, required=False, allow_blank=True, validators=[checks.link])
    chat_url = serializers.CharField(
        max_length=500, required=False, allow_blank=True, validators=[checks.link]
    )

    class Meta:
        model = Offer
        exclude = ("id",)
        read_only_fields = ("edited",)
        extra_kwargs = {"fields": {"validators": [checks.an_object]}}

    def validate_eligibility(self, rule: Any) -> Any:
        """It may ask for answers to itself."""
        slug = self.instance.slug if self.instance else str(self.initial_data.get("slug", ""))
        checks.rule(rule, own=("offer", slug))
        return rule

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        offer = Offer(**_known(self.instance) | attrs)
        if offer.live:
            checks.fit([offer])
        return attrs


def _known(offer: Any) -> dict[str, Any]:
    return model_to_dict(offer, exclude=["id"]) if offer else {}


class OffersView(Editable):
    """Commercial proposals. Price and terms are data, so that no text can invent them."""

    queryset = Offer.objects.all()
    serializer_class = OfferSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
    filters = {
        "live": flag("live"),
        "for_sale": flag("for_sale"),
        "topic": text("topic"),
        "plan": text("plan"),
        "addon": text("addon"),
    }


class TreatmentSerializer(Edited):
    fixed: ClassVar = ()

    class Meta:
        model = Treatment
        fields = ("channel", "locale", "headline", "body", "why", "cta_label", "secondary_label")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wrong = {}
        for name in ("headline", "body", "why", "cta_label", "secondary_label"):
            try:
                checks.liquid(attrs.get(name, ""), html=name == "body")
            except serializers.ValidationError as error:
                wrong[name] = error.detail
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


class TemplateSerializer(Edited):
    treatments = TreatmentSerializer(many=True, required=False, help_text="If given, all there are")

    class Meta:
        model = Template
        fields = ("slug", "name", "edited", "treatments")
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
    template.treatments.all().delete()
    Treatment.objects.bulk_create(Treatment(template=template, **one) for one in treatments)


class TemplatesView(Editable):
    """Messages, each with its rendering per channel and locale. Texts are Liquid."""

    queryset = Template.objects.prefetch_related("treatments")
    serializer_class = TemplateSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
