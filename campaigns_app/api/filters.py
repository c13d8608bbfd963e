"""Filters of lists, each named in its resource. What is not named is refused: no typo widens a list."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Choices, QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from campaigns_app.api.problems import BadParameter

_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
_DAY = timedelta(days=1)
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Filter:
    """`lookup` of the ORM, how its text is read (ValueError: not at all), and how OpenAPI says it."""

    lookup: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    expects: str


def text(lookup: str) -> Filter:
    return Filter(lookup, str, {"type": "string"}, "a text")


def number(lookup: str) -> Filter:
    return Filter(lookup, _whole, {"type": "integer", "minimum": 0}, "a whole number")


def flag(lookup: str) -> Filter:
    return Filter(lookup, _truth, {"type": "boolean"}, "true or false")


def moment(lookup: str) -> Filter:
    return Filter(lookup, read_moment, {"type": "string", "format": "date-time"}, "an ISO 8601 date and time")


def choice(lookup: str, choices: type[Choices]) -> Filter:
    values = [str(value) for value in choices.values]
    return Filter(lookup, _one_of(values), {"type": "string", "enum": values}, f"one of {', '.join(values)}")


def between(column: str) -> dict[str, Filter]:
    """`from` (inclusive) and `to` (exclusive)."""
    return {"from": moment(f"{column}__gte"), "to": moment(f"{column}__lt")}


def parameters(request: Request, allowed: Mapping[str, Any]) -> dict[str, str]:
    """The query as plain texts, each at most once; anything that is not allowed is a 400 with a sentence."""
    for name, values in request.query_params.lists():
        if name not in allowed:
            known = f"known are {', '.join(allowed)}" if allowed else "none is known here"
            raise BadParameter(name[:100], f"There is no parameter of this name; {known}.", "unknown")
        if len(values) > 1:
            raise BadParameter(name, f"{name} is given more than once.")
        if "\x00" in values[0]:
            raise BadParameter(name, f"{name} holds a NUL character.")
    return {name: str(value) for name, value in request.query_params.dict().items()}


def read_moment(value: str) -> datetime:
    """Aware UTC; without an offset it is UTC. A `+` that a query string turned into a space is put back."""
    at = datetime.fromisoformat(_LOST_PLUS.sub("+", value))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not datetime.min.replace(tzinfo=UTC) + _DAY < at < datetime.max.replace(tzinfo=UTC) - _DAY:
        raise ValueError(value)
    return at.astimezone(UTC)


class Filters(BaseFilterBackend):
    """Applies the view's `filters` to its list."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        declared: Mapping[str, Filter] = getattr(view, "filters", {})
        for name, value in request.query_params.dict().items():
            if name in declared:
                queryset = queryset.filter(**{declared[name].lookup: read(name, str(value), declared[name])})
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        declared: Mapping[str, Filter] = getattr(view, "filters", {})
        return [{"name": name, "in": "query", "schema": dict(one.schema)} for name, one in declared.items()]


def read(name: str, value: str, one: Filter) -> Any:
    try:
        return one.read(value)
    except (ValueError, OverflowError):
        raise BadParameter(name, f"{name} is {one.expects}.") from None


def _whole(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise ValueError(value)
    return int(value)


def _truth(value: str) -> bool:
    if value not in _TRUTHS:
        raise ValueError(value)
    return _TRUTHS[value]


def _one_of(values: list[str]) -> Callable[[str], str]:
    def member(value: str) -> str:
        return values[values.index(value)]

    return member
