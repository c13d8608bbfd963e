"""OneSignal's Event Streams and Airship's data stream."""

from datetime import UTC, datetime

from hypothesis import given, settings

from signals_app.connectors.base import Parsed
from tests.connectors.messaging import items, mutated, one, parsed, raw, sound


def test_the_recommended_body_of_onesignal_is_read() -> None:
    item = one("onesignal", "template")
    assert (item.name, item.user_id) == ("Message Clicked", "u_1")
    assert item.message_id == "8d0e7a5e-0000-4000-8000-000000000001"
    assert item.properties == {"channel": "push", "provider_message_id": "ntf1", "machine": False}
    assert item.occurred_at == datetime(2026, 3, 2, 9, 29, 54, tzinfo=UTC)


def test_leaving_push_is_an_opt_out_of_push() -> None:
    item = one("onesignal", "unsubscribed")
    assert (item.name, item.properties) == (
        "Unsubscribed",
        {"channel": "push", "provider_message_id": "ntf1"},
    )


def test_the_whole_event_is_read_as_well() -> None:
    item = one("onesignal", "whole-event")
    assert (item.name, item.lookup) == ("Message Bounced", {"email": "ana@example.com"})
    assert item.properties == {
        "channel": "email",
        "provider_message_id": "ntf2",
        "permanent": True,
        "reason": "550 (address) unknown",
    }


def test_what_browsers_fire_is_never_believed() -> None:
    found = parsed("onesignal", raw("onesignal", "web-push-clicked"))
    assert found.items == []
    assert [(one.path, "browsers" in one.reason) for one in found.rejected] == [("event", True)]


def test_a_placeholder_left_as_typed_says_nothing() -> None:
    body = b'{"event_id": "{{ event.id }}", "kind": "message.push.sent", "external_id": "{{ event.external_id }}"}'
    (item,) = parsed("onesignal", body).items
    assert (item.user_id, item.message_id.startswith("sha256:")) == (None, True)


def test_an_unknown_kind_says_nothing_and_a_missing_one_is_kept() -> None:
    assert parsed("onesignal", b'{"kind": "message.push.teleported"}') == Parsed()
    assert parsed("onesignal", b"{}").rejected[0].path == "kind"
    assert len(parsed("onesignal", b"nonsense").rejected) == 1


PUSH = {"channel": "push", "provider_message_id": "p1"}


def test_airships_events_have_their_meaning() -> None:
    assert [(item.message_id, item.name, item.properties) for item in items("airship", "stream")] == [
        ("a1", "Message Sent", PUSH),
        ("a2", "Message Opened", {**PUSH, "machine": False}),
        ("a4", "Message Failed", {**PUSH, "permanent": False, "reason": "send_rejected"}),
        ("a5", "Application Uninstalled", {"channel": "push", "provider_message_id": ""}),
        ("a6", "Unsubscribed", {"channel": "email", "provider_message_id": ""}),
        ("a7", "Reply Received", {"channel": "sms", "provider_message_id": "", "text": "call me"}),
        ("a9", "Message Opened", {"channel": "in_app", "provider_message_id": "p2", "machine": False}),
    ]


def test_airship_names_people_and_channels() -> None:
    found = items("airship", "stream")
    assert all((item.user_id, item.person_ids) == ("u_1", {"airship_channel_id": "ch1"}) for item in found)
    assert [item.lookup for item in found if item.lookup] == [
        {"email": "ana@example.com"},
        {"phone": "+14155550100"},
    ]


def test_a_broken_line_spoils_no_other() -> None:
    found = parsed("airship", raw("airship", "lines"))
    assert [item.message_id for item in found.items] == ["a1", "a2", "a6"]
    assert [one.index for one in found.rejected] == [2]


def test_one_event_or_an_array_will_do() -> None:
    event = b'{"id": "a1", "type": "SEND", "body": {"push_id": "p1"}}'
    for body in (event, b"[" + event + b"]"):
        assert [item.message_id for item in parsed("airship", body).items] == ["a1"]
    assert [one.path for one in parsed("airship", b'[{"id": 1}, 2]').rejected] == ["[0].type", ""]
    assert len(parsed("airship", b"").rejected) == 1


@settings(deadline=None)
@given(mutated("onesignal", "template", "unsubscribed", "whole-event", "web-push-clicked"))
def test_no_wrong_type_breaks_onesignals_parser(body: bytes) -> None:
    assert sound(parsed("onesignal", body))


@settings(deadline=None)
@given(mutated("airship", "stream"))
def test_no_wrong_type_breaks_airships_parser(body: bytes) -> None:
    assert sound(parsed("airship", body))
