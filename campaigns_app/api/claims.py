"""What texts may say of others: each claim with its source, and whoever approved it."""

import logging
from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app.api import idempotency
from campaigns_app.api.authentication import name_of
from campaigns_app.api.base import Door, Editable, Edited
from campaigns_app.api.filters import Filter, choice, flag, text
from campaigns_app.api.problems import Conflict
from campaigns_app.models import ApiKey
from offers_app import approval
from offers_app.models import Claim, Product
from upsell_project.lib.admin_base import log

logger = logging.getLogger(__name__)


class ClaimSerializer(Edited):
    texts = serializers.JSONField(help_text='By locale, plain sentences: {"en": "...", "de": "..."}')
    figures = serializers.JSONField(required=False, help_text='Numbers for templates: {"hours": 7}')

    product = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Product.objects.all(),
        required=False,
        allow_null=True,
        help_text="What it is about: said beside an offer of this product alone",
    )

    fingerprint = serializers.SerializerMethodField(help_text="Of all that is read before it is approved")

    class Meta:
        model = Claim
        exclude = ("id",)
        read_only_fields = ("approved_by", "approved_at")

    def get_fingerprint(self, claim: Claim) -> str:
        return approval.fingerprint(claim)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        if wrong := approval.faults(Claim(**self._before() | attrs)):
            raise serializers.ValidationError(wrong)
        return attrs

    def _before(self) -> dict[str, Any]:
        names = [field.name for field in Claim._meta.fields if field.name != "id"]
        return {name: getattr(self.instance, name) for name in names} if self.instance else {}

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """What changes nothing takes no approval back, nor writes an older one over it."""
        changed = {name for name, value in validated_data.items() if value != getattr(instance, name)}
        if not changed:
            return instance
        approval.lose(instance)
        return super().update(instance, validated_data)


_STANDS = flag("approved_at__isnull")
_APPROVED = Filter(_STANDS.lookup, lambda value: not _STANDS.read(value), _STANDS.schema, _STANDS.expects)


class ClaimsView(Editable):
    """Figures, customer stories and comparisons, each with its source. No text says one that nobody approved, and a
    change takes the approval back."""

    queryset = Claim.objects.select_related("product")
    serializer_class = ClaimSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
    filters = {
        "kind": choice("kind", Claim.Kind),
        "segment": text("segment"),
        "industry": text("industry"),
        "approved": _APPROVED,
    }


class ApprovingSerializer(Edited):
    fixed: ClassVar = ()
    approved = serializers.BooleanField(
        help_text="true: I have read the source and it says so; false: the approval is taken back"
    )
    fingerprint = serializers.CharField(
        max_length=64, required=False, help_text="Of an approval: that of the claim as it was read"
    )

    class Meta:
        model = Claim
        fields = ("approved", "fingerprint")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["approved"] and "fingerprint" not in attrs:
            raise serializers.ValidationError({"fingerprint": "is needed: of what was read"}, "required")
        return attrs


class ApproveView(Door):
    """Somebody who may says that the source says so, or takes that back. The key's name and beginning, or the user's
    name, stands in `approved_by`."""

    staff_permission = "offers_app.claim"
    staff_verb: ClassVar[str] = "change"
    write_role: ClassVar[ApiKey.Role] = ApiKey.Role.ADMIN

    @extend_schema(
        operation_id="claims_approve", request=ApprovingSerializer, responses={200: ClaimSerializer}
    )
    @idempotency.once()
    def post(self, request: Request, slug: str) -> Response:
        asked = ApprovingSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            claim = Claim.objects.select_for_update().filter(slug=slug).first()
            if claim is None:
                raise NotFound("There is no claim with this slug.")
            _approve(claim, asked.validated_data, name_of(request))
            _note(claim, asked.validated_data["approved"], request)
        return Response(ClaimSerializer(claim, context={"request": request}).data)


def _approve(claim: Claim, said: dict[str, Any], by: str) -> None:
    if not said["approved"]:
        approval.take_back([claim])
        return
    if said["fingerprint"] != approval.fingerprint(claim):
        raise Conflict("The claim says something else by now: read it again.")
    if wrong := approval.faults(claim):
        raise Conflict(" ".join(sentence for told in wrong.values() for sentence in told))
    approval.give([claim], by)


def _note(claim: Claim, approved: bool, request: Request) -> None:
    """In the claim's history, as the admin does; a key has no place there, so the log names it."""
    what = "Approved." if approved else "Took the approval back."
    if isinstance(request.auth, ApiKey):
        logger.info("claim %s: %s By the key %s", claim.slug, what, request.auth)
    else:
        log(request._request, [claim], what)
