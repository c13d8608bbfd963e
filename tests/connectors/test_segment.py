import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from signals_app.connectors import CONNECTORS, segment
from signals_app.connectors.base import BadSignature
from tests.connectors import payload
from tests.connectors.segment_calls import NOW, TRACK, batch, single, taken

CAPTURES = [
    *payload.names("segment", "py_"),
    *payload.names("segment", "node_"),
]


def refused(item: Any) -> tuple[str, str]:
    found = batch(TRACK, item)
    assert (found.accepted, [one.index for one in found.rejected]) == (1, [1])
    return found.rejected[0].path, found.rejected[0].reason


@pytest.mark.parametrize("name", CAPTURES)
def test_every_recorded_sdk_request_is_understood(name: str) -> None:
    for request in payload.read("segment", name)["requests"]:
        sent = json.loads(request["body"])
        body = request["body"].encode()
        found = segment.read(gzip.compress(body) if request["gzip"] else body, "batch", NOW)
        assert found.rejected == []
        assert found.write_key == sent.get("writeKey")
        assert [(one.kind, one.message_id, one.user_id, one.anonymous_id) for one in found.items] == [
            (item["type"], item["messageId"], item.get("userId"), item.get("anonymousId"))
            for item in sent["batch"]
        ]
        for one, item in zip(found.items, sent["batch"], strict=True):
            assert one.name == (item.get("event") or item.get("name") or "")
            if one.kind == "identify":
                assert one.traits["email"] == "ana@example.com"
            if one.kind == "group":
                assert (one.group_id, one.account_traits["name"]) == ("acct_9", "Initech")
            if one.kind == "alias":
                assert one.previous_id == item["previousId"]


def test_the_captures_cover_all_five_sdks_and_all_six_calls() -> None:
    sdks = ("node_analytics", "node_rudder", "node_segment", "py_rudder", "py_segment")
    assert all(any(name.startswith(sdk) for name in CAPTURES) for sdk in sdks)
    kinds = {
        item["type"]
        for name in CAPTURES
        for request in payload.read("segment", name)["requests"]
        for item in json.loads(request["body"])["batch"]
    }
    assert kinds == {"track", "identify", "group", "page", "screen", "alias"}


@pytest.mark.parametrize("name", payload.names("segment", "segapi-"))
def test_the_write_key_in_the_body_is_read(name: str) -> None:
    vector = payload.read("segment", name)
    call = vector["url"].rsplit("/", 1)[1]
    found = segment.read(vector["body"].encode(), call, datetime.fromtimestamp(vector["now_unix"], UTC))
    known = found.write_key or vector["headers"].get("Authorization")
    assert bool(known) is vector["valid"]
    assert found.accepted == 1


@pytest.mark.parametrize("call", sorted(segment.CALLS - {"batch"}))
def test_a_single_call_is_a_batch_of_one(call: str) -> None:
    item = {**TRACK, "type": "ignored", "groupId": "acct_9", "previousId": "anon_7", "writeKey": "wk"}
    found = single(call, item)
    assert (found.items[0].kind, found.write_key) == (call, "wk")


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        ({"type": None}, "type", "is missing"),
        ({"type": "tack"}, "type", "is not one of"),
        ({"type": ["track"]}, "type", "is not one of"),
        ({"userId": None}, "userId", "both missing"),
        ({"userId": " "}, "userId", "both missing"),
        ({"userId": {"id": 1}}, "userId", "neither a string nor a whole number"),
        ({"userId": True}, "userId", "neither a string nor a whole number"),
        ({"userId": 1.5}, "userId", "neither a string nor a whole number"),
        ({"userId": "u" * 201}, "userId", "longer than 200"),
        ({"event": None}, "event", "is empty"),
        ({"event": 7}, "event", "is not a string"),
        ({"event": "e" * 201}, "event", "longer than 200"),
        ({"type": "group"}, "groupId", "is missing"),
        ({"type": "alias"}, "previousId", "is missing"),
        ({"type": "delete", "userId": None}, "userId", "both missing"),
        ({"type": "page", "name": {}}, "name", "is not a string"),
        ({"messageId": ["m"]}, "messageId", "neither"),
        ({"properties": [1]}, "properties", "is not a JSON object"),
        ({"context": "x"}, "context", "is not a JSON object"),
        ({"integrations": False}, "integrations", "is not a JSON object"),
        ({"timestamp": "yesterday"}, "timestamp", "ISO 8601"),
        ({"timestamp": 1772443800}, "timestamp", "ISO 8601"),
        ({"timestamp": "1969-12-31T00:00:00Z"}, "timestamp", "ISO 8601"),
        ({"properties": {"x": "y" * 40_000}}, "", "larger than 32768 bytes"),
        ({"properties": {"x": "é" * 17_000}}, "", "larger than 32768 bytes"),
    ],
)
def test_a_bad_item_is_rejected_alone_with_the_field_and_the_reason(
    change: dict[str, Any], path: str, reason: str
) -> None:
    found = refused({**TRACK, **change})
    assert found[0] == path
    assert reason in found[1] and found[1].startswith(path or "the item")


@pytest.mark.parametrize("item", [None, 1, "x", []])
def test_an_item_that_is_no_object_is_rejected(item: Any) -> None:
    assert refused(item) == ("", "the item is not a JSON object")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"a":1,"a":2}', "properties.a"),
        ('{"a":NaN}', "properties.a"),
        ('{"a":"\\u0000"}', "properties.a"),
        ('{"a":"\\ud800"}', "properties.a"),
        ('{"a":9007199254740993}', "properties.a"),
        ('{"a":' + "[" * 31 + "]" * 31 + "}", "properties.a" + "[0]" * 30),
        ('{"a":' + "[" * 3000 + "]" * 3000 + "}", ""),
    ],
)
def test_what_strict_json_refuses_inside_one_item_spares_the_others(text: str, path: str) -> None:
    good = json.dumps(TRACK)
    bad = good[:-1] + f', "properties": {text}}}'
    found = segment.read(f'{{"batch": [{good}, {bad} , {good}], "writeKey": "wk"}}'.encode(), "batch", NOW)
    assert (found.write_key, found.accepted) == ("wk", 2)
    assert [(one.index, one.path, one.raw) for one in found.rejected] == [(1, path, bad[:4000])]
    alone = segment.read(f'{bad[:-1]}, "writeKey": "wk"}}'.encode(), "track", NOW)
    assert (alone.accepted, len(alone.rejected)) == (0, 1)


def test_the_deepest_item_that_is_allowed_is_taken_in_a_batch() -> None:
    deep = json.loads("[" * 30 + "]" * 30)
    assert taken({**TRACK, "properties": {"a": deep}}).properties == {"a": deep}


def test_verdicts_keep_their_order_when_reasons_are_mixed() -> None:
    text = f'{{"batch": [1, {{"a": NaN}}, {json.dumps(TRACK)}, 2]}}'
    found = segment.read(text.encode(), "batch", NOW)
    assert [one.index for one in found.rejected] == [0, 1, 3]


@pytest.mark.parametrize(
    ("body", "call", "status"),
    [
        (b"", "batch", 400),
        (b"not json", "track", 400),
        (b"[]", "batch", 400),
        (b"[]", "track", 400),
        (b"{}", "batch", 400),
        (b'{"batch":{}}', "batch", 400),
        (b'{"batch":[{},]}', "batch", 400),
        (b'{"batch":[],"batch":[]}', "batch", 400),
        (b'{"batch":[],"context":1}', "batch", 400),
        (b'{"batch":[{"a":NaN}, nonsense]}', "batch", 400),
        (b'{"\\u0062atch":[{"a":NaN}]}', "batch", 400),
        (b'{"\\u0062atch":[{"a":"' + b"x" * 33_000 + b'"}]}', "batch", 400),
        (b"\x1f\x8bbroken", "batch", 400),
        (b" " * (500 * 1024 + 1), "batch", 413),
        (gzip.compress(b" " * (500 * 1024 + 1)), "batch", 413),
        (b'{"batch":[' + b"1," * 2500 + b"1]}", "batch", 413),
        (b'{"x":"' + b"y" * 33_000 + b'"}', "track", 413),
    ],
)
def test_what_cannot_be_read_fails_the_request(body: bytes, call: str, status: int) -> None:
    with pytest.raises(segment.Unreadable) as caught:
        segment.read(body, call, NOW)
    assert caught.value.status == status
    assert caught.value.message.endswith(".")
    assert CONNECTORS["http"].parse(body, {}, NOW, call).items == []


def test_as_many_events_as_allowed_are_taken() -> None:
    assert batch(*[{"type": "track", "userId": "u", "event": "E"}] * 2500).accepted == 2500


def test_a_write_key_is_no_signature() -> None:
    request = payload.request(payload.read("segment", "segapi-1-basic"))
    for kind in ("http", "web"):
        with pytest.raises(BadSignature):
            CONNECTORS[kind].verify(request, ["wk_test_123"], 0)


def test_a_key_written_with_escapes_is_understood_where_nothing_is_refused() -> None:
    body = f'{{"\\u0062atch": [{json.dumps(TRACK)}]}}'.encode()
    assert segment.read(body, "batch", NOW).accepted == 1
