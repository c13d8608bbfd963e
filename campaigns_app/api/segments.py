"""Groups of people: made and changed, who is in them, and why somebody is or is not."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app.api import idempotency, pagination
from campaigns_app.api.base import METHODS, Door, Editable, Edited
from campaigns_app.api.filters import choice, flag
from campaigns_app.api.problems import BadParameter, Conflict
from campaigns_app.models import ApiKey
from people_app import erasure
from people_app.models import Person
from signals_app import references
from signals_app.models import Segment, SegmentMember
from signals_app.segments import lists, sound
from signals_app.segments.why import why
from upsell_project.lib import clock

MOST_AT_ONCE = 10_000
SLUG = "[-a-zA-Z0-9_]+"


class SegmentSerializer(Edited):
    fixed: ClassVar = ("slug", "kind")
    rule = serializers.JSONField(required=False, help_text="Of a list: empty")

    class Meta:
        model = Segment
        exclude = ("id", "upto")
        read_only_fields = ("version", "edited", "counted", "refreshed_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        names = ("slug", "kind", "rule", "live")
        was = self.instance or Segment()
        said = {name: attrs.get(name, getattr(was, name)) for name in names}
        wrong: dict[str, list[str]] = {}
        for name, sentence in sound.problems(**said):
            wrong.setdefault(name, []).append(sentence)
        if self.instance and self.instance.live and not said["live"]:
            wrong.setdefault("live", []).extend(
                references.refusals("segment", [said["slug"]], "switched off")
            )
        if any(wrong.values()):
            raise serializers.ValidationError({name: told for name, told in wrong.items() if told})
        return attrs

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """A changed rule is a new version, for which everybody is judged anew."""
        changed = {name for name, value in validated_data.items() if value != getattr(instance, name)}
        if changed & {"rule", "live"}:
            validated_data |= {"refreshed_at": None, "upto": 0}
            validated_data["version"] = instance.version + ("rule" in changed)
        values = self._marked(validated_data)
        for name, value in values.items():
            setattr(instance, name, value)
        if values:
            instance.save(update_fields=list(values))
        return instance


class SegmentsView(Editable):
    """Groups of people, by a rule that is kept live or by a list."""

    http_method_names = [*METHODS, "delete"]
    queryset = Segment.objects.all()
    serializer_class = SegmentSerializer
    lookup_field = "slug"
    lookup_value_regex = SLUG
    order = ("id",)
    filters = {"live": flag("live"), "kind": choice("kind", Segment.Kind)}

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Refused while something that is live refers to it."""
        segment = self.get_object()
        if refused := references.refusals("segment", [segment.slug], "deleted"):
            raise Conflict(" ".join(refused))
        segment.delete()
        return Response(status=204)


class MemberSerializer(serializers.ModelSerializer[Any]):
    user_id = serializers.CharField(source="person.user_id", read_only=True)

    class Meta:
        model = SegmentMember
        fields = ("user_id", "since", "added_by")
        read_only_fields = fields


class MembersPageSerializer(serializers.Serializer[Any]):
    results = MemberSerializer(many=True)
    next = serializers.URLField(allow_null=True)


def _ids() -> serializers.ListField:
    one = serializers.CharField(max_length=200)
    return serializers.ListField(child=one, required=False, max_length=MOST_AT_ONCE)


class ListedSerializer(serializers.Serializer[Any]):
    user_ids = _ids()
    remove = _ids()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            wrong = serializers.ErrorDetail("is not a field of this resource", "unknown")
            raise serializers.ValidationError(dict.fromkeys(map(str, unknown), wrong))
        return super().to_internal_value(data)


class ListSummarySerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    already = serializers.IntegerField(help_text="Who were in it before")
    removed = serializers.IntegerField()
    unknown = serializers.ListField(child=serializers.CharField(), help_text="User ids that nobody has")


_USER = OpenApiParameter("user_id", str, description="Only this person")
_LIMIT = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": pagination.MAX_LIMIT, "default": 100}
)
_CURSOR = OpenApiParameter("cursor", str, description="From `next`")


class MembersView(Door):
    """Who is in a segment. Lists are changed here; who is in a segment by its rule is said by the rule."""

    http_method_names = [*METHODS, "delete"]
    staff_permission = "signals_app.segment"
    staff_verb = "change"
    order = ("id",)

    def known_parameters(self) -> tuple[str, ...]:
        paged = pagination.PARAMETERS if self.request.method == "GET" else ()
        return ("user_id", *paged) if self.request.method != "POST" else ()

    @extend_schema(
        operation_id="segments_members", parameters=[_USER, _LIMIT, _CURSOR], responses=MembersPageSerializer
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = SegmentMember.objects.filter(segment=_segment(slug)).select_related("person")
        if user := self.asked.get("user_id"):
            rows = rows.filter(person__in=lists.people([user]))
        pages = pagination.Pages()
        page = pages.paginate_queryset(rows, request, self)
        return pages.get_paginated_response(MemberSerializer(page, many=True).data)

    @extend_schema(
        operation_id="segments_members_change", request=ListedSerializer, responses=ListSummarySerializer
    )
    @idempotency.once()
    def post(self, request: Request, slug: str) -> Response:
        """Puts people on a list (`user_ids`) and takes them off it (`remove`)."""
        segment, asked = _list(slug), ListedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        removed = lists.remove(segment, lists.people(said.get("remove", [])))
        found = lists.add(segment, said.get("user_ids", []), _caller(request))
        told = {"added": len(found.new), "already": len(found.there), "removed": removed}
        return Response(told | {"unknown": found.unknown})

    @extend_schema(
        operation_id="segments_members_remove",
        parameters=[OpenApiParameter("user_id", str, required=True, description="Whom to take out")],
        responses={204: None},
    )
    def delete(self, request: Request, slug: str) -> Response:
        """Takes a person off a list; who is not on it is no error."""
        segment = _list(slug)
        if "user_id" not in self.asked:
            raise BadParameter("user_id", "Say whom to take out: ?user_id=<user id>.", "required")
        lists.remove(segment, lists.people([self.asked["user_id"]]))
        return Response(status=204)


class ConditionSerializer(serializers.Serializer[Any]):
    level = serializers.IntegerField(help_text="How deep it lies in the rule")
    said = serializers.CharField()
    holds = serializers.BooleanField(allow_null=True, help_text="null: not known")
    value = serializers.JSONField(allow_null=True)
    wanted = serializers.JSONField(allow_null=True)


class WhySerializer(serializers.Serializer[Any]):
    segment = serializers.CharField()
    person = serializers.CharField(allow_null=True)
    inside = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    belongs = serializers.BooleanField(allow_null=True, help_text="What the rule says now; null of a list")
    reason = serializers.CharField()
    lines = ConditionSerializer(many=True)


class SegmentWhyView(Door):
    """Why a person is in a segment or not: every condition with what is known of them."""

    staff_permission = "signals_app.segment"
    query = ("person",)

    @extend_schema(
        operation_id="segments_why",
        parameters=[OpenApiParameter("person", str, required=True, description="User id")],
        responses=WhySerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        segment, person = _segment(slug), _person(self.asked.get("person", ""))
        told = why(segment, person, clock.now()).as_json()
        return Response({"segment": segment.slug, "person": person.user_id, **told})


def _segment(slug: str) -> Segment:
    segment = Segment.objects.filter(slug=slug).first()
    if segment is None:
        raise NotFound(f"There is no segment {slug[:100]}.")
    return segment


def _list(slug: str) -> Segment:
    segment = _segment(slug)
    if segment.kind != Segment.Kind.LIST:
        raise Conflict("This segment goes by its rule: change the rule, or make a list.")
    return segment


def _person(user_id: str) -> Person:
    if not user_id:
        raise BadParameter("person", "Say whom: ?person=<user id>.", "required")
    person = erasure.known_as(user_id)
    if person is None:
        raise NotFound("There is no person with this user id.")
    return person


def _caller(request: Request) -> str:
    """As staff know them."""
    return f"API key {request.auth.name}" if isinstance(request.auth, ApiKey) else request.user.get_username()
