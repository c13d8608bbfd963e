"""Whoever decides on request: a server that asks `POST /v1/decide`."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from offers_app.models import Proposition
from people_app.models import Person
from signals_app.models import Signal, Source
from tests.build import a_source
from tests.engine import a_signal, account_of, somebody


class Server:
    """A company's server with its key."""

    def __init__(self, source: Source | None = None) -> None:
        self.source = source or a_source("http")

    def post(self, body: Any, **headers: str) -> HttpResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body)
        sent = {"X-Write-Key": self.source.write_key} | {k.replace("_", "-"): v for k, v in headers.items()}
        return Client().post("/v1/decide", raw, content_type="application/json", headers=sent)  # type: ignore[return-value]

    def ask(self, person: Person, **body: Any) -> dict[str, Any]:
        """The answer; for the banner, if nothing else is said."""
        where = {} if "channel" in body else {"placement": "app-banner"}
        answer = self.post({"userId": person.user_id, **where, **body})
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = json.loads(answer.content)
        return found

    def offered(self, person: Person, **body: Any) -> Proposition:
        """What it was told to show."""
        (offer,) = self.ask(person, **body)["offers"]
        return Proposition.objects.get(pk=offer["proposition_id"])


def noticed(slug: str = "usage-limit-near", **fields: Any) -> Person:
    """Somebody near a limit, whose signal no playbook has taken."""
    person = somebody(**fields)
    signal(person, slug)
    return person


def signal(person: Person, slug: str = "usage-limit-near") -> Signal:
    return a_signal(person, account_of(person), slug)
