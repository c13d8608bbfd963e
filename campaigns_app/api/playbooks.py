"""Sequences: what starts them, whether they are live, and the steps of the version in force."""

from rest_framework import serializers

from campaigns_app.api.base import Editable, Edited
from campaigns_app.api.filters import flag
from campaigns_app.models import Lane, Playbook, PlaybookVersion, Step
from signals_app.models import SignalDefinition


class LaneSerializer(serializers.ModelSerializer[Lane]):
    class Meta:
        model = Lane
        fields = ("id", "position", "label", "condition")
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

    class Meta:
        model = PlaybookVersion
        fields = (
            "number",
            "published_at",
            "goal_event",
            "goal_days",
            "reentry_days",
            "minimum_confidence",
            "steps",
        )
        read_only_fields = fields


class PlaybookSerializer(Edited):
    signals = serializers.SlugRelatedField(
        slug_field="slug", many=True, required=False, queryset=SignalDefinition.objects.all()
    )
    live_version = VersionSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Playbook
        fields = ("slug", "name", "description", "signals", "live", "priority", "edited", "live_version")
        read_only_fields = ("edited",)

    def validate_live(self, live: bool) -> bool:
        if live and (self.instance is None or self.instance.live_version_id is None):
            raise serializers.ValidationError("needs a published version first", "unpublished")
        return live


class PlaybooksView(Editable):
    """Multi-step sequences. `live` false: nobody new enters, who is inside goes on."""

    queryset = Playbook.objects.prefetch_related("signals", "live_version__steps__lanes")
    serializer_class = PlaybookSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
    filters = {"live": flag("live")}
