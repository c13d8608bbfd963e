"""Our own producers and the automation tools: one JSON shape, two kinds of proof."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest, Parsed
from signals_app.incoming import Incoming
from tests.connectors import payload, resign

STANDARD = CONNECTORS["standard_webhooks"]
TOOLS = ["zapier", "tray", "workato"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = "is_a_generated_key"


def read(said: Any, kind: str = "zapier", **headers: str) -> Parsed:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return CONNECTORS[kind].parse(json.dumps(said).encode(), named, NOW, "hook")


def one(said: Any, **headers: str) -> Incoming:
    found = read(said, **headers)
    assert found.rejected == []
    (item,) = found.items
    return item


def test_it_works() -> None:
    held = payload.read("standard_webhooks", "offer-accepted")
    (item,) = STANDARD.parse(json.dumps(held["body"]).encode(), held["headers"], NOW, "hook").items
    assert (item.kind, item.name, item.group_id) == ("track", "offer.accepted", "acct_9")
    assert (item.message_id, item.properties) == ("msg_01offerAccepted0001", {"offer_id": "off_1"})
    assert item.occurred_at == NOW


def test_who_it_is_stays_out_of_the_properties() -> None:
    data = {"user_id": 7, "account_id": "acct_9", "email": "Ana@Example.com", "used": 19, "id": "row_1"}
    item = one({"type": "Report Exported", "timestamp": "2026-03-02T09:00:00Z", "data": data})
    assert (item.user_id, item.group_id, item.lookup) == ("7", "acct_9", {"email": "ana@example.com"})
    assert item.properties == {"used": 19, "id": "row_1"}
    assert (item.occurred_at, item.active) == (NOW - timedelta(minutes=30), False)


def test_a_flat_event_is_taken_too() -> None:
    item = one({"event": "Pricing Viewed", "email": "ana@example.com", "page": "/pricing", "id": "e_1"})
    assert (item.name, item.properties, item.message_id) == ("Pricing Viewed", {"page": "/pricing"}, "e_1")


@pytest.mark.parametrize(
    ("said", "kind", "expected"),
    [
        (
            {"type": "identify", "data": {"user_id": "u_1", "email": "a@b.example", "role": "admin"}},
            "traits",
            {"email": "a@b.example", "role": "admin"},
        ),
        (
            {"type": "identify", "userId": "u_1", "traits": {"plan": "x"}},
            "traits",
            {"plan": "x"},
        ),
        (
            {"type": "group", "data": {"account_id": "acct_9", "traits": {"industry": "fintech"}}},
            "account_traits",
            {"industry": "fintech"},
        ),
        (
            {"type": "track", "event": "E", "userId": "u_1", "properties": {"used": 1}, "messageId": "m"},
            "properties",
            {"used": 1},
        ),
    ],
)
def test_facts_about_people_and_accounts(said: dict[str, Any], kind: str, expected: dict[str, Any]) -> None:
    assert getattr(one(said), kind) == expected


def test_an_erasure_is_asked_for() -> None:
    item = one({"type": "delete", "data": {"user_id": "u_1"}})
    assert (item.kind, item.user_id, item.properties) == ("delete", "u_1", {})


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"type": "Report Exported", "data": {"used": 19}}, "data.user_id"),
        ({"data": {"user_id": "u_1"}}, "type"),
        ({"type": "group", "data": {"user_id": "u_1"}}, "data.account_id"),
        ({"type": "alias", "data": {"user_id": "u_1"}}, "data.previous_id"),
        ({"type": "track", "data": {"user_id": "u_1"}}, "event"),
        ({"type": "E", "data": {"user_id": "u" * 201}}, "data.user_id"),
        (7, ""),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(said: Any, path: str) -> None:
    found = read(said)
    assert (found.items, [refused.path for refused in found.rejected]) == ([], [path])


@pytest.mark.parametrize("wrap", [lambda events: events, lambda events: {"events": events}])
def test_of_many_only_the_bad_one_is_refused(wrap: Any) -> None:
    events = [{"type": "A", "user_id": "u"}, {"type": "B"}, {"type": "C", "user_id": "u", "id": "c_1"}]
    found = read(wrap(events), idempotency_key="run_7")
    assert [item.message_id for item in found.items] == ["run_7", "c_1"]
    assert [(refused.index, refused.path) for refused in found.rejected] == [(1, "data.user_id")]


def test_too_many_at_once_are_refused_whole() -> None:
    found = read([{"type": "A", "user_id": "u"}] * 1001)
    assert (found.items, len(found.rejected)) == ([], 1)


def test_the_idempotency_key_says_which_event_it_is() -> None:
    said = {"id": "contact_7", "type": "Contact Updated", "user_id": "u_1"}
    assert one(said, idempotency_key="run_7").message_id == "run_7"
    assert one(said).message_id == "contact_7"
    nameless = {"type": "Contact Updated", "user_id": "u_1"}
    assert one(nameless).message_id == one(nameless).message_id != one({**nameless, "x": 1}).message_id


def test_a_time_to_come_is_now() -> None:
    assert one({"type": "A", "user_id": "u", "timestamp": "2031-01-01"}).occurred_at == NOW
    assert one({"type": "A", "user_id": "u", "timestamp": 1_772_440_200}).occurred_at == NOW - timedelta(
        hours=1
    )


def call(headers: dict[str, str], body: bytes = b'{"type":"A","user_id":"u"}') -> HookRequest:
    return HookRequest("POST", "", headers, body)


@pytest.mark.parametrize("kind", TOOLS)
@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": KEY},
        {"authorization": f"Bearer {KEY}"},
        {"authorization": "Basic " + base64.b64encode(f"x:{KEY}".encode()).decode()},
    ],
)
def test_a_tool_shows_its_key(kind: str, headers: dict[str, str]) -> None:
    CONNECTORS[kind].verify(call(headers), ["the one before", KEY], 0)
    for secrets in ([], [""], ["another key"]):
        with pytest.raises(BadSignature):
            CONNECTORS[kind].verify(call(headers), secrets, 0)


@pytest.mark.parametrize("kind", TOOLS)
def test_a_tool_is_answered_what_was_understood(kind: str) -> None:
    body = json.dumps([{"type": "A", "user_id": "u"}, {"type": "B"}]).encode()
    answer = CONNECTORS[kind].answer(call({}, body))
    assert (answer.status, json.loads(answer.body)) == (
        200,
        {
            "ok": True,
            "accepted": 1,
            "events": [{"kind": "track", "name": "A"}],
            "rejected": [
                {
                    "index": 1,
                    "reason": "user_id, account_id and email are all missing",
                    "path": "data.user_id",
                }
            ],
        },
    )


def signed(**changed: str) -> HookRequest:
    vector = {
        "id": "x",
        "provider": "standard_webhooks",
        "method": "POST",
        "url": "",
        "headers": {"webhook-id": "msg_1", "webhook-timestamp": "1772443800"},
        "body": "{}",
    }
    request = payload.request(resign.signed(vector, "first-secret"))
    return HookRequest("POST", "", {**request.headers, **changed}, request.body)


SECRET = resign.secret("standard_webhooks", "first-secret")


def test_a_secret_is_base64_with_or_without_its_prefix() -> None:
    STANDARD.verify(signed(), [SECRET], 1_772_443_800)
    STANDARD.verify(signed(), [SECRET.removeprefix("whsec_")], 1_772_443_800)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not base64!", "first-secret"])
def test_a_secret_that_is_none_opens_nothing(secret: str) -> None:
    with pytest.raises(BadSignature):
        STANDARD.verify(signed(), [secret], 1_772_443_800)


def test_the_parts_of_two_families_are_not_mixed() -> None:
    headers = {f"svix-{part}": signed().headers[f"webhook-{part}"] for part in ("timestamp", "signature")}
    mixed = HookRequest("POST", "", {**headers, "webhook-id": "msg_1"}, b"{}")
    with pytest.raises(BadSignature):
        STANDARD.verify(mixed, [SECRET], 1_772_443_800)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_five_minutes_both_ways(seconds: int) -> None:
    STANDARD.verify(signed(), [SECRET], 1_772_443_800 + (300 if seconds > 0 else -300))
    with pytest.raises(BadSignature):
        STANDARD.verify(signed(), [SECRET], 1_772_443_800 + seconds)
