"""OpenAPI: every operation with the errors it may answer, served as JSON or YAML, and pages to read it."""

from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app.api import idempotency
from upsell_project.lib import problem

_READING = {
    "400": "A query parameter is unknown or makes no sense",
    "401": "No key or session, or the key is unknown or revoked",
    "403": "The role does not allow it, or a session without its CSRF token",
    "404": "There is no such thing",
    "503": "The database or the workers cannot be reached; `Retry-After` says when to try again",
}
_WRITING = _READING | {
    "400": "The body or a query parameter has something to correct; `errors` names each",
    "409": "It contradicts the present state, such as a name that is taken",
    "413": "The body is too large",
    "415": "The body is not application/json",
}
_NAMED = {"422": "This `Idempotency-Key` was used for another request"}


class ProblemErrorSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="`#/terms/price` in the body, `?limit` in the query")
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    errors = ProblemErrorSerializer(many=True)  # type: ignore[assignment]


class Documented(AutoSchema):
    """Adds to each operation what the code says once for all: problems, and the key of a POST."""

    def get_override_parameters(self) -> list[Any]:
        given = list(super().get_override_parameters())
        if self.method == "POST":
            sentence = "Repeats with the same key act once and get the first answer again, for 24 hours"
            given.append(
                OpenApiParameter(idempotency.HEADER, str, OpenApiParameter.HEADER, description=sentence)
            )
        return given

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        problems = _READING if self.method == "GET" else _WRITING
        if self.method == "POST":
            problems = problems | _NAMED
        for code, sentence in sorted(problems.items()):
            told = OpenApiResponse(ProblemSerializer, sentence)
            bodies[code] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                told, code, [problem.CONTENT_TYPE], direction
            )
        return bodies


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "campaigns_app.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "sk_..."}


class SchemaView(SpectacularAPIView):
    """JSON unless YAML is asked for: JSON can be read as YAML too, but not the other way round."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(_document())


@cache
def _document() -> dict[str, Any]:
    """Made once a process: it takes a second, and anybody may ask."""
    return dict(SchemaGenerator().get_schema(public=True))  # type: ignore[no-untyped-call]


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files, its script apart from the page: `script-src 'self'` holds."""

    url_name = "api-schema"
    authentication_classes = []
