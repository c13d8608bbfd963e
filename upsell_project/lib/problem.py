"""Errors as `application/problem+json` (RFC 9457), with a machine-readable list of what to correct."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse

CONTENT_TYPE = "application/problem+json"
_CLEAN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Error:
    """One thing to correct. `pointer` is `#/terms/price` in the body or `?limit` in the query."""

    pointer: str
    code: str
    message: str


def body(status: int, detail: str, request_id: str, errors: Sequence[Error] = ()) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": request_id,
        "errors": [asdict(error) for error in errors],
    }


def response(
    request: HttpRequest,
    status: int,
    detail: str,
    errors: Sequence[Error] = (),
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    """The answer of a plain Django view; the staff API builds its own from `body`."""
    named = request_id(request)
    answer = JsonResponse(body(status, detail, named, errors), status=status, content_type=CONTENT_TYPE)
    for name, value in {"X-Request-Id": named, **(headers or {})}.items():
        answer[name] = value
    return answer


def request_id(request: HttpRequest) -> str:
    """The caller's `X-Request-Id` when it is a plain token, else one made up; one per request."""
    known = request.META.get("upsell.request_id")
    if not known:
        given = request.headers.get("X-Request-Id", "")
        known = given if _CLEAN_ID.fullmatch(given) else uuid.uuid4().hex
        request.META["upsell.request_id"] = known
    return str(known)
