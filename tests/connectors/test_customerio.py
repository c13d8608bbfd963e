"""Customer.io's reports become receipts and opt-outs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Parsed
from tests.connectors import payload
from tests.connectors.messaging import items, mutated, one, parsed, sound

MAIL = {"channel": "email", "provider_message_id": "dlv1"}
ANA = {"email": "ana@example.com"}


def test_the_signed_vector_is_an_opt_out() -> None:
    item = one("customerio", "cio-1-email-unsubscribed")
    assert (item.name, item.message_id) == ("Unsubscribed", "01KCIOEVENT00000000000001")
    assert item.properties == {"channel": "email", "provider_message_id": "dlv_offer_0001"}
    assert (item.user_id, item.lookup, item.person_ids) == ("u_1", ANA, {"customerio_id": "cio00000000a1"})
    assert (item.occurred_at, item.active) == (datetime(2026, 3, 2, 9, 29, 54, tzinfo=UTC), False)


@pytest.mark.parametrize(
    ("name", "event", "properties"),
    [
        (
            "email-bounced",
            "Message Bounced",
            {"permanent": True, "reason": "550 5.1.1 user (address) unknown"},
        ),
        ("email-soft-bounced", "Message Bounced", {"permanent": False, "reason": "452 mailbox full"}),
        ("email-opened", "Message Opened", {"machine": True}),
        ("email-human-opened", "Message Opened", {"machine": False}),
        ("email-spammed", "Spam Reported", {}),
    ],
)
def test_what_became_of_a_mail(name: str, event: str, properties: dict[str, Any]) -> None:
    item = one("customerio", name)
    assert (item.name, item.properties, item.lookup) == (event, {**MAIL, **properties}, ANA)


def test_a_click_names_its_link_without_its_query() -> None:
    said = one("customerio", "email-clicked").properties
    assert (said["url"], said["machine"], len(said["link"])) == ("https://app.example.com/x", False, 12)


def test_a_text_is_looked_up_by_its_number() -> None:
    item = one("customerio", "sms-failed")
    assert (item.name, item.properties["channel"], item.properties["permanent"]) == (
        "Message Failed",
        "sms",
        False,
    )
    assert item.lookup == {"phone": "+14155550100", **ANA}


def test_who_leaves_as_a_whole_leaves_every_channel() -> None:
    for name in ("customer-unsubscribed", "preferences-nothing-left"):
        item = one("customerio", name)
        assert (item.name, item.properties["channel"], item.lookup) == ("Unsubscribed", "*", ANA)
    assert items("customerio", "preferences-one-left") == []


@pytest.mark.parametrize(
    ("object_type", "metric"),
    [
        ("email", "converted"),
        ("email", "drafted"),
        ("webhook", "sent"),
        ("slack", "sent"),
        ("customer", "sent"),
    ],
)
def test_what_is_no_word_of_a_recipient_says_nothing(object_type: str, metric: str) -> None:
    body = payload.read("customerio", "email-bounced")["body"] | {
        "object_type": object_type,
        "metric": metric,
    }
    assert parsed("customerio", json.dumps(body).encode()) == Parsed()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"metric": 1}'])
def test_what_is_no_report_is_kept_as_rejected(body: bytes) -> None:
    found = parsed("customerio", body)
    assert (found.items, len(found.rejected)) == ([], 1)


def test_staff_may_write_its_name_with_a_dot() -> None:
    assert "customer.io" in CONNECTORS["customerio"].aliases


@settings(deadline=None)
@given(
    mutated(
        "customerio", "cio-1-email-unsubscribed", "email-bounced", "email-clicked", "preferences-nothing-left"
    )
)
def test_no_wrong_type_breaks_the_parser(body: bytes) -> None:
    assert sound(parsed("customerio", body))
