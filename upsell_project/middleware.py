"""What holds for every door."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse

from upsell_project.lib import problem

log = logging.getLogger(__name__)
SENTENCE = "The database cannot be reached; nothing was stored. Try again shortly."
NUL = "The address holds a NUL character (%00)."
RETRY_AFTER = "2"
FOR_PROGRAMS = ("/v1/", "/hooks/", "/api/")


class Unavailable:
    """Without PostgreSQL nothing may be acknowledged: 503, and when to try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        return refusal(request, error)


class Nul:
    """No text of ours holds a NUL character, and PostgreSQL refuses to look for one. Doors for programs say so
    themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        holds = "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
        if not holds or request.path.startswith(FOR_PROGRAMS):
            return self.get_response(request)
        return HttpResponse(NUL, status=400, content_type="text/plain; charset=utf-8")


def refusal(request: HttpRequest, error: Exception) -> HttpResponse:
    """What is said instead of an acknowledgment."""
    log.warning("the database did not answer: %s", type(error).__name__)
    response = _for_program(request) if request.path.startswith(FOR_PROGRAMS) else _for_human()
    response["Retry-After"] = RETRY_AFTER
    response["Cache-Control"] = "no-store"
    return response


def _for_program(request: HttpRequest) -> HttpResponse:
    """A problem that also has the flat members which SDKs show."""
    body = problem.body(503, SENTENCE, problem.request_id(request))
    flat = {"code": "unavailable", "message": SENTENCE}
    return JsonResponse(body | flat, status=503, content_type=problem.CONTENT_TYPE)


def _for_human() -> HttpResponse:
    return HttpResponse(SENTENCE, status=503, content_type="text/plain; charset=utf-8")
