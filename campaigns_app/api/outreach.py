"""What was decided, sent and answered. Written by the engine alone."""

from typing import Any

from rest_framework import serializers

from campaigns_app.api.base import Readable, Shown
from campaigns_app.api.filters import Filter, between, choice, flag, number, text
from campaigns_app.models import Delivery, Enrollment, Interaction, StaffTask
from offers_app.models import Decision, Proposition
from people_app.models import Channel


def _whose() -> dict[str, Filter]:
    return {"person": text("person__user_id"), "account": text("account__group_id")}


class Personal(Shown):
    """Base of rows about one person in one account."""

    person = serializers.CharField(source="person.user_id", read_only=True, allow_null=True)
    account = serializers.CharField(source="account.group_id", read_only=True, allow_null=True)


class EnrollmentSerializer(Personal):
    playbook = serializers.CharField(source="playbook.slug", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    signal = serializers.IntegerField(source="signal_id", read_only=True)
    step = serializers.IntegerField(source="step_id", read_only=True, allow_null=True)

    class Meta:
        model = Enrollment
        fields = (
            "id",
            "playbook",
            "version",
            "person",
            "account",
            "signal",
            "state",
            "step",
            "step_entered_at",
            "entered_at",
            "wake_at",
            "ended_at",
            "end_reason",
            "error",
        )
        read_only_fields = fields


class EnrollmentsView(Readable):
    """Runs of playbooks, the last entered first."""

    queryset = Enrollment.objects.select_related("playbook", "version", "person", "account")
    serializer_class = EnrollmentSerializer
    filters = {
        **_whose(),
        "playbook": text("playbook__slug"),
        "state": choice("state", Enrollment.State),
        "end_reason": text("end_reason"),
        **between("entered_at"),
    }


class PropositionSerializer(Shown):
    offer = serializers.CharField(source="offer.slug", read_only=True)

    class Meta:
        model = Proposition
        fields = ("id", "offer", "answer", "viewed_at", "clicked_at")
        read_only_fields = fields


class DeliverySerializer(Personal):
    playbook = serializers.CharField(source="enrollment.playbook.slug", read_only=True, allow_null=True)
    enrollment = serializers.IntegerField(source="enrollment_id", read_only=True, allow_null=True)
    proposition = PropositionSerializer(read_only=True)
    proof = serializers.SerializerMethodField(help_text="Why it was allowed, as of its intent")

    class Meta:
        model = Delivery
        fields = (
            "id",
            "enrollment",
            "playbook",
            "person",
            "account",
            "channel",
            "state",
            "reason",
            "proof",
            "intended_at",
            "send_after",
            "sent_at",
            "provider",
            "provider_ref",
            "opened_at",
            "proposition",
        )
        read_only_fields = fields

    def get_proof(self, delivery: Delivery) -> dict[str, Any]:
        return self.kept(delivery.proof)


class DeliveriesView(Readable):
    """Attempts to reach people, the last decided first."""

    queryset = Delivery.objects.select_related(
        "enrollment__playbook", "person", "account", "proposition__offer"
    )
    serializer_class = DeliverySerializer
    order = ("-decision_id", "-id")
    lookup_value_regex = "[0-9a-f-]{36}"
    filters = {
        **_whose(),
        "playbook": text("enrollment__playbook__slug"),
        "enrollment": number("enrollment_id"),
        "offer": text("proposition__offer__slug"),
        "channel": choice("channel", Channel),
        "state": choice("state", Delivery.State),
        **between("intended_at"),
    }


class InteractionSerializer(Shown):
    person = serializers.CharField(source="person.user_id", read_only=True, allow_null=True)
    proposition = serializers.UUIDField(source="proposition_id", read_only=True)
    offer = serializers.CharField(source="proposition.offer.slug", read_only=True)
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = Interaction
        fields = ("id", "proposition", "offer", "person", "kind", "at", "recorded_at", "how", "data")
        read_only_fields = fields

    def get_data(self, interaction: Interaction) -> dict[str, Any]:
        return self.kept(interaction.data)


class InteractionsView(Readable):
    """What people did with offers, the last recorded first."""

    queryset = Interaction.objects.select_related("person", "proposition__offer")
    serializer_class = InteractionSerializer
    order = ("-recorded_at", "-id")
    lookup_value_regex = "[0-9a-f-]{36}"
    filters = {
        "person": text("person__user_id"),
        "kind": choice("kind", Interaction.Kind),
        "offer": text("proposition__offer__slug"),
        "playbook": text("proposition__decision__playbook"),
        **between("at"),
    }


class DecisionSerializer(Personal):
    enrollment = serializers.IntegerField(source="enrollment_id", read_only=True, allow_null=True)
    step = serializers.IntegerField(source="step_id", read_only=True, allow_null=True)

    class Meta:
        model = Decision
        fields = (
            "id",
            "at",
            "person",
            "account",
            "playbook",
            "enrollment",
            "step",
            "offer",
            "channel",
            "outcome",
            "gates",
            "gate",
            "reason",
            "input",
            "threshold",
            "next_eligible_at",
            "policy_version",
        )
        read_only_fields = fields


class DecisionsView(Readable):
    """Evaluations with every gate they met, the last one first."""

    queryset = Decision.objects.select_related("person", "account")
    serializer_class = DecisionSerializer
    filters = {
        **_whose(),
        "playbook": text("playbook"),
        "offer": text("offer"),
        "channel": choice("channel", Channel),
        "outcome": choice("outcome", Decision.Outcome),
        "gate": text("gate"),
        "enrollment": number("enrollment_id"),
        **between("at"),
    }


class StaffTaskSerializer(Personal):
    delivery = serializers.UUIDField(source="delivery_id", read_only=True, allow_null=True)

    class Meta:
        model = StaffTask
        fields = (
            "id",
            "delivery",
            "person",
            "account",
            "channel",
            "title",
            "body",
            "assignee",
            "created_at",
            "done_at",
            "outcome",
        )
        read_only_fields = fields


class StaffTasksView(Readable):
    """What a human should do for a person, the newest first."""

    queryset = StaffTask.objects.select_related("person", "account")
    serializer_class = StaffTaskSerializer
    filters = {
        **_whose(),
        "channel": choice("channel", Channel),
        "assignee": text("assignee"),
        "open": flag("done_at__isnull"),
        **between("created_at"),
    }
