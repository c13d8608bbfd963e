"""Accounts at providers by which people are reached. Secrets go in and never come out."""

from typing import Any, ClassVar

from rest_framework import serializers

from campaigns_app import channel_accounts
from campaigns_app.api.base import Editable, Edited
from campaigns_app.api.filters import flag, text
from campaigns_app.models import ApiKey, ChannelAccount
from upsell_project.lib import clock, queue


def _told(**more: Any) -> serializers.DictField:
    return serializers.DictField(
        child=serializers.CharField(max_length=channel_accounts.LONGEST_VALUE), required=False, **more
    )


class ChannelAccountSerializer(Edited):
    fixed: ClassVar = ("provider", "channel")
    provider = serializers.CharField(max_length=40)
    given = _told(help_text="What the provider wants to know, by name")
    secrets = _told(write_only=True, help_text="These replace those of the same name")

    class Meta:
        model = ChannelAccount
        fields = (
            "id",
            "provider",
            "channel",
            "name",
            "given",
            "secrets",
            "base_url",
            "position",
            "active",
            "broken_at",
            "down_until",
            "error",
            "checked_at",
            "created_at",
        )
        read_only_fields = ("broken_at", "down_until", "error", "checked_at", "created_at")

    def validate_base_url(self, url: str) -> str:
        try:
            return channel_accounts.sound_url(url)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        row = self.instance or ChannelAccount()
        kind, channel = attrs.get("provider", row.provider), attrs.get("channel", row.channel)
        asked = {one.name: one.secret for one in channel_accounts.asked(kind, channel)}
        if not asked:
            raise serializers.ValidationError({"provider": "No provider of this name carries this channel."})
        given, entered = attrs.get("given", row.given), attrs.get("secrets", {})
        wrong = {
            "given": _strange(given, asked, secret=False),
            "secrets": _strange(entered, asked, secret=True),
        }
        kept = {name: value for name, value in row.kept.items() if name not in entered}
        for name, fault in channel_accounts.faults(kind, channel, {**given, **kept, **entered}).items():
            wrong["secrets" if asked[name] else "given"][name] = fault
        if kept and self._moves(row, given, attrs.get("base_url", row.base_url)):
            wrong["secrets"] |= dict.fromkeys(kept, channel_accounts.MOVED)
        if any(wrong.values()):
            raise serializers.ValidationError({name: faults for name, faults in wrong.items() if faults})
        return attrs

    def _moves(self, row: ChannelAccount, given: dict[str, str], base_url: str) -> bool:
        """Whether secrets that were entered for one address would go to another."""
        after = ChannelAccount(provider=row.provider, channel=row.channel, given=given, base_url=base_url)
        return channel_accounts.where(row) != channel_accounts.where(after)

    def create(self, validated_data: dict[str, Any]) -> ChannelAccount:
        secrets = validated_data.pop("secrets", {})
        row = ChannelAccount(**validated_data, created_at=clock.now())
        row.keep(secrets)
        row.save()
        queue.nudge("outbox")
        return row

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        secrets = validated_data.pop("secrets", None)
        columns = [*validated_data]
        for name, value in validated_data.items():
            setattr(instance, name, value)
        if secrets is not None:
            instance.keep(secrets)
            columns.append("secrets")
        if {"secrets", "given", "base_url"} & {*columns}:
            channel_accounts.mend(instance)
            columns += ["failures", "down_until", "broken_at", "error"]
        instance.save(update_fields=columns)
        queue.nudge("outbox")
        return instance


def _strange(told: dict[str, str], asked: dict[str, bool], *, secret: bool) -> dict[str, str]:
    return {
        name: "The provider asks for nothing of this name here." for name in told if asked.get(name) != secret
    }


class ChannelsView(Editable):
    """Accounts at providers. Of several of a channel the lowest position goes first; the next takes over."""

    write_role = ApiKey.Role.ADMIN
    queryset = ChannelAccount.objects.defer("secrets")
    serializer_class = ChannelAccountSerializer
    filters = {"channel": text("channel"), "provider": text("provider"), "active": flag("active")}
