"""Browsers on other origins: exactly those that the source names, no cookies, never `*`."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from signals_app.models import Source

HEADERS = "Authorization, Content-Type, X-Write-Key"


def allowed(request: HttpRequest, source: Source) -> bool:
    """A request without an origin comes from no page; pages of this deployment itself always may.

    It may be reached by several names: `localhost` and `127.0.0.1` are one, ALLOWED_HOSTS has vouched for both.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    ours = (settings.PUBLIC_URL, f"{request.scheme}://{request.get_host()}")
    return origin in source.origins or origin in ours


def open_to(response: HttpResponse, request: HttpRequest, source: Source | None) -> HttpResponse:
    """Let the page read the answer if its origin may."""
    response["Vary"] = "Origin"
    origin = request.headers.get("Origin")
    if origin and source and allowed(request, source):
        response["Access-Control-Allow-Origin"] = origin
    return response


def preflight(request: HttpRequest) -> HttpResponse:
    """A preflight carries no key, so it cannot know the source: it permits the shape, the real call is checked."""
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Origin"] = request.headers.get("Origin", settings.PUBLIC_URL)
    response["Access-Control-Allow-Methods"] = "GET, POST"
    response["Access-Control-Allow-Headers"] = HEADERS
    response["Access-Control-Max-Age"] = "600"
    response["Vary"] = "Origin"
    return response
