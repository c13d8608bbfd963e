"""What all resources share: one way in, one way out, and how much of it each method may do."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Model
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from campaigns_app.api import idempotency, pagination
from campaigns_app.api.authentication import may_see_addresses
from campaigns_app.api.filters import Filter, Filters, parameters
from campaigns_app.api.negotiation import OnlyJson, StrictJson
from campaigns_app.api.schema import Documented
from campaigns_app.models import ApiKey
from people_app.masking import without_addresses
from upsell_project.lib import problem

METHODS = ["get", "head", "post", "patch"]


class Door(APIView):
    """Base of every view of the API; `query` names the query parameters that it knows."""

    schema = Documented()
    parser_classes = [StrictJson]
    content_negotiation_class = OnlyJson
    http_method_names = METHODS
    staff_permission: ClassVar[str | None] = None
    staff_verb: ClassVar[str] = ""
    write_role: ClassVar[ApiKey.Role] = ApiKey.Role.EDITOR
    query: ClassVar[Sequence[str]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.asked = parameters(request, dict.fromkeys(self.known_parameters()))

    def known_parameters(self) -> Sequence[str]:
        return self.query

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("X-Request-Id", problem.request_id(request._request))
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Readable(Door, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Any]):
    """A list by cursor and single rows. `staff_permission` follows from the model."""

    filter_backends = [Filters]
    pagination_class = pagination.Pages
    filters: ClassVar[Mapping[str, Filter]] = {}
    order: ClassVar[Sequence[str]] = ("-id",)
    lookup_value_regex = "[0-9]{1,18}"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.queryset is not None:
            cls.staff_permission = cls.queryset.model._meta.label_lower

    def known_parameters(self) -> Sequence[str]:
        return (*self.filters, *pagination.PARAMETERS) if self.action == "list" else ()


class Editable(Readable):
    """What staff own: made by POST, changed by PATCH. Nothing is deleted, since history refers to it."""

    @idempotency.once()
    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.make(serializer)
        return Response(self.made(serializer), 201)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        self.change(serializer)
        serializer.instance._prefetched_objects_cache = {}  # type: ignore[union-attr]
        return Response(serializer.data)

    def make(self, serializer: Any) -> None:
        serializer.save()

    def made(self, serializer: Any) -> Any:
        """The answer to a POST."""
        return serializer.data

    def change(self, serializer: Any) -> None:
        serializer.save()


class Shown(serializers.ModelSerializer[Any]):
    """Base of all rows that are shown; `kept` hides contact addresses inside free facts from viewers."""

    @property
    def in_clear(self) -> bool:
        """Asked once per answer, not once per row: for staff it reads permissions."""
        request = self.context["request"]
        if not hasattr(request, "in_clear"):
            request.in_clear = may_see_addresses(request)
        return bool(request.in_clear)

    def kept(self, facts: dict[str, Any]) -> dict[str, Any]:
        return facts if self.in_clear else without_addresses(facts)


class Edited(Shown):
    """Base of what staff write: unknown and read-only fields are refused, not dropped; `fixed` ones stay."""

    fixed: ClassVar[Sequence[str]] = ("slug",)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            self._refuse_unknown(data)
            if self.root is not self:
                self._refuse_incomplete(data)
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in self.fixed:
            if self.instance and name in attrs and attrs[name] != getattr(self.instance, name):
                raise serializers.ValidationError({name: "cannot change: others refer to it"}, "fixed")
        return attrs

    def update(self, instance: Model, validated_data: dict[str, Any]) -> Any:
        return super().update(instance, self._marked(validated_data))

    def create(self, validated_data: dict[str, Any]) -> Any:
        return super().create(self._marked(validated_data))

    def _marked(self, values: dict[str, Any]) -> dict[str, Any]:
        """Staff wrote it, so a later starter pack leaves it alone."""
        model: Any = self.Meta.model
        return values | {"edited": True} if hasattr(model, "edited") else values

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        wrong = {}
        for name in data:
            field = self.fields.get(name)
            if field is None:
                wrong[name] = serializers.ErrorDetail("is not a field of this resource", "unknown")
            elif field.read_only:
                wrong[name] = serializers.ErrorDetail("is read-only", "read_only")
        if wrong:
            raise serializers.ValidationError(wrong)

    def _refuse_incomplete(self, data: Mapping[str, Any]) -> None:
        """A PATCH asks for no field, not even of the rows below it; but each of these is a new one."""
        missing = [name for name, field in self.fields.items() if field.required and name not in data]
        if missing:
            said = {name: self.fields[name].error_messages["required"] for name in missing}
            raise serializers.ValidationError(said, "required")
