"""Klaviyo's system webhooks and the Webhook action of its flows."""

import hashlib
import json

import pytest
from hypothesis import given, settings

from signals_app.connectors.base import Parsed
from tests.connectors.messaging import items, mutated, one, parsed, raw, sound

LOOKUP = {"email": "ana@example.com", "phone": "+14155550100"}


def test_each_topic_has_its_meaning() -> None:
    assert [
        (item.message_id.partition(":")[0], item.name, item.properties.pop("channel"), item.properties)
        for item in items("klaviyo", "many")
    ] == [
        ("k1", "Message Delivered", "email", {"provider_message_id": "msg1"}),
        ("k2", "Message Opened", "email", {"provider_message_id": "", "machine": True}),
        (
            "k3",
            "Message Clicked",
            "email",
            {
                "provider_message_id": "",
                "machine": False,
                "url": "https://app.example.com/x",
                "link": hashlib.sha256(b"https://app.example.com/x").hexdigest()[:12],
            },
        ),
        (
            "k4",
            "Message Bounced",
            "email",
            {"provider_message_id": "", "permanent": True, "reason": "550 unknown"},
        ),
        ("k5", "Message Bounced", "email", {"provider_message_id": "", "permanent": False}),
        ("k6", "Spam Reported", "email", {"provider_message_id": ""}),
        ("k7", "Unsubscribed", "sms", {"provider_message_id": ""}),
        ("k8", "Resubscribed", "email", {"provider_message_id": ""}),
        ("k9", "Reply Received", "sms", {"provider_message_id": "", "text": "call me"}),
        ("k10", "Message Failed", "sms", {"provider_message_id": "", "permanent": False}),
        ("k11", "Message Delivered", "email", {"provider_message_id": ""}),
    ]


def test_a_profile_that_comes_along_says_who_it_was() -> None:
    found = items("klaviyo", "many")
    assert (found[0].user_id, found[0].lookup) == ("u_1", LOOKUP)
    assert all(item.person_ids == {"klaviyo_profile_id": "prof1"} for item in found)
    assert (found[7].user_id, found[7].lookup) == (None, {})


def test_the_signed_vector_is_an_opt_out() -> None:
    item = one("klaviyo", "klaviyo-1")
    assert (item.name, item.message_id) == ("Unsubscribed", "kevt0001:unsubscribed_from_email_marketing")


def test_the_action_of_a_flow_has_the_body_that_we_define() -> None:
    item = one("klaviyo", "flow-action")
    assert (item.name, item.message_id, item.user_id) == ("Unsubscribed", "f1", "u_1")
    assert (item.lookup, item.properties["channel"]) == ({"email": "ana@example.com"}, "email")


def test_what_is_unknown_says_nothing_and_what_is_wrong_is_kept() -> None:
    assert parsed("klaviyo", b'{"event": "viewed_product"}') == Parsed()
    assert [one.path for one in parsed("klaviyo", b'{"email": "a@b.c"}').rejected] == ["event"]
    assert [one.path for one in parsed("klaviyo", b'{"data": [1]}').rejected] == ["data[0].topic"]


@pytest.mark.parametrize("body", [b"", b"[]", b"1"])
def test_what_is_no_object_is_kept_as_rejected(body: bytes) -> None:
    assert len(parsed("klaviyo", body).rejected) == 1


def test_a_thousand_events_in_one_body_are_a_thousand_items() -> None:
    body = json.loads(raw("klaviyo", "many"))
    body["data"] = [{**body["data"][0], "external_id": f"k{n}"} for n in range(1000)]
    assert len({item.message_id for item in parsed("klaviyo", json.dumps(body).encode()).items}) == 1000


@settings(deadline=None)
@given(mutated("klaviyo", "many", "klaviyo-1", "flow-action"))
def test_no_wrong_type_breaks_the_parser(body: bytes) -> None:
    assert sound(parsed("klaviyo", body))
