"""Links that are keys do not get into the log."""

import logging
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from upsell_project.lib.masking import MaskSecrets, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Unauthorized: /hooks/stripe/s3cret_token", "Unauthorized: /hooks/stripe/***"),
        ("/hooks/zendesk/s3cret/ and more", "/hooks/zendesk/***/ and more"),
        ("/p/abc.def-_", "/p/***"),
        ("http://host/u/abc.def/?x=1", "http://host/u/***/?x=1"),
        ("<WSGIRequest: POST '/c/abc.def'>", "<WSGIRequest: POST '/c/***'>"),
        ("/why/abc.def", "/why/***"),
        ("Server Error: /api/people/ana@acme.test/timeline/", "Server Error: /api/people/***/timeline/"),
        ("/api/accounts/acme", "/api/accounts/***"),
        (
            "/api/v1/people/7 /v1/offers /demo/ /static/upsell.js",
            "/api/v1/people/7 /v1/offers /demo/ /static/upsell.js",
        ),
    ],
)
def test_it_works(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.django_db
def test_what_django_logs_of_a_refused_link_names_no_token(client: Client, caplog: Any) -> None:
    caplog.handler.addFilter(MaskSecrets())
    caplog.set_level(logging.WARNING, "django.request")
    client.get("/p/s3cret.token")
    client.post("/hooks/stripe/s3cret_token", "{}", content_type="application/json")
    assert [one.getMessage() for one in caplog.records] == [
        "Not Found: /p/***",
        "Not Found: /hooks/stripe/***",
    ]


def test_every_handler_masks() -> None:
    handlers: Any = settings.LOGGING["handlers"]
    for handler in handlers.values():
        assert "mask" in handler["filters"]
    assert any(isinstance(one, MaskSecrets) for used in logging.root.handlers for one in used.filters)
