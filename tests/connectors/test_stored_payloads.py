"""Every stored payload: where it is from, and that it comes in by the door and the inbox as its connector reads it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from campaigns_app import pipeline
from signals_app.connectors import CONNECTORS
from signals_app.models import Envelope, Event, Source
from tests.build import a_source

PAYLOADS = Path(__file__).parent / "payloads"
FILES = sorted(PAYLOADS.glob("*/*.json"))
ORIGINS = (
    *("captured", "requests really made by", "documented", "shape of"),
    *("signed vector", "signed test request", "assumed"),
)
KINDS = sorted(kind for kind, connector in CONNECTORS.items() if connector.signed)
NAMELESS = ("http", "web")
"""Kinds of our own; what SDKs send them lies under the names of their vendors."""


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("kind", sorted(CONNECTORS.keys() - set(NAMELESS)))
def test_every_provider_has_one(kind: str) -> None:
    assert list((PAYLOADS / kind).glob("*.json"))


def test_each_says_where_it_comes_from() -> None:
    told = {named(path): json.loads(path.read_text())["provenance"].lower() for path in FILES}
    assert [name for name, said in told.items() if not said.startswith(ORIGINS)] == []
    assert [name for name, said in told.items() if len(said) < 15] == [], "it names what it is from"


def body_of(path: Path) -> bytes:
    """As it travels; empty for what is no request to a webhook (recorded calls of SDKs)."""
    kept = json.loads(path.read_text())
    said = kept.get("raw", kept.get("body", kept.get("event")))
    return b"" if said is None else (said if isinstance(said, str) else json.dumps(said)).encode()


@pytest.mark.django_db
@pytest.mark.usefixtures("time")
@pytest.mark.parametrize("kind", KINDS)
def test_each_comes_in_as_its_connector_reads_it(
    client: Client, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signatures are another test's matter. Events of one source each, as several tell of the same thing."""
    monkeypatch.setattr(type(CONNECTORS[kind]), "verify", lambda *_: None)
    sent = {
        path: delivered(client, kind, path) for path in FILES if path.parent.name == kind and body_of(path)
    }
    while pipeline.process(50):
        pass
    assert set(Envelope.objects.values_list("state", flat=True)) == {"done"}
    for path, (source, expected) in sent.items():
        stored = Event.objects.filter(source=source).exclude(kind="delete")
        assert set(stored.values_list("message_id", flat=True)) == expected, named(path)


def delivered(client: Client, kind: str, path: Path) -> tuple[Source, set[str]]:
    """The source that took it, and the ids of the items that its connector finds in it."""
    source, body = a_source(kind), body_of(path)
    headers = json.loads(path.read_text()).get("headers", {})
    of = {name.lower(): value for name, value in headers.items()}
    content_type = of.get("content-type", "application/json")
    answer = client.post(source.hook_path, body, content_type=content_type, headers=headers)
    assert answer.status_code in (200, 204), (named(path), answer.content)
    came = Envelope.objects.filter(source=source).values_list("headers", flat=True)
    now = datetime.now(UTC)
    read = CONNECTORS[kind].parse(body, dict(came[0]), now, "hook") if came else None
    return source, {item.message_id for item in read.items if item.kind != "delete"} if read else set()
