"""Pages by cursor: a place in an order that never changes, so rows that arrive meanwhile shift nothing."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app.api.problems import BadParameter

if TYPE_CHECKING:  # see authentication.py
    from rest_framework.views import APIView

DEFAULT_LIMIT = 100
MAX_LIMIT = 1_000
PARAMETERS = ("limit", "cursor")


def read_limit(request: Request) -> int:
    given = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (given.isascii() and given.isdigit() and len(given) <= 4 and 1 <= int(given) <= MAX_LIMIT):
        raise BadParameter("limit", f"limit is a whole number from 1 to {MAX_LIMIT}.")
    return int(given)


def next_url(request: Request, cursor: str | None) -> str | None:
    """This request again, from `cursor` on; None at the end."""
    if cursor is None:
        return None
    query = {name: value for name, value in request.query_params.items() if name != "cursor"}
    return request.build_absolute_uri(f"{request.path}?{urlencode({**query, 'cursor': cursor})}")


class Pages(BasePagination):
    """`?limit=` up to 1,000 and `?cursor=`; the view's `order` names unique columns, such as `("-id",)`."""

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        self.request = request
        order: Sequence[str] = getattr(view, "order", ("-id",))
        limit = read_limit(request)
        if cursor := request.query_params.get("cursor"):
            queryset = queryset.filter(_beyond(queryset.model, order, cursor))
        rows = list(queryset.order_by(*order)[: limit + 1])
        self.cursor = _cursor(rows[limit - 1], order) if len(rows) > limit else None
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": next_url(self.request, self.cursor)})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True, "description": "The next page, if any"}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": link},
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        return [
            {"name": "limit", "in": "query", "schema": limit, "description": "Rows on a page"},
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "From `next`"},
        ]


def _cursor(row: Model, order: Sequence[str]) -> str:
    places = [_plain(getattr(row, name.lstrip("-"))) for name in order]
    return base64.urlsafe_b64encode(json.dumps(places).encode()).decode().rstrip("=")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _beyond(model: type[Model], order: Sequence[str], cursor: str) -> Q:
    """`a < x or (a = x and b < y)`, written so that an index on (a, b) gives the range."""
    (first, *rest), (place, *places) = order, _places(model, order, cursor)
    name, side = first.lstrip("-"), "lt" if first.startswith("-") else "gt"
    if not rest:
        return Q(**{f"{name}__{side}": place})
    second, way = rest[0].lstrip("-"), "lt" if rest[0].startswith("-") else "gt"
    return Q(**{f"{name}__{side}e": place}) & (
        Q(**{f"{name}__{side}": place}) | Q(**{f"{second}__{way}": places[0]})
    )


def _places(model: type[Model], order: Sequence[str], cursor: str) -> list[Any]:
    try:
        texts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        if len(texts) != len(order) or not all(isinstance(text, str) and len(text) < 80 for text in texts):
            raise ValueError
        return [_value(model, name.lstrip("-"), text) for name, text in zip(order, texts, strict=True)]
    except (ValueError, TypeError, OverflowError, ValidationError, RecursionError):
        raise BadParameter("cursor", "This cursor is not one of ours; leave it out to start again.") from None


def _value(model: type[Model], name: str, text: str) -> Any:
    field: Any = model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
    value = (field.target_field if field.is_relation else field).to_python(text)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError
    return value
