"""Before a definition goes live: back-tests over stored history, and a test on one person."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app.api import idempotency
from campaigns_app.api.base import Door
from campaigns_app.api.problems import Conflict
from people_app import erasure
from people_app.models import Account, Person
from signals_app import back_tests, try_out
from signals_app.back_tests.tallying import series
from signals_app.models import BackTest, SignalDefinition
from signals_app.try_out import Tried
from upsell_project.lib import clock

SHOWN = 100


class RangeSerializer(serializers.Serializer[Any]):
    first = serializers.DateField(help_text="UTC; included")
    last = serializers.DateField(help_text=f"UTC; included; at most {back_tests.LONGEST} days in all")


class DaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    count = serializers.IntegerField()


class OverlapSerializer(serializers.Serializer[Any]):
    definition = serializers.CharField(help_text="Slug")
    count = serializers.IntegerField(help_text="Of these within 7 days of a signal that it really found")
    share = serializers.FloatField()


class SampleSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    person = serializers.CharField(allow_null=True, help_text="User id")
    account = serializers.CharField(allow_null=True, help_text="Group id")
    part = serializers.CharField(allow_blank=True, help_text="The resource, where there is one")
    evidence = serializers.DictField()


class BackTestSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    definition = serializers.CharField(help_text="Slug")
    version = serializers.IntegerField(help_text="Of the definition as it was tried")
    first = serializers.DateField()
    last = serializers.DateField()
    asked_at = serializers.DateTimeField()
    state = serializers.ChoiceField(BackTest.State.choices)
    progress = serializers.IntegerField(help_text="In percent; while it runs the figures are those so far")
    problem = serializers.CharField(allow_blank=True)
    total = serializers.IntegerField()
    people = serializers.IntegerField()
    accounts = serializers.IntegerField()
    looked_at = serializers.IntegerField(help_text="People, or accounts of a definition about accounts")
    of = serializers.IntegerField(help_text="How many there were to look at")
    sampled = serializers.FloatField(help_text="Which share of them; below 1 it is a random sample")
    left_out = serializers.IntegerField(help_text="Those who did too much to be replayed, or could not be")
    unknown = serializers.ListField(child=serializers.CharField())
    days = DaySerializer(many=True)
    overlap = OverlapSerializer(many=True)
    samples = SampleSerializer(many=True)


class BackTestsSerializer(serializers.Serializer[Any]):
    results = BackTestSerializer(many=True)


class WhomSerializer(serializers.Serializer[Any]):
    person = serializers.CharField(max_length=200, help_text="User id")
    event = serializers.DictField(
        required=False,
        help_text="A call as an SDK sends it, as if it had just come from this person: an event, or what an identify"
        " or group call says. It counts for the account that groupId or context.groupId names",
    )


class LineSerializer(serializers.Serializer[Any]):
    level = serializers.IntegerField(help_text="How deep it lies; a group stands before what is in it")
    condition = serializers.CharField(help_text="Of a group how it is joined")
    found = serializers.JSONField(allow_null=True)
    wanted = serializers.JSONField(allow_null=True)
    op = serializers.CharField(allow_blank=True, help_text="Empty: a group")
    holds = serializers.BooleanField(allow_null=True, help_text="null: it depends on what is not known")
    missing = serializers.CharField(allow_blank=True, help_text="What is not known")


class PartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(allow_blank=True, help_text="The resource, where there is one for each")
    sentence = serializers.CharField()
    lines = LineSerializer(many=True)
    holds = serializers.BooleanField(allow_null=True)
    would_be_found = serializers.BooleanField()
    why_not = serializers.CharField(allow_blank=True)


class RejectedSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class TriedSerializer(serializers.Serializer[Any]):
    parts = PartSerializer(many=True)
    note = serializers.CharField(allow_blank=True)
    event = serializers.CharField(
        allow_blank=True,
        help_text="The event's name as it would be stored; of what only says facts, its kind",
    )
    rejected = RejectedSerializer(many=True)


class BackTestsView(Door):
    """The newest back-tests of a definition, with what they found."""

    staff_permission = "signals_app.signaldefinition"

    @extend_schema(operation_id="back_tests_list", responses=BackTestsSerializer)
    def get(self, request: Request, slug: str) -> Response:
        found = BackTest.objects.filter(definition=_definition(slug)).select_related("definition")
        return Response({"results": [_shown(one) for one in found.order_by("-pk")[:SHOWN]]})


class BackTestView(Door):
    """Starts a back-test of the definition as it is saved now, live or not; one that runs for the same is that one."""

    staff_permission = "signals_app.signaldefinition"
    staff_verb: ClassVar[str] = "change"

    @extend_schema(
        operation_id="back_tests_start", request=RangeSerializer, responses={202: BackTestSerializer}
    )
    @idempotency.once()
    def post(self, request: Request, slug: str) -> Response:
        definition, said = _definition(slug), _read(RangeSerializer, request)
        try:
            test = back_tests.ask(definition, said["first"], said["last"])
        except back_tests.Refused as refused:
            if refused.field == "definition":
                raise Conflict(f"The definition {refused}.") from None
            raise ValidationError({refused.field: str(refused)}) from None
        return Response(_shown(test), 202)


class TestView(Door):
    """Each condition for one person with what was found, and whether it would be found now. Nothing is stored."""

    __test__ = False  # no test of pytest's
    staff_permission = "signals_app.signaldefinition"
    staff_verb: ClassVar[str] = "change"

    @extend_schema(operation_id="signal_definitions_test", request=WhomSerializer, responses=TriedSerializer)
    def post(self, request: Request, slug: str) -> Response:
        definition, said = _definition(slug), _read(WhomSerializer, request)
        person = erasure.known_as(said["person"])
        if person is None:
            raise NotFound("There is no person with this user id.")
        return Response(TriedSerializer(_tried(definition, person, said.get("event"))).data)


def _tried(definition: SignalDefinition, person: Person, event: dict[str, Any] | None) -> Tried:
    try:
        if event is None:
            return try_out.on_person(definition, person, clock.now())
        return try_out.with_event(definition, person, event, clock.now())
    except try_out.TooMuch as error:
        raise Conflict(str(error)) from None


def _shown(test: BackTest) -> dict[str, Any]:
    result = test.result
    total = result.get("total", 0)
    shown = {
        "id": test.pk,
        "definition": test.definition.slug,
        "version": test.settings.get("version", 1),
        "total": total,
        "people": len(result.get("people", ())),
        "accounts": len(result.get("accounts", ())),
        "sampled": result.get("share", 1.0),
        "unknown": result.get("unknown", []),
        "days": [
            {"day": day, "count": n} for day, n in series(result.get("days", {}), test.first, test.last)
        ],
        "overlap": [
            {"definition": slug, "count": count, "share": count / max(total, 1)}
            for slug, count in sorted(result.get("overlap", {}).items())
        ],
        "samples": _samples(result.get("samples", ())),
    }
    shown |= {name: result.get(name, 0) for name in ("looked_at", "of", "left_out")}
    shown |= {
        name: getattr(test, name) for name in ("first", "last", "asked_at", "state", "progress", "problem")
    }
    return dict(BackTestSerializer(shown).data)


def _samples(rows: Any) -> list[dict[str, Any]]:
    """With the names that people and accounts have now."""
    people = dict(Person.objects.filter(pk__in=[row["person"] for row in rows]).values_list("pk", "user_id"))
    accounts = dict(
        Account.objects.filter(pk__in=[row["account"] for row in rows]).values_list("pk", "group_id")
    )
    return [
        {**row, "person": people.get(row["person"]), "account": accounts.get(row["account"])} for row in rows
    ]


def _definition(slug: str) -> SignalDefinition:
    found = SignalDefinition.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no signal definition with this slug.")
    return found


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    asked = kind(data=request.data)
    if isinstance(request.data, dict) and (unknown := request.data.keys() - asked.fields.keys()):
        wrong = serializers.ErrorDetail("is not a field of this resource", "unknown")
        raise ValidationError(dict.fromkeys(unknown, wrong))
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
