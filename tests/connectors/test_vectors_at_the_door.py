"""Every signed request of `vectors.json` over HTTP: the right status, kept once if authentic, else not at all."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from signals_app.models import Envelope, Source
from tests.build import a_source
from tests.connectors import resign
from tests.connectors.test_vectors import ALL, ASSUMED, KEYED
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
PUBLIC = "https://app.example.com"

hooks = pytest.mark.parametrize(
    "vector", [one for one in ALL if one["provider"] != KEYED], ids=lambda one: str(one["id"])
)
calls = pytest.mark.parametrize(
    "vector", [one for one in ALL if one["provider"] == KEYED], ids=lambda one: str(one["id"])
)


@pytest.fixture(autouse=True)
def then(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The real clock stands where the vectors were signed; all of them say the same second."""
    settings.PUBLIC_URL = PUBLIC
    moment = datetime.fromtimestamp(ALL[0]["now_unix"], UTC)
    monkeypatch.setattr(clock, "real", lambda: moment)


def send(client: Client, vector: dict[str, Any], path: str) -> HttpResponse:
    headers = {name: value for name, value in vector["headers"].items() if name != "Content-Type"}
    return client.post(  # type: ignore[return-value]
        path, vector["body"].encode(), content_type=vector["headers"]["Content-Type"], headers=headers
    )


def placed(vector: dict[str, Any]) -> tuple[Source, dict[str, Any], str]:
    """A source at the vector's own path where that holds a token; a signed address without one is signed anew."""
    address = urlsplit(vector["url"])
    token = address.path.removeprefix(f"/hooks/{vector['provider']}").strip("/")
    more = {"hook_token": token} if token else {}
    source = a_source(vector["provider"], signing_secret=vector["secret"], **more)
    path = source.hook_path + (f"?{address.query}" if address.query else "")
    if vector["provider"] == "hubspot" and "X-HubSpot-Signature-v3" in vector["headers"]:
        # The secret's name is the secret itself for all that take any text.
        vector = resign.signed(vector, vector["secret"], PUBLIC + path)
    return source, vector, path


@hooks
def test_each_is_answered_as_it_says(client: Client, vector: dict[str, Any]) -> None:
    source, request, path = placed(vector)
    expected = vector["valid"] or ASSUMED in vector
    answer = send(client, request, path)
    assert answer.status_code in ((200, 204) if expected else (401,))
    source.refresh_from_db()
    assert source.signature_failures == (0 if expected else 1)
    kept = [bytes(one.body) for one in Envelope.objects.all()]
    assert kept == ([request["body"].encode()] if expected else [])
    wanted = vector.get("expect_response", {})
    assert wanted.get("contains", "") in answer.content.decode()
    assert answer["Content-Type"].startswith(wanted.get("content_type", ""))


@calls
def test_a_call_is_answered_by_its_write_key(client: Client, vector: dict[str, Any]) -> None:
    a_source("http", write_key=vector["secret"])
    answer = send(client, vector, urlsplit(vector["url"]).path)
    assert answer.status_code == (200 if vector["valid"] else 401)
    assert Envelope.objects.count() == (1 if vector["valid"] else 0)
    assert json.loads(answer.content).get("success") is (True if vector["valid"] else None)
