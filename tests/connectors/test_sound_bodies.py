"""A body in which nothing was refused is read the quick way later, and gives the same items as the strict way."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import segment
from tests.connectors import payload
from tests.connectors.segment_calls import NOW

ids = st.none() | st.sampled_from(["u_1", " ", "", 7, 2.0, -3, "x" * 200])
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
objects = st.none() | st.dictionaries(
    st.sampled_from(["a", "email", "page", "device", "groupId"]), values, max_size=3
)
items = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "group", "alias", "page", "screen", "delete"])},
    optional={
        "userId": ids,
        "anonymousId": ids,
        "groupId": ids,
        "previousId": ids,
        "messageId": ids,
        "event": texts,
        "name": texts,
        "properties": objects,
        "traits": objects,
        "context": objects,
        "integrations": st.none()
        | st.fixed_dictionaries({}, optional={"All": st.booleans(), "Upsell": values}),
        "channel": values,
        "timestamp": st.sampled_from(
            ["2026-03-02T09:29:00.000Z", "2026-03-02T09:29:00+05:45", "2099-01-01T00:00:00Z"]
        ),
        "originalTimestamp": st.just("2026-03-01T09:29:00Z"),
        "sentAt": st.sampled_from(["2026-03-02T09:29:30Z", "soon"]),
    },
)
heads = st.fixed_dictionaries(
    {},
    optional={
        "sentAt": st.just("2026-03-02T09:29:30Z"),
        "context": objects,
        "integrations": objects,
        "writeKey": texts,
    },
)


def same(body: bytes, call: str) -> int:
    strictly = segment.read(body, call, NOW)
    if strictly.rejected:
        return 0
    quickly = segment.read_sound(body, call, NOW)
    assert [asdict(one) for one in quickly.items] == [asdict(one) for one in strictly.items]
    return len(strictly.items)


@given(st.lists(items, min_size=1, max_size=3), heads)
@settings(deadline=None)
def test_any_sound_batch(batch: Any, head: Any) -> None:
    try:
        same(json.dumps({**head, "batch": batch}).encode(), "batch")
    except segment.Unreadable:
        return


@given(items, st.sampled_from(["track", "identify", "group", "alias", "page", "screen"]))
@settings(deadline=None)
def test_any_sound_call(item: Any, call: str) -> None:
    same(json.dumps(item).encode(), call)


@pytest.mark.parametrize("name", [*payload.names("segment", "py_"), *payload.names("segment", "node_")])
def test_what_sdks_send(name: str) -> None:
    for request in payload.read("segment", name)["requests"]:
        assert same(request["body"].encode(), "batch") == len(json.loads(request["body"])["batch"])
