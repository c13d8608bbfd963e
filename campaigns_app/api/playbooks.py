"""Sequences: what starts them, whether they are live, and the steps of the version in force."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns_app import outline, playbook_files, playbook_linted
from campaigns_app.api import checks
from campaigns_app.api.base import Editable, Edited
from campaigns_app.api.filters import flag
from campaigns_app.models import Lane, Playbook, PlaybookVersion, Step
from signals_app.models import SignalDefinition


class LaneSerializer(serializers.ModelSerializer[Lane]):
    class Meta:
        model = Lane
        fields = ("id", "position", "label", "condition", "rule")
        read_only_fields = fields


class StepSerializer(serializers.ModelSerializer[Step]):
    lane = serializers.IntegerField(
        source="lane_id", read_only=True, allow_null=True, help_text="Null on the main line"
    )
    lanes = LaneSerializer(many=True, read_only=True)

    class Meta:
        model = Step
        fields = ("id", "lane", "position", "kind", "config", "lanes")
        read_only_fields = fields


class VersionSerializer(serializers.ModelSerializer[PlaybookVersion]):
    minimum_confidence = serializers.FloatField(read_only=True)
    steps = StepSerializer(many=True, read_only=True)
    rules = serializers.SerializerMethodField(help_text="What it asks, as sentences")

    class Meta:
        model = PlaybookVersion
        fields = (
            "number",
            "published_at",
            "goal_event",
            "goal_days",
            "reentry_days",
            "minimum_confidence",
            "entry",
            "exit_when",
            "rules",
            "steps",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_rules(self, version: PlaybookVersion) -> list[str]:
        return outline.rules(version)


ASKED = ("minimum_confidence", *playbook_files.RULES)


class PlaybookSerializer(Edited):
    """`minimum_confidence`, `entry` and `exit_when` are those of the live version: to change one publishes another
    version with the same steps, and who is inside goes on by the old one."""

    signals = serializers.SlugRelatedField(
        slug_field="slug", many=True, required=False, queryset=SignalDefinition.objects.all()
    )
    minimum_confidence = serializers.FloatField(
        min_value=0, max_value=1, required=False, source="live_version.minimum_confidence"
    )
    entry = serializers.JSONField(
        required=False,
        validators=[checks.rule],
        source="live_version.entry",
        help_text="A rule about who may enter; empty: everybody",
    )
    exit_when = serializers.JSONField(
        required=False,
        validators=[checks.rule],
        source="live_version.exit_when",
        help_text="A rule that ends a run: at once by what is new, within the hour by time alone; empty: none",
    )
    live_version = VersionSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Playbook
        fields = (
            *("slug", "name", "description", "signals", *ASKED),
            *("live", "priority", "edited", "live_version"),
        )
        read_only_fields = ("edited",)

    def validate_entry(self, rule: Any) -> Any:
        checks.none_refused(playbook_linted.entry_refusals(rule))
        return rule

    def validate_signals(self, signals: list[SignalDefinition]) -> list[SignalDefinition]:
        checks.none_refused(playbook_linted.signal_refusals([one.slug for one in signals]))
        return signals

    def validate_live(self, live: bool) -> bool:
        if live and (self.instance is None or self.instance.live_version_id is None):
            raise serializers.ValidationError("needs a published version first", "unpublished")
        if live and self.instance is not None and not self.instance.live:
            checks.none_refused(playbook_files.refusals(self.instance.live_version))
        return live

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "live_version" in attrs and (self.instance is None or self.instance.live_version_id is None):
            sentence = serializers.ErrorDetail("needs a published version first", "unpublished")
            raise serializers.ValidationError(dict.fromkeys(attrs["live_version"], sentence))
        return attrs

    @transaction.atomic
    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        asked = validated_data.pop("live_version", {})
        playbook = super().update(instance, validated_data)
        held = Playbook.objects.select_for_update(of=("self",)).get(pk=playbook.pk)
        if held.live_version and (changed := _changed(held.live_version, asked)):
            playbook.live_version = playbook_files.revise(held, changed)
        return playbook


def _changed(version: PlaybookVersion, asked: Mapping[str, Any]) -> dict[str, Any]:
    known = {"minimum_confidence": float(version.minimum_confidence)}
    return {name: value for name, value in asked.items() if value != known.get(name, getattr(version, name))}


class PlaybooksView(Editable):
    """Multi-step sequences. `live` false: nobody new enters, who is inside goes on."""

    queryset = Playbook.objects.prefetch_related("signals", "live_version__steps__lanes")
    serializer_class = PlaybookSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
    filters = {"live": flag("live")}
