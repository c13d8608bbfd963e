"""Without PostgreSQL every door says so: 503, and when to try again; nothing is acknowledged."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from consent_app import links
from signals_app import authentication, overload
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)
TRACK = {"userId": "ana", "event": "E", "writeKey": "wk_of_somebody"}
CONSENT = {"userId": "ana", "channels": {"email": True}, "writeKey": "wk_of_somebody"}
BEARER = {"Authorization": "Bearer key_of_somebody"}
KEY = {"X-Write-Key": "wk_of_somebody"}
PROGRAMS: dict[str, tuple[str, str, Any, dict[str, str]]] = {
    "calls": ("POST", "/v1/track", TRACK, {}),
    "hooks": ("POST", "/hooks/stripe/token", {}, {}),
    "offers": ("GET", "/v1/offers", None, KEY),
    "interactions": ("POST", "/v1/interactions", {}, KEY),
    "consents": ("POST", "/v1/consents", CONSENT, {}),
    "staff API": ("GET", "/api/v1/people", None, BEARER),
}


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def away(signed_in: Client, settings: Any) -> Iterator[None]:
    """Nothing listens where the connection would be made anew. What others sent in this second does not count."""
    settings.REQUESTS_PER_ADDRESS = 1_000_000
    before = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    for cache in (authentication, overload, clock):
        cache.forget()
    yield
    connection.settings_dict["PORT"] = before
    connection.close()


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("door", PROGRAMS)
def test_programs_get_a_problem(client: Client, door: str) -> None:
    method, path, body, headers = PROGRAMS[door]
    answer = client.generic(
        method, path, json.dumps(body or {}), content_type="application/json", headers=headers
    )
    assert answer.status_code == 503, answer.content
    assert int(answer["Retry-After"]) >= 1
    assert json.loads(answer.content)["title"] == "Service Unavailable"


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", ["/u/{}", "/p/{}", "/admin/", "/demo/"])
def test_humans_get_a_sentence(client: Client, page: str, method: str) -> None:
    if (method, page) == ("POST", "/demo/"):
        page, body = "/demo/do/", {"wish": "restart"}
    else:
        body = {"do": "stop"}
    make = links.make_unsubscribe if page.startswith("/u") else links.make_preferences
    path = page.format(make(1, None))
    answer = client.get(path) if method == "GET" else client.post(path, body)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "Try again" in answer.content.decode()


def test_a_mistake_of_ours_is_no_503(signed_in: Client) -> None:
    """A caller that is told to try again would do so for ever."""
    signed_in.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE signals_app_envelope RENAME TO elsewhere")
    try:
        overload.forget()
        answer = signed_in.get("/admin/signals_app/envelope/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO signals_app_envelope")
    assert answer.status_code == 500
