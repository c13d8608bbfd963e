"""What counts and what is looked for: meters and signal definitions."""

from typing import Any

from rest_framework import serializers

from campaigns_app.api.base import Editable, Edited
from campaigns_app.api.filters import choice, flag, text
from signals_app import sound
from signals_app.models import Meter, SignalDefinition
from signals_app.models.meter import faults_of
from signals_app.models.signal import Detector


class SignalDefinitionSerializer(Edited):
    confidence = serializers.FloatField(min_value=0, max_value=1, required=False)

    class Meta:
        model = SignalDefinition
        exclude = ("id",)
        read_only_fields = ("version", "edited", "swept_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        known = {name: getattr(self.instance, name) for name in sound.CHECKED} if self.instance else {}
        given = known | {name: attrs[name] for name in sound.CHECKED if name in attrs}
        if found := sound.problems(SignalDefinition(**given)):
            raise serializers.ValidationError(found)
        return attrs

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """A changed rule is a new version, and looked for anew; signals found by the old one keep its number."""
        if any(
            name in validated_data and validated_data[name] != getattr(instance, name) for name in sound.RULE
        ):
            validated_data |= {"version": instance.version + 1, "swept_at": None}
        return super().update(instance, validated_data)


class SignalDefinitionsView(Editable):
    """Rules for moments worth noticing."""

    queryset = SignalDefinition.objects.all()
    serializer_class = SignalDefinitionSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
    filters = {"live": flag("live"), "detector": choice("detector", Detector)}


class MeterSerializer(Edited):
    fixed = ("resource",)

    class Meta:
        model = Meter
        exclude = ("id",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        names = ("aggregate", "property", "window", "days", "where")
        known = {name: getattr(self.instance, name) for name in names} if self.instance else {}
        if faults := faults_of(Meter(**known | {name: attrs[name] for name in names if name in attrs})):
            raise serializers.ValidationError(dict(faults))
        return attrs


class MetersView(Editable):
    """How the use of each resource is counted from events."""

    queryset = Meter.objects.all()
    serializer_class = MeterSerializer
    lookup_field = "resource"
    lookup_value_regex = r"[^/\x00]+"
    order = ("id",)
    filters = {"event": text("event")}
