"""Whatever is sent to a door, it answers below 500, and whatever it took can be read: FUZZ_SECONDS long, per door."""

import base64
import gzip
import json
import os
import random
import time as real_time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from signals_app import ingest
from signals_app.connectors import CONNECTORS
from signals_app.models import Envelope
from tests.build import a_source

pytestmark = pytest.mark.django_db

PAYLOADS = Path(__file__).parents[1] / "connectors" / "payloads"
SECONDS = float(os.environ.get("FUZZ_SECONDS", "2"))
SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10_000))
ODD_JSON = [
    "NaN", "-Infinity", "1e400", "9" * 5000, "-0", '"\\u0000"', '"\\ud800"', '"\\udc00x"', "[" * 40 + "]" * 40, "{}",
    '{"a": 1, "a": 2}', "null", "true", '""', '" "', "[]", "[[]]", '"' + "x" * 5000 + '"', "0.1", "-1", "1e15",
    "99999999999999999", '"1970-01-01"', '"9999-12-31T23:59:59-14:00"', '"\\u2028"', '"é"', '{"": ""}',
]  # fmt: skip
DOORS = [
    "/v1/track",
    "/v1/batch",
    "/v1/identify",
    "/v1/group",
    "/v1/alias",
    "/v1/page",
    "/v1/import",
    "/batch",
]
DOORS += ["/batch/", "/2/httpapi", "/track", "/engage", "/groups", "/import", "/heap/api/track"]
DOORS += ["/e/", "/i/v0/e/", "/capture/", "/heap/api/add_user_properties"]


def seeds() -> dict[str, list[bytes]]:
    """Of each provider what it really sends."""
    found = {}
    for folder in sorted(PAYLOADS.iterdir()):
        files = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
        found[folder.name] = [body for one in files if isinstance(one, dict) for body in bodies(one)]
    return found


def bodies(kept: dict[str, Any]) -> Iterator[bytes]:
    for one in [kept, *kept.get("requests", [])]:
        if raw := one.get("raw") or one.get("body"):
            yield raw.encode() if isinstance(raw, str) else json.dumps(raw).encode()


def damaged(body: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 3)):
        body = dice.choice(DAMAGES)(body, dice)
    return body[:200_000]


def a_value(body: bytes, dice: random.Random) -> bytes:
    """One value of the document becomes an odd one, which need not even be JSON."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body
    places: list[tuple[Any, Any]] = []
    level = [document]
    while level:
        one = level.pop()
        inner = (
            list(one.items())
            if isinstance(one, dict)
            else list(enumerate(one))
            if isinstance(one, list)
            else []
        )
        places += [(one, key) for key, _ in inner]
        level += [value for _, value in inner]
    if not places:
        return body
    where, key = dice.choice(places)
    where[key] = "@odd@"
    return json.dumps(document).replace('"@odd@"', dice.choice(ODD_JSON)).encode()


def a_cut(body: bytes, dice: random.Random) -> bytes:
    return body[: dice.randint(0, len(body))]


def a_byte(body: bytes, dice: random.Random) -> bytes:
    at = dice.randint(0, len(body))
    return body[:at] + bytes([dice.randrange(256)]) + body[at + dice.randint(0, 1) :]


def a_repeat(body: bytes, dice: random.Random) -> bytes:
    first, last = sorted((dice.randint(0, len(body)), dice.randint(0, len(body))))
    return body[:last] + body[first:]


def a_wrapping(body: bytes, dice: random.Random) -> bytes:
    wraps: list[Callable[[bytes], bytes]] = [
        gzip.compress,
        lambda inner: gzip.compress(inner)[:-5],
        lambda inner: urlencode({"data": base64.b64encode(inner).decode()}).encode(),
        lambda inner: urlencode({"payload": inner.decode(errors="replace")}).encode(),
        lambda inner: b"[" + inner + b"]",
        lambda inner: b'{"batch": [' + inner + b"]}",
        lambda inner: b"\xef\xbb\xbf" + inner,
        lambda inner: inner.decode(errors="replace").encode("utf-16"),
        lambda inner: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' + inner,
    ]
    return dice.choice(wraps)(body)


DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    a_value,
    a_value,
    a_value,
    a_cut,
    a_byte,
    a_repeat,
    a_wrapping,
]
TYPES = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/xml",
    "multipart/form-data",
]


def shoot(client: Client, path: str, body: bytes, dice: random.Random, key: str) -> int:
    headers = {"X-Write-Key": key} if dice.random() < 0.9 else {}
    answer = client.post(path, body, content_type=dice.choice(TYPES), headers=headers)
    assert answer.status_code < 500, (SEED, path, body, answer.content)
    return answer.status_code


def read_all() -> None:
    """What a worker reads of it: a body that was taken never raises."""
    while claimed := ingest.claim(50):
        ingest.open_all(claimed)
        Envelope.objects.filter(pk__in=[envelope.pk for envelope in claimed]).delete()


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> None:
    settings.REQUESTS_PER_ADDRESS = settings.UNKNOWN_KEYS_PER_ADDRESS = 1_000_000


def test_the_doors_of_sdks(client: Client) -> None:
    dice, key = random.Random(SEED), a_source("http").write_key
    known = [body for found in seeds().values() for body in found]
    ends, statuses = real_time.monotonic() + SECONDS, set()
    while real_time.monotonic() < ends:
        for _ in range(50):
            statuses.add(shoot(client, dice.choice(DOORS), damaged(dice.choice(known), dice), dice, key))
        read_all()
    assert {200, 400} <= statuses


def test_the_doors_of_webhooks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind their signatures, which are another test's matter."""
    known, dice, statuses = seeds(), random.Random(SEED), set()
    hooks = {kind: a_source(kind) for kind, connector in CONNECTORS.items() if connector.signed}
    for kind in hooks:
        monkeypatch.setattr(type(CONNECTORS[kind]), "verify", lambda *_: None)
    every = [body for found in known.values() for body in found]
    ends = real_time.monotonic() + SECONDS
    while real_time.monotonic() < ends:
        for kind, source in hooks.items():
            body = damaged(dice.choice(known.get(kind) or every), dice)
            statuses.add(shoot(client, source.hook_path, body, dice, ""))
        read_all()
    assert 200 in statuses
