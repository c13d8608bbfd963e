"""Where in the customer's app offers are shown."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app.api.base import METHODS, Editable, Edited
from campaigns_app.api.filters import choice
from campaigns_app.api.problems import Conflict
from offers_app import references
from offers_app.models import Placement


class PlacementSerializer(Edited):
    class Meta:
        model = Placement
        fields = ("slug", "name", "format")


class PlacementsView(Editable):
    """Named slots of the customer's app, each with the form that an offer has there."""

    http_method_names = [*METHODS, "delete"]
    queryset = Placement.objects.all()
    serializer_class = PlacementSerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    order = ("id",)
    filters: ClassVar = {"format": choice("format", Placement.Format)}

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Refused while a playbook sends offers there or one waits there to be seen."""
        placement = self.get_object()
        if refused := references.placement_needed([placement.slug]):
            raise Conflict(" ".join(refused))
        placement.delete()
        return Response(status=204)
