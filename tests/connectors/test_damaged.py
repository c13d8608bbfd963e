"""Payloads of billing, flags and own producers with wrong things in any place: read without an exception."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from tests.connectors import payload

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KINDS = ("paddle", "recurly", "standard_webhooks", "launchdarkly", "optimizely")
HELD = [
    (kind, name) for kind in KINDS for name in payload.names(kind, "") if "body" in payload.read(kind, name)
]
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(0, 1e300)
    | st.text(max_size=4)
    | st.sampled_from(["9" * 40, "1e999", "NaN", "2026-13-01", "9999-12-31T23:59:59-14:00", "u" * 300])
)
anything = leaves | st.lists(leaves, max_size=2) | st.dictionaries(st.text(max_size=4), leaves, max_size=2)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, child in pairs for found in paths(child, (*path, key))]


@pytest.mark.parametrize(("kind", "name"), HELD)
@settings(deadline=None)
@given(data=st.data())
def test_no_damage_breaks_the_reading(kind: str, name: str, data: st.DataObject) -> None:
    body = payload.read(kind, name)["body"]
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(paths(body)))
        holder: Any = body
        for step in way:
            holder = holder[step]
        holder[last] = data.draw(anything)
    call = name.replace("-", ":") if name.startswith("read-") else "hook"
    for one in CONNECTORS[kind].parse(json.dumps(body).encode(), {}, NOW, call).items:
        assert 0 < len(one.message_id) <= 200
        assert len(one.name) <= 200
        assert one.occurred_at <= NOW
        assert all(0 < len(value) <= 200 for value in (*one.account_ids.values(), *one.lookup.values()))
        json.dumps([one.properties, one.account_traits, one.traits], allow_nan=False)
