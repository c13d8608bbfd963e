"""What the tests of messaging providers share: payloads as bytes, items as lines, and wrong types everywhere."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import HookRequest, Parsed
from signals_app.incoming import Incoming
from tests.connectors import payload

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "a-secret-of-decent-length"
CHANNELS = {"in_app", "email", "sms", "whatsapp", "push", "chat", "*"}
_ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e300,
    2**53,
    "",
    "x",
    "+1",
    "{{ x }}",
    "1" * 400,
    [],
    [None, 1],
    {},
    {"a": {}},
)


def raw(kind: str, name: str) -> bytes:
    found = payload.read(kind, name)
    body = found.get("raw", found.get("body"))
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def parsed(kind: str, body: bytes, headers: dict[str, str] | None = None) -> Parsed:
    return CONNECTORS[kind].parse(body, headers or {}, NOW, "hook")


def items(kind: str, name: str) -> list[Incoming]:
    return parsed(kind, raw(kind, name)).items


def one(kind: str, name: str) -> Incoming:
    (item,) = items(kind, name)
    return item


def asked(body: bytes = b"{}", method: str = "POST", url: str = "", **headers: str) -> HookRequest:
    return HookRequest(method, url, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def sound(found: Parsed) -> bool:
    """Whatever came in: storable ids, closed channels, no address where it can be read."""
    return (
        all(0 < len(item.message_id) <= 200 for item in found.items)
        and all(item.properties["channel"] in CHANNELS for item in found.items)
        and all(set(item.lookup) <= {"email", "phone"} for item in found.items)
        and all(item.occurred_at <= NOW and not item.active for item in found.items)
        and all(rejected.reason for rejected in found.rejected)
    )


@st.composite
def mutated(draw: st.DrawFn, kind: str, *names: str) -> bytes:
    """A payload in which up to three values are of a wrong type, or gone."""
    body = copy.deepcopy(payload.read(kind, draw(st.sampled_from(names)))["body"])
    body = json.loads(body) if isinstance(body, str) else body
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(body))
        if places:
            holder, key = draw(st.sampled_from(places))
            holder[key] = copy.deepcopy(draw(st.sampled_from(_ODD)))
    return json.dumps(body).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in list(entries):
        yield value, key
        yield from _places(inner)
