"""What staff waived of the linter: one wording, with a name, a date and a reason; never deleted, but taken back."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app.api import checks, idempotency
from campaigns_app.api.authentication import name_of
from campaigns_app.api.base import Edited, Readable, Shown
from campaigns_app.api.catalog import TreatmentSerializer
from campaigns_app.api.filters import flag, text
from campaigns_app.api.problems import Conflict
from campaigns_app.models import ApiKey
from offers_app import limits, linted
from offers_app.models import LintWaiver, Offer, Template, Treatment
from people_app.models import Channel
from upsell_project.lib import clock


class WaiverSerializer(Shown):
    class Meta:
        model = LintWaiver
        fields = (
            *("id", "rule", "subject", "quotes", "text", "because", "by", "at", "until"),
            *("withdrawn_at", "withdrawn_by"),
        )
        read_only_fields = fields


class WaiversSerializer(serializers.Serializer[Any]):
    results = WaiverSerializer(many=True, help_text="One for each rule that refused the wording")


class WaivingSerializer(Edited):
    """`template` with `channel` and `locale`, or `offer`. What is waived is what these `rules` refuse in the
    `wording` that will be saved next (texts of the treatment, or `fields` of the offer); without it, in what is
    stored."""

    fixed: ClassVar = ()
    template = serializers.SlugRelatedField(
        slug_field="slug", queryset=Template.objects.all(), required=False
    )
    channel = serializers.ChoiceField(Channel.choices, required=False)
    locale = serializers.CharField(max_length=20, required=False)
    offer = serializers.SlugRelatedField(
        slug_field="slug", queryset=Offer.objects.select_related("product"), required=False
    )
    wording = serializers.JSONField(
        required=False,
        validators=[checks.an_object],
        help_text="headline, body, why, cta_label and secondary_label of the treatment, or `fields` of the offer",
    )
    rules = serializers.ListField(
        child=serializers.CharField(max_length=50),
        allow_empty=False,
        help_text="Which of the rules that refuse it",
    )
    because = serializers.CharField(max_length=500, help_text="Why this wording may stand")
    until = serializers.DateField(
        required=False, allow_null=True, help_text="Through this day; null: for good"
    )

    class Meta:
        model = LintWaiver
        fields = ("template", "channel", "locale", "offer", "wording", "rules", "because", "until")

    def validate_until(self, until: Any) -> Any:
        if until and until < clock.now().date():
            raise serializers.ValidationError("lies in the past: nothing would be waived")
        return until

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("template" in attrs) == ("offer" in attrs):
            raise serializers.ValidationError("name a template or an offer, and not both")
        wanted = {"channel", "locale"} if "template" in attrs else set()
        given = {"channel", "locale"} & attrs.keys()
        if given != wanted:
            said = "is needed with a template" if wanted else "goes with a template only"
            raise serializers.ValidationError(dict.fromkeys(sorted(given ^ wanted), said))
        return {**attrs, "row": self._treatment(attrs) if wanted else self._offer(attrs)}

    def _offer(self, attrs: dict[str, Any]) -> Offer:
        offer: Offer = attrs["offer"]
        offer.fields = attrs.get("wording", offer.fields)
        return offer

    def _treatment(self, attrs: dict[str, Any]) -> Treatment:
        place = {name: attrs[name] for name in ("channel", "locale")}
        if "wording" in attrs:
            return Treatment(template=attrs["template"], **self._written(place, attrs["wording"]))
        stored = Treatment.objects.select_related("template").filter(template=attrs["template"], **place)
        if not (found := stored.first()):
            raise serializers.ValidationError(
                {"locale": "the template has no such text; give its wording"}, "does_not_exist"
            )
        return found

    def _written(self, place: dict[str, str], wording: dict[str, Any]) -> dict[str, Any]:
        """As the template itself would take it."""
        if misplaced := wording.keys() - set(limits.TEXTS):
            sentence = serializers.ErrorDetail("is no text of a treatment", "unknown")
            raise serializers.ValidationError({"wording": dict.fromkeys(sorted(misplaced), sentence)})
        said = TreatmentSerializer(data={**place, **wording}, context=self.context)
        if not said.is_valid():
            raise serializers.ValidationError({"wording": said.errors})
        return dict(said.validated_data)


class WithdrawingSerializer(Edited):
    withdrawn = serializers.BooleanField(help_text="true: the text needs to pass again; nothing undoes it")

    class Meta:
        model = LintWaiver
        fields = ("withdrawn",)

    def validate_withdrawn(self, withdrawn: bool) -> bool:
        if not withdrawn:
            raise serializers.ValidationError("a waiver is taken back, or left alone")
        return withdrawn


class LintWaiversView(Readable):
    """What the linter refuses and staff let stand: for one wording, with a name, a date and a reason. A waiver is never
    deleted; who withdraws one leaves their name as well."""

    write_role: ClassVar[ApiKey.Role] = ApiKey.Role.ADMIN
    staff_verb = "add"
    queryset = LintWaiver.objects.all()
    serializer_class = WaiverSerializer
    filters = {
        "rule": text("rule"),
        "subject": text("subject"),
        "by": text("by"),
        "standing": flag("standing"),
    }

    def get_queryset(self) -> QuerySet[LintWaiver]:
        standing = ExpressionWrapper(linted.standing(), output_field=BooleanField())
        rows: QuerySet[LintWaiver] = super().get_queryset()
        return rows.alias(standing=standing)

    @extend_schema(request=WaivingSerializer, responses={201: WaiversSerializer})
    @idempotency.once()
    def create(self, request: Request) -> Response:
        asked = WaivingSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        by, because, until = name_of(request), said["because"], said.get("until")
        made = linted.waive(said["row"], by, because, said["rules"], until)
        if not made:
            raise Conflict(
                "By these rules the linter refuses nothing of this wording that is not waived already."
            )
        return Response({"results": self.get_serializer(made, many=True).data}, 201)

    @extend_schema(request=WithdrawingSerializer, responses=WaiverSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        asked = WithdrawingSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            waiver = self.get_queryset().select_for_update().get(pk=self.get_object().pk)
            if not linted.withdraw([waiver], name_of(request)):
                raise Conflict(f"{waiver.withdrawn_by} withdrew it already.")
        return Response(self.get_serializer(waiver).data)
