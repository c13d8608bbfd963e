"""Every error of the staff API as a problem (RFC 9457), whoever raised it."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from upsell_project.lib import problem
from upsell_project.lib.problem import Error

log = logging.getLogger(__name__)
RETRY_AFTER = "5"


class BadParameter(exceptions.APIException):
    """A query parameter that is unknown or makes no sense."""

    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, name: str, message: str, code: str = "invalid") -> None:
        super().__init__(message, code)
        self.error = Error(f"?{name}", code, message)


class Conflict(exceptions.APIException):
    """What is asked does not fit the state things are in."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


class Unprocessable(exceptions.APIException):
    """Well-formed, but contradicts what the caller said before."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "unprocessable"


class TooLarge(exceptions.APIException):
    """More bytes than we read."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class Unavailable(exceptions.APIException):
    """Not now; the answer says when to try again."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The database cannot be reached; try again in a moment."
    default_code = "unavailable"


def handle(raised: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler. An unforeseen error is logged under the request id that the caller gets."""
    request = context["request"]._request
    named = problem.request_id(request)
    known = _known(raised)
    if known is None:
        log.error("request %s failed", named, exc_info=raised)
        known = exceptions.APIException("Something failed on our side; the request id finds it in our log.")
    body = problem.body(known.status_code, _detail(known), named, list(_errors(known)))
    headers = {"X-Request-Id": named, **_headers(known)}
    return Response(body, known.status_code, headers=headers, content_type=problem.CONTENT_TYPE)


def _known(raised: Exception) -> exceptions.APIException | None:
    if isinstance(raised, exceptions.APIException):
        return raised
    if isinstance(raised, Http404):
        return exceptions.NotFound()
    if isinstance(raised, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(raised, RequestDataTooBig):
        return TooLarge("The body is too large.")
    if isinstance(raised, SuspiciousOperation | UnreadablePostError):
        return exceptions.ParseError("The request cannot be read.")
    if isinstance(raised, IntegrityError):
        return Conflict("Another one with this name exists, or something else still refers to it.")
    if isinstance(raised, OperationalError | InterfaceError):
        log.warning("the database did not answer: %s", type(raised).__name__)
        return Unavailable()
    return None


def _headers(known: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(known, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if known.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_AFTER
    return headers


def _detail(known: exceptions.APIException) -> str:
    if isinstance(known, exceptions.ValidationError):
        return "The body has fields to correct; `errors` names each."
    return str(known.detail)


def _errors(known: exceptions.APIException) -> Iterator[Error]:
    if isinstance(known, BadParameter):
        yield known.error
    elif isinstance(known, exceptions.ValidationError):
        yield from _pointed(known.get_full_details(), "#")


def _pointed(details: Any, pointer: str) -> Iterator[Error]:
    """Flatten DRF's nested details; `{"message", "code"}` is a leaf."""
    if isinstance(details, list):
        for index, one in enumerate(details):
            leaf = isinstance(one, dict) and set(one) == {"message", "code"} and isinstance(one["code"], str)
            yield from _pointed(one, pointer if leaf else f"{pointer}/{index}")
    elif set(details) == {"message", "code"} and isinstance(details["code"], str):
        yield Error(pointer, details["code"], str(details["message"]))
    else:
        for name, one in details.items():
            yield from _pointed(one, pointer if name == "non_field_errors" else f"{pointer}/{_escaped(name)}")


def _escaped(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
