"""Questions that are not about one table: a person's time line, why no offer, and the sandbox's clock."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns_app import explain, sandbox, timeline
from campaigns_app.api import idempotency
from campaigns_app.api.base import Door
from campaigns_app.api.filters import moment, read
from campaigns_app.api.pagination import MAX_LIMIT, next_url, read_limit
from campaigns_app.api.problems import BadParameter, Conflict, Unavailable
from offers_app.models import Decision
from people_app.models import Person

LONGEST_STEP = timedelta(days=366)
_LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 100})


class EntrySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(
        ["event", "signal", "enrollment", "decision", "delivery", "interaction", "consent"]
    )
    summary = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class TimelineSerializer(serializers.Serializer[Any]):
    results = EntrySerializer(many=True)
    next = serializers.URLField(allow_null=True)


class TimelineView(Door):
    """Everything that happened with one person, newest first. Contact addresses are masked."""

    staff_permission = "people_app.person"
    query = ("limit", "cursor")

    @extend_schema(
        operation_id="people_timeline",
        parameters=[_LIMIT, OpenApiParameter("cursor", str, description="From `next`")],
        responses=TimelineSerializer,
    )
    def get(self, request: Request, user_id: str) -> Response:
        person, limit = _person(user_id), read_limit(request)
        try:
            entries, cursor = timeline.entries(person, limit, self.asked.get("cursor"))
        except ValueError as error:
            raise BadParameter("cursor", str(error)) from None
        results = [asdict(entry) for entry in entries]
        return Response({"results": results, "next": next_url(request, cursor)})


class GateSerializer(serializers.Serializer[Any]):
    gate = serializers.CharField()
    passed = serializers.BooleanField()
    input = serializers.JSONField(allow_null=True)
    threshold = serializers.JSONField(allow_null=True)
    reason = serializers.CharField(required=False)
    next_eligible_at = serializers.DateTimeField(required=False)


class CandidateSerializer(serializers.Serializer[Any]):
    offer = serializers.CharField(allow_blank=True)
    gates = GateSerializer(many=True)
    factors = serializers.JSONField()
    score = serializers.FloatField(allow_null=True)
    propensity = serializers.FloatField(allow_null=True)
    chosen = serializers.BooleanField()


class EvaluationSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    playbook = serializers.CharField(allow_blank=True)
    offer = serializers.CharField(allow_blank=True)
    channel = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(Decision.Outcome.choices)
    gates = GateSerializer(many=True)
    gate = serializers.CharField(allow_blank=True, help_text="Closed code of the one that stopped it")
    reason = serializers.CharField(allow_blank=True)
    input = serializers.JSONField()
    threshold = serializers.JSONField()
    next_eligible_at = serializers.DateTimeField(allow_null=True)
    policy_version = serializers.IntegerField()
    must_happen = serializers.CharField(allow_blank=True, help_text="A sentence for each closed gate")
    candidates = CandidateSerializer(
        many=True, help_text="What was chosen among, where the decision keeps it"
    )
    derived = serializers.BooleanField(
        help_text="Nobody decided: derived from what is stored of person, offer and playbook"
    )
    not_known = serializers.ListField(
        child=serializers.CharField(),
        help_text="What of a moment that has passed cannot be rebuilt, in sentences",
    )


class ExplainSerializer(serializers.Serializer[Any]):
    person = serializers.CharField()
    evaluations = EvaluationSerializer(many=True)
    standing = EvaluationSerializer(
        many=True, help_text="What stands in the way now, or at `at`, of the named offer or playbook"
    )


class ExplainView(Door):
    """Why a person got an offer or did not, and when they could, from the decisions as they were stored, newest first.
    Where nobody decided about the named offer or playbook, from what else is stored."""

    staff_permission = "offers_app.decision"
    query = ("person", "offer", "playbook", "at", "limit")

    @extend_schema(
        operation_id="explain",
        parameters=[
            OpenApiParameter("person", str, required=True, description="User id"),
            OpenApiParameter("offer", str, description="Slug"),
            OpenApiParameter("playbook", str, description="Slug"),
            OpenApiParameter("at", OpenApiTypes.DATETIME, description="What was in force then"),
            _LIMIT,
        ],
        responses=ExplainSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = self.asked
        if not asked.get("person"):
            raise BadParameter("person", "Say whose offers: ?person=<user id>.", "required")
        until = read("at", asked["at"], moment("at")) if "at" in asked else None
        person, limit = _person(asked["person"]), read_limit(request)
        return Response(
            explain.answer(person, asked.get("offer", ""), asked.get("playbook", ""), until, limit)
        )


class AdvanceSerializer(serializers.Serializer[Any]):
    advance_seconds = serializers.IntegerField(min_value=1, max_value=int(LONGEST_STEP.total_seconds()))


class NowSerializer(serializers.Serializer[Any]):
    now = serializers.DateTimeField(help_text="The product's time afterwards")


class SandboxClockView(Door):
    """Moves the product's clock; answers when the work that became due was handed to the workers."""

    @extend_schema(
        operation_id="sandbox_clock",
        request=AdvanceSerializer,
        responses={200: NowSerializer},
        tags=["sandbox"],
    )
    @idempotency.once(atomic=False)
    def post(self, request: Request) -> Response:
        asked = AdvanceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            now = sandbox.advance(timedelta(seconds=asked.validated_data["advance_seconds"]))
        except sandbox.NotASandbox as error:
            raise Conflict(str(error)) from None
        except sandbox.NobodyWorks as error:
            raise Unavailable(str(error)) from None
        return Response({"now": now})


class NowhereView(Door):
    """Any other path: a problem like every other error."""

    permission_classes = (IsAuthenticated,)
    schema = None  # type: ignore[assignment]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        APIView.initial(self, request, *args, **kwargs)
        raise NotFound("There is nothing at this address; /api/docs/ lists what there is.")


def _person(user_id: str) -> Person:
    person = Person.objects.filter(user_id=user_id).first()
    if person is None:
        raise NotFound("There is no person with this user id.")
    return person
