"""What came in and what was noticed in it: events, rejected events, signals."""

from typing import Any

from rest_framework import serializers

from campaigns_app.api.base import Readable, Shown
from campaigns_app.api.filters import between, moment, number, text
from signals_app.models import Event, RejectedEvent, Signal


class EventSerializer(Shown):
    person = serializers.CharField(source="person.user_id", read_only=True, allow_null=True)
    account = serializers.CharField(source="account.group_id", read_only=True, allow_null=True)
    source = serializers.IntegerField(source="source_id", read_only=True)  # type: ignore[assignment]
    properties = serializers.SerializerMethodField(help_text="Contact addresses masked for viewers")

    class Meta:
        model = Event
        fields = (
            "id",
            "message_id",
            "source",
            "kind",
            "name",
            "person",
            "account",
            "properties",
            "occurred_at",
            "received_at",
        )
        read_only_fields = fields

    def get_properties(self, event: Event) -> dict[str, Any]:
        return self.kept(event.properties)


class EventsView(Readable):
    """Facts as they were received, the last received first."""

    queryset = Event.objects.select_related("person", "account")
    serializer_class = EventSerializer
    filters = {
        "person": text("person__user_id"),
        "account": text("account__group_id"),
        "name": text("name"),
        "kind": text("kind"),
        "source": number("source_id"),
        "message_id": text("message_id"),
        **between("occurred_at"),
    }


class RejectedEventSerializer(Shown):
    source = serializers.IntegerField(source="source_id", read_only=True)  # type: ignore[assignment]
    envelope = serializers.IntegerField(source="envelope_id", read_only=True)
    payload = serializers.SerializerMethodField(help_text="Its first 4,000 characters; empty for viewers")

    class Meta:
        model = RejectedEvent
        fields = ("id", "source", "envelope", "index", "reason", "path", "payload", "received_at")
        read_only_fields = fields

    def get_payload(self, rejected: RejectedEvent) -> str:
        return rejected.payload if self.in_clear else ""


class RejectedEventsView(Readable):
    """Items that could not be taken, each with a reason that its sender can act on."""

    queryset = RejectedEvent.objects.all()
    serializer_class = RejectedEventSerializer
    filters = {"source": number("source_id"), "path": text("path"), **between("received_at")}


class SignalSerializer(Shown):
    definition = serializers.CharField(source="definition.slug", read_only=True)
    person = serializers.CharField(source="person.user_id", read_only=True, allow_null=True)
    account = serializers.CharField(source="account.group_id", read_only=True, allow_null=True)
    evidence = serializers.SerializerMethodField(help_text="What a recipient could be shown")
    confidence = serializers.FloatField(read_only=True)

    class Meta:
        model = Signal
        fields = (
            "id",
            "definition",
            "definition_version",
            "person",
            "account",
            "evidence",
            "confidence",
            "detected_at",
            "expires_at",
        )
        read_only_fields = fields

    def get_evidence(self, signal: Signal) -> dict[str, Any]:
        return self.kept(signal.evidence)


class SignalsView(Readable):
    """Moments that were noticed, the last one first."""

    queryset = Signal.objects.select_related("definition", "person", "account")
    serializer_class = SignalSerializer
    filters = {
        "definition": text("definition__slug"),
        "person": text("person__user_id"),
        "account": text("account__group_id"),
        "expires_after": moment("expires_at__gt"),
        **between("detected_at"),
    }
