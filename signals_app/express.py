"""The short way of what is sent and asked most: past Django's middleware and URLs, straight to the same view.

Of what the middleware does, a call of a program needs the limit per address, a host that is ours and 503 while
PostgreSQL is away: those are here. It has no session, no cookie and no form. Of Segment's protocol what a page sends
(`Origin`) goes Django's way, and so does everything that is not plainly such a call. Apps above have lanes for calls
of theirs.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import HttpResponse

from signals_app import limits, views
from upsell_project import middleware

Environ = dict[str, Any]
CALLS = {f"/v1/{call}": call for call in (*views.SHORT, *views.SHORT.values())}


class Lane:
    """A WSGI application around another one."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        call = CALLS.get(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        if call is None or "HTTP_ORIGIN" in environ:
            return self.application(environ, start_response)  # type: ignore[no-any-return]
        return answer(self.application, environ, start_response, lambda request: _collected(request, call))


def answer(
    application: Any, environ: Environ, start_response: Any, view: Callable[["Call"], HttpResponse]
) -> Iterable[bytes]:
    """What `view` says. What Django refuses goes on to `application`, to be refused as ever: a host that is not ours,
    more parameters than may be."""
    request = Call(environ)
    try:
        request.get_host()
        response = limits.too_fast(request) or view(request)
    except SuspiciousOperation:
        environ["wsgi.input"] = BytesIO(request.body)
        return application(environ, start_response)  # type: ignore[no-any-return]
    response["X-Content-Type-Options"] = "nosniff"
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


def _collected(request: "Call", call: str) -> HttpResponse:
    try:
        return views.collect(request, call)
    except (OperationalError, InterfaceError) as error:
        close_old_connections()
        return middleware.refusal(request, error)


class Call(WSGIRequest):
    """As much of a request as the view reads; Django's own takes apart more than anybody asks for here."""

    def __init__(self, environ: Environ) -> None:
        self.META = self.environ = environ
        self.method = environ["REQUEST_METHOD"]
        self.path = self.path_info = environ["PATH_INFO"]
        self._body = environ["wsgi.input"].read()
        self.headers = Headers(environ)  # type: ignore[assignment]


class Headers:
    """Django's headers, of which only what is asked for is looked up."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ

    def get(self, name: str, default: Any = None) -> Any:
        """The header's text."""
        return self._environ.get(_key(name), default)


@lru_cache(64)
def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
