"""What goes past Django is answered as Django's way answers it."""

import base64
import gzip
import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from signals_app import express, ingest, limits
from signals_app.models import Envelope, Source
from tests.build import a_source
from upsell_project import wsgi

pytestmark = pytest.mark.django_db

TRACK = {"userId": "u", "event": "Report Exported", "messageId": "m"}
Said = tuple[str, dict[str, str], bytes]


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


@pytest.fixture
def source() -> Source:
    return a_source()


def sent(body: bytes, path: str = "/v1/track", method: str = "POST", **headers: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
        **headers,
    }


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def asked(application: Any, environ: dict[str, Any]) -> Said:
    answers: list[Any] = []
    response = application(environ, lambda status, headers, _error=None: answers.extend((status, headers)))
    body = b"".join(response)
    getattr(response, "close", lambda: None)()
    return answers[0], dict(answers[1]), body


def djangos(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """All of Django, in the connection of the test."""
    path, body = environ.pop("PATH_INFO"), environ.pop("wsgi.input").read()
    content_type = environ.pop("CONTENT_TYPE")
    answer = Client().generic(environ.pop("REQUEST_METHOD"), path, body, content_type, **environ)
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return [answer.content]


def kept() -> list[tuple[Any, ...]]:
    return [
        (one.source_id, one.call, bytes(one.body), one.headers)
        for one in Envelope.objects.order_by("received_at")
    ]


def of(name: str, key: str) -> dict[str, Any]:
    whole = {**TRACK, "writeKey": key}
    plain = json.dumps(whole).encode()
    by_key = {"HTTP_AUTHORIZATION": basic(key), "HTTP_USER_AGENT": "sdk/1"}
    batch = json.dumps({"batch": [{**TRACK, "type": "track"}, {"type": "track"}], "writeKey": key}).encode()
    return {
        "key in the body": lambda: sent(plain),
        "key in the head": lambda: sent(json.dumps(TRACK).encode(), **by_key),
        "key in a head of ours": lambda: sent(json.dumps(TRACK).encode(), HTTP_X_WRITE_KEY=key),
        "short": lambda: sent(plain, "/v1/t"),
        "import": lambda: sent(batch, "/v1/import"),
        "gzip": lambda: sent(gzip.compress(plain), HTTP_CONTENT_ENCODING="gzip"),
        "one bad item": lambda: sent(batch, "/v1/batch"),
        "no JSON": lambda: sent(b"{", **by_key),
        "no body": lambda: sent(b"", **by_key),
        "no such key": lambda: sent(json.dumps(TRACK).encode(), HTTP_AUTHORIZATION=basic("wk_none")),
        "no key": lambda: sent(json.dumps(TRACK).encode()),
        "broken key": lambda: sent(plain, HTTP_AUTHORIZATION="Basic \xff"),
        "too large": lambda: sent(b" " * 600_000, **by_key),
        "delete": lambda: sent(
            json.dumps({"batch": [{"type": "delete", "userId": "u"}]}).encode(), "/v1/b", **by_key
        ),
        "person token": lambda: sent(plain, HTTP_AUTHORIZATION="Bearer x"),
    }[name]()


NAMES = """key in the body|key in the head|key in a head of ours|short|import|gzip|one bad item|no JSON|no body
no such key|no key|broken key|too large|delete|person token""".replace("\n", "|").split("|")


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_and_keeps_what_django_would(name: str, source: Source) -> None:
    ways = []
    for way in (wsgi.application.application, djangos):
        limits.forget()
        Envelope.objects.all().delete()
        status, headers, body = asked(way, of(name, source.write_key))
        ways.append(
            (status, headers.get("Vary"), headers.get("Retry-After"), headers["Content-Type"], body, kept())
        )
    assert ways[0] == ways[1]


class Django:
    """Notes what comes its way."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.paths.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return []


@pytest.mark.parametrize(
    "environ",
    [
        sent(b"", "/v1/offers"),
        sent(b"", "/v1/track/"),
        sent(b"", method="GET"),
        sent(b"", method="OPTIONS"),
        sent(b"", HTTP_ORIGIN="https://shop.test"),
        sent(b"", HTTP_HOST="elsewhere.test"),
    ],
)
def test_all_else_goes_djangos_way(environ: dict[str, Any]) -> None:
    django = Django()
    asked(express.Lane(django), environ)
    assert len(django.paths) == 1


def test_a_good_call_does_not(source: Source) -> None:
    django = Django()
    assert asked(express.Lane(django), of("key in the body", source.write_key))[0] == "200 OK"
    assert django.paths == []
    assert len(kept()) == 1


@override_settings(REQUESTS_PER_ADDRESS=1)
def test_an_address_that_is_too_fast_waits(source: Source) -> None:
    lane = express.Lane(Django())
    answers = [asked(lane, of("key in the body", source.write_key)) for _ in range(3)]
    assert "429 Too Many Requests" in {status for status, _, _ in answers}
    assert answers[-1][1]["Retry-After"] == "1"
    assert len(kept()) < 3


def test_while_the_database_is_away_it_says_so(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(ingest, "accept", away)
    status, headers, body = asked(express.Lane(Django()), of("key in the body", source.write_key))
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "2")
    assert json.loads(body)["code"] == "unavailable"
