"""How high accounts stand: scores made and changed, trained, and what one account's are made of."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app.api import idempotency
from campaigns_app.api.base import METHODS, Door, Editable, Edited
from campaigns_app.api.filters import flag
from campaigns_app.api.problems import Conflict
from people_app.models import Account
from signals_app import references
from signals_app.models import Score, ScoreDefinition
from signals_app.scores import compute, sound, training

SLUG = "[-a-zA-Z0-9_]+"


class ScoreDefinitionSerializer(Edited):
    signs = serializers.JSONField(help_text="[{part, name, points, if: a rule about the account}, ...]")

    class Meta:
        model = ScoreDefinition
        exclude = ("id", "upto")
        read_only_fields = ("version", "edited", "training", "training_asked_at", "refreshed_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        was = self.instance or ScoreDefinition()
        signs = attrs.get("signs", was.signs)
        slug, live = attrs.get("slug", was.slug), attrs.get("live", was.live)
        if wrong := sound.problems(slug, signs, live=live):
            raise serializers.ValidationError({"signs": wrong})
        if attrs.get("trained") and not was.trained and (reason := sound.untrained(was, signs)):
            raise serializers.ValidationError({"trained": reason})
        goes = was.pk and was.live and not attrs.get("live", True)
        if goes and (refused := references.refusals("score", [was.slug], "switched off")):
            raise serializers.ValidationError({"live": refused})
        return attrs

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Changed signs are a new version, by which all accounts are measured anew."""
        changed = {name for name, value in validated_data.items() if value != getattr(instance, name)}
        values = self._marked(validated_data | {"version": instance.version + ("signs" in changed)})
        for name, value in values.items():
            setattr(instance, name, value)
        instance.save(update_fields=list(values))
        if changed & {"signs", "live", "trained"}:
            compute.anew(instance.pk)
            instance.refresh_from_db(fields=["refreshed_at"])
        return instance


class ScoresView(Editable):
    """Numbers from 0 to 1 for each account, made of signs with points."""

    http_method_names = [*METHODS, "delete"]
    queryset = ScoreDefinition.objects.all()
    serializer_class = ScoreDefinitionSerializer
    lookup_field = "slug"
    lookup_value_regex = SLUG
    order = ("id",)
    filters = {"live": flag("live"), "trained": flag("trained")}

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """With each account's. Refused while something that is live asks for it."""
        definition = self.get_object()
        if refused := references.refusals("score", [definition.slug], "deleted"):
            raise Conflict(" ".join(refused))
        compute.delete(definition)
        return Response(status=204)


class TrainView(Door):
    """Learns from the answers to offers what each sign is worth; `training` of the score tells the outcome."""

    staff_permission = "signals_app.scoredefinition"
    staff_verb: ClassVar[str] = "change"

    @extend_schema(operation_id="scores_train", request=None, responses={202: ScoreDefinitionSerializer})
    @idempotency.once()
    def post(self, request: Request, slug: str) -> Response:
        definition = ScoreDefinition.objects.filter(slug=slug).first()
        if definition is None:
            raise NotFound("There is no score with this slug.")
        training.ask(definition)
        definition.refresh_from_db()
        return Response(ScoreDefinitionSerializer(definition, context={"request": request}).data, 202)


class ScorePartSerializer(serializers.Serializer[Any]):
    part = serializers.CharField()
    points = serializers.FloatField()
    of = serializers.FloatField()


class ScoreSignSerializer(serializers.Serializer[Any]):
    part = serializers.CharField()
    name = serializers.CharField()
    points = serializers.FloatField()
    holds = serializers.BooleanField(allow_null=True, help_text="null: not known, which counts as no")
    weight = serializers.FloatField(
        allow_null=True, required=False, help_text="Of a trained score: added to the log odds"
    )


class AccountScoreSerializer(serializers.ModelSerializer[Any]):
    slug = serializers.CharField(source="name", read_only=True)
    value = serializers.FloatField(read_only=True)
    parts = serializers.SerializerMethodField()
    signs = serializers.SerializerMethodField()
    trained = serializers.SerializerMethodField()

    class Meta:
        model = Score
        fields = ("slug", "value", "at", "trained", "parts", "signs")
        read_only_fields = fields

    @extend_schema_field(ScorePartSerializer(many=True))
    def get_parts(self, score: Score) -> Any:
        return score.parts.get("parts", [])

    @extend_schema_field(ScoreSignSerializer(many=True))
    def get_signs(self, score: Score) -> Any:
        return score.parts.get("signs", [])

    def get_trained(self, score: Score) -> bool:
        return bool(score.parts.get("trained"))


class AccountScoresSerializer(serializers.Serializer[Any]):
    results = AccountScoreSerializer(many=True)


class AccountScoresView(Door):
    """How high an account stands by each score, with every sign."""

    staff_permission = "signals_app.score"

    @extend_schema(operation_id="accounts_scores", responses=AccountScoresSerializer)
    def get(self, request: Request, group_id: str) -> Response:
        account = Account.objects.filter(group_id=group_id).first()
        if account is None:
            raise NotFound("There is no account with this id.")
        rows = Score.objects.filter(account=account.merged_into_id or account.pk).order_by("name")
        return Response({"results": AccountScoreSerializer(rows, many=True).data})
