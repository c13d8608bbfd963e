"""The short way of the widget's two calls: to their views past Django's middleware and URLs, as single events take it.

Pages on other origins call these, and the views themselves say whom they answer. All but the plain GET and the plain
POST, the preflight too, goes Django's way.
"""

from collections.abc import Iterable
from typing import Any

from django.db import close_old_connections
from django.http import HttpResponse

from campaigns_app import offer_views
from signals_app import express
from signals_app.express import Environ

VIEWS = {
    ("GET", "/v1/offers"): offer_views.offers,
    ("POST", "/v1/interactions"): offer_views.interactions,
}
UNAVAILABLE = 503


class Lane:
    """A WSGI application around another one."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        view = VIEWS.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if view is None:
            return self.application(environ, start_response)  # type: ignore[no-any-return]
        return express.answer(self.application, environ, start_response, lambda call: _seen_to(view(call)))


def _seen_to(response: HttpResponse) -> HttpResponse:
    """A connection that broke is replaced: Django does so after each of its own requests."""
    if response.status_code == UNAVAILABLE:
        close_old_connections()
    return response
