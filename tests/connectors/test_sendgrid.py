"""SendGrid's events become receipts and opt-outs."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from signals_app.connectors.base import Parsed
from tests.connectors.messaging import NOW, items, mutated, one, parsed, raw, sound

OURS = "11111111-2222-4333-8444-555555555555"
COMMON = {"channel": "email", "provider_message_id": "sgmsg0001", "delivery_id": OURS}
LINK = hashlib.sha256(b"https://app.example.com/u/secret-token?o=1#x").hexdigest()[:12]
SEEN = {"user_agent": "Mozilla/5.0"}


def test_each_event_has_its_meaning() -> None:
    assert [
        (item.message_id, item.name, {k: v for k, v in item.properties.items() if k not in COMMON})
        for item in items("sendgrid", "all-events")
    ] == [
        ("evt00", "Message Sent", {}),
        ("evt02", "Message Delivered", {}),
        ("evt03", "Message Opened", {"machine": True, **SEEN}),
        ("evt04", "Message Opened", {"machine": False, **SEEN}),
        (
            "evt05",
            "Message Clicked",
            {"machine": False, "url": "https://app.example.com/u/***", "link": LINK, **SEEN},
        ),
        ("evt06", "Message Bounced", {"permanent": True, "reason": "550 5.1.1 (address): no such user"}),
        ("evt07", "Message Bounced", {"permanent": False, "reason": "451 greylisted"}),
        ("evt08", "Message Dropped", {"reason": "Bounced Address"}),
        ("evt08:2", "Message Bounced", {"permanent": True, "reason": "Bounced Address"}),
        ("evt09", "Message Dropped", {"reason": "Unsubscribed Address"}),
        ("evt09:2", "Unsubscribed", {}),
        ("evt10", "Message Dropped", {"reason": "Spam Reporting Address"}),
        ("evt10:2", "Spam Reported", {}),
        ("evt11", "Message Dropped", {"reason": "Invalid SMTPAPI header"}),
        ("evt12", "Spam Reported", {}),
        ("evt13", "Unsubscribed", {}),
        ("evt14", "Unsubscribed", {"topic": "1234"}),
        ("evt15", "Resubscribed", {"topic": "1234"}),
    ]


def test_every_item_says_whose_message_it_was() -> None:
    for item in items("sendgrid", "all-events"):
        assert {key: item.properties[key] for key in COMMON} == COMMON
        assert (item.lookup, item.user_id, item.active) == ({"email": "ana@example.com"}, None, False)
    assert items("sendgrid", "all-events")[0].occurred_at == datetime(2026, 3, 2, 9, 29, 50, tzinfo=UTC)


def test_our_own_ids_come_back_as_custom_args() -> None:
    item = one("sendgrid", "custom-args")
    assert (item.user_id, item.properties["delivery_id"]) == ("u_1", OURS)
    assert item.properties["provider_message_id"] == "14c5d75ce93.dfd.64b469"


def test_the_signed_vector_is_an_opt_out_and_a_click() -> None:
    found = items("sendgrid", "sendgrid-1-events")
    assert [(item.name, item.properties["delivery_id"]) for item in found] == [
        ("Unsubscribed", "msg_1"),
        ("Message Clicked", "msg_1"),
    ]


def test_one_event_that_is_none_spoils_no_other() -> None:
    body = [*json.loads(raw("sendgrid", "all-events"))[:1], "what?", {"email": "a@b.c"}]
    found = parsed("sendgrid", json.dumps(body).encode())
    assert [item.name for item in found.items] == ["Message Sent"]
    assert [(one.index, one.path) for one in found.rejected] == [(1, "[1].event"), (2, "[2].event")]


def test_an_event_from_the_future_happened_when_it_came() -> None:
    body = [{"event": "open", "email": "a@b.c", "timestamp": 4_000_000_000, "sg_event_id": "e"}]
    assert parsed("sendgrid", json.dumps(body).encode()).items[0].occurred_at == NOW


@pytest.mark.parametrize("body", [b"", b"{", b"[", b"nonsense", b"\xff", b'[{"event": NaN}]'])
def test_no_json_is_kept_as_rejected(body: bytes) -> None:
    found = parsed("sendgrid", body)
    assert (found.items, len(found.rejected)) == ([], 1)


def test_unknown_events_say_nothing() -> None:
    assert parsed("sendgrid", b'[{"event": "teleported"}]') == Parsed()


@settings(deadline=None)
@given(mutated("sendgrid", "all-events", "custom-args"))
def test_no_wrong_type_breaks_the_parser(body: bytes) -> None:
    assert sound(parsed("sendgrid", body))
