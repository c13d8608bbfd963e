"""Meta's WhatsApp webhooks: who may send them, what they say, and the question that comes before."""

import hmac
import json
from typing import Any

import pytest
from django.test import Client

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest
from signals_app.models import Envelope
from tests.build import a_source
from tests.connectors.messaging import NOW, SECRET, items, one, parsed, raw, sound

KIND = "whatsapp_cloud"
OURS = "11111111-2222-4333-8444-555555555555"
PHONE = {"phone": "+14155550100"}


def test_it_works() -> None:
    found = [(item.name, item.properties) for item in items(KIND, "all")]
    ours = {"channel": "whatsapp", "provider_message_id": "wamid.out", "delivery_id": OURS}
    second = {**ours, "provider_message_id": "wamid.out2"}
    theirs = {"channel": "whatsapp", "provider_message_id": "wamid.out"}
    assert found == [
        ("Message Sent", ours),
        ("Message Delivered", ours),
        ("Message Opened", {**ours, "machine": False}),
        ("Message Failed", {**ours, "permanent": True, "scope": "message", "reason": "131026"}),
        ("Message Failed", {**second, "permanent": True, "scope": "message", "reason": "131050"}),
        ("Unsubscribed", second),
        ("Reply Received", {**theirs, "text": "How much is it?"}),
        ("Reply Received", {**theirs, "text": "Tell me more"}),
        ("Reply Received", {**theirs, "text": "Call me"}),
        ("Reply Received", {"channel": "whatsapp", "provider_message_id": "wamid.in4", "text": "look"}),
        ("Unsubscribed", {"channel": "whatsapp", "provider_message_id": "wamid.in5"}),
        ("Resubscribed", {"channel": "whatsapp", "provider_message_id": "wamid.in6"}),
        ("Unsubscribed", {"channel": "whatsapp", "provider_message_id": ""}),
    ]


def test_all_of_it_can_be_stored_and_names_the_number() -> None:
    found = parsed(KIND, raw(KIND, "all"))
    assert sound(found) and not found.rejected
    assert all(item.lookup == PHONE for item in found.items)
    assert len({item.message_id for item in found.items}) == len(found.items)


@pytest.mark.parametrize(
    "value", [None, 7, [], {"statuses": 7}, {"messages": [{"id": {}}]}, {"statuses": [None]}]
)
def test_what_it_cannot_read_says_nothing(value: Any) -> None:
    body = {"entry": [{"changes": [{"value": value}]}, 7, {"changes": None}]}
    assert parsed(KIND, json.dumps(body).encode()).items == []


def test_a_request_with_too_many_is_refused() -> None:
    many = [{"timestamp": "1"}] * 5_001
    body = json.dumps({"entry": [{"changes": [{"value": {"statuses": many}}]}]}).encode()
    assert CONNECTORS[KIND].too_much(body) == "holds more than 5000 events"


def request(signature: str, body: bytes = b"{}") -> HookRequest:
    return HookRequest("POST", "https://app.example.com/", {"x-hub-signature-256": signature}, body)


def test_only_who_has_the_apps_secret_is_believed() -> None:
    right = "sha256=" + hmac.new(SECRET.encode(), b"{}", "sha256").hexdigest()
    CONNECTORS[KIND].verify(request(right), [SECRET], 0)
    for wrong in ("", right[7:], right[:-1], right.upper(), "sha1=" + right[7:]):
        with pytest.raises(BadSignature):
            CONNECTORS[KIND].verify(request(wrong), [SECRET], 0)
    with pytest.raises(BadSignature):
        CONNECTORS[KIND].verify(request(right, b"{} "), [SECRET], 0)


def asked(token: str, **changes: str) -> dict[str, str]:
    return {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token} | changes


@pytest.mark.django_db
class TestTheDoor:
    def test_meta_hears_its_challenge_and_nothing_is_kept(self, client: Client) -> None:
        source = a_source(KIND)
        answer = client.get(source.hook_path, asked(source.hook_token))
        assert (answer.status_code, answer.content) == (200, b"1158201444")
        assert answer["Content-Type"].startswith("text/plain")
        assert not Envelope.objects.exists()

    @pytest.mark.parametrize(
        "changes",
        [
            {"hub.verify_token": "x"},
            {"hub.mode": "unsubscribe"},
            {"hub.challenge": "<script>"},
            {"hub.challenge": ""},
        ],
    )
    def test_nobody_else_does(self, client: Client, changes: dict[str, str]) -> None:
        source = a_source(KIND)
        answer = client.get(source.hook_path, {**asked(source.hook_token), **changes})
        assert answer.status_code == 401 and b"script" not in answer.content
        assert not Envelope.objects.exists()


def test_a_word_that_stops_says_nothing_more() -> None:
    assert "text" not in one(KIND, "stop").properties
    assert one(KIND, "stop").occurred_at < NOW
