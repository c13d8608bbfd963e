"""Where data comes from. Keys and secrets are shown when a source is made, and never again."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from campaigns_app.api.base import Editable, Edited
from campaigns_app.api.filters import flag, text
from campaigns_app.models import ApiKey
from signals_app import sources
from signals_app.models import Source


class SourceSerializer(Edited):
    fixed: ClassVar = ("kind",)
    name = serializers.CharField(max_length=200, required=False)
    origins = serializers.ListField(
        child=serializers.CharField(max_length=300), required=False, help_text="May use a web key"
    )
    signing_secret = serializers.CharField(
        write_only=True, required=False, min_length=sources.MINIMUM_SECRET, max_length=500
    )

    class Meta:
        model = Source
        fields = (
            "id",
            "kind",
            "name",
            "origins",
            "active",
            "signing_secret",
            "signature_failures",
            "created_at",
            "last_seen_at",
        )
        read_only_fields = ("signature_failures", "created_at", "last_seen_at")

    def validate_origins(self, origins: list[str]) -> list[str]:
        try:
            return [sources.sound_origin(origin) for origin in origins]
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def create(self, validated_data: dict[str, Any]) -> Source:
        active = validated_data.pop("active", True)
        source = sources.create(**validated_data)
        if not active:
            super().update(source, {"active": False})
        return source

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        secret = validated_data.pop("signing_secret", None)
        if secret is not None:
            sources.rotate(instance, secret)
        return super().update(instance, validated_data)


class NewSourceSerializer(serializers.Serializer[Any]):
    """Shown once."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    write_key = serializers.CharField()
    signing_secret = serializers.CharField(allow_blank=True)
    hook_path = serializers.CharField()


@extend_schema_view(create=extend_schema(responses={201: NewSourceSerializer}))
class SourcesView(Editable):
    """Connections that send us data. A changed signing secret leaves the old one valid beside it."""

    write_role = ApiKey.Role.ADMIN
    queryset = Source.objects.all()
    serializer_class = SourceSerializer
    filters = {"kind": text("kind"), "active": flag("active")}

    def made(self, serializer: Any) -> Any:
        return sources.once(serializer.instance)
