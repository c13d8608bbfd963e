"""What other people's SDKs send to the running server arrives call by call."""

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.sdks import SDKS, Call
from tests.running_stack import Stack, until

pytestmark = pytest.mark.xdist_group("stack")

LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
# How far a moment may shift on its way: the correction of the sender's clock includes the time on the wire.
WIRE = timedelta(seconds=60)


def a_customer() -> list[Call]:
    """Every type of call, once as a visitor and then as a known person of an account."""
    name = uuid.uuid4().hex[:8]
    user, visitor = {"userId": f"u_{name}"}, {"anonymousId": f"anon_{name}"}
    context = {"groupId": f"acct_{name}", "ip": "192.0.2.1", "locale": "de-DE"}
    calls: list[Call] = [
        {"type": "track", **visitor, "event": "Pricing Viewed", "properties": {"from": "blog"}},
        {"type": "identify", **user, "traits": {"email": f"{name}@example.test", "first_name": "Åsa"}},
        {
            "type": "group",
            **user,
            "groupId": f"acct_{name}",
            "traits": {"name": "Initech", "plan": "free", "limits": {"exports": 20}},
        },
        {"type": "page", **user, "name": "Plans", "properties": {"path": "/pricing", "tags": ["a", "b"]}},
        {"type": "screen", **user, "name": "Billing", "properties": {"tab": "plan"}},
        {"type": "alias", **user, "previousId": f"anon_{name}"},
        *(
            {
                "type": "track",
                **user,
                "event": "Report Exported",
                "context": context,
                "properties": properties,
            }
            for properties in (
                {"pages": 3, "title": "Größe ✓ “quoted” \\ \U0001f600"},
                {"nested": {"list": [1, 2.5, None, True]}},
                {},
            )
        ),
    ]
    return [
        {**call, "messageId": uuid.uuid4().hex, "timestamp": (LONG_AGO + timedelta(minutes=n)).isoformat()}
        for n, call in enumerate(calls)
    ]


def stored(stack: Stack, source: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["message_id"]: row for row in stack.all("events", source=source["id"])}


def assert_same(event: dict[str, Any], call: Call, user_id: str) -> None:
    named = call.get("event") or call.get("name") or ""
    assert (event["kind"], event["name"], event["person"]) == (call["type"], named, user_id)
    shift = datetime.fromisoformat(event["occurred_at"]) - datetime.fromisoformat(call["timestamp"])
    assert abs(shift) < WIRE
    if call["type"] in ("track", "page", "screen"):
        assert call["properties"].items() <= event["properties"].items()
    if call["type"] == "track":
        assert event["properties"] == call["properties"]


@pytest.mark.parametrize("sdk", SDKS)
def test_every_call_arrives_as_it_was_sent(stack: Stack, sdk: str) -> None:
    source, calls = stack.source("http"), a_customer()
    user, account = calls[1]["userId"], calls[2]["groupId"]

    assert SDKS[sdk](stack.url, source["write_key"], calls) == []

    until(lambda: stack.read() and len(stored(stack, source)) >= len(calls), "all events are stored")
    events = stored(stack, source)
    assert set(events) == {call["messageId"] for call in calls}
    for call in calls:
        assert_same(events[call["messageId"]], call, user)
    assert stack.all("rejected-events", source=source["id"]) == []
    person = stack.api(f"people/{user}/")
    addresses = {point["channel"]: point["address"] for point in person["contact_points"]}
    assert (person["first_name"], addresses["email"]) == ("Åsa", calls[1]["traits"]["email"])
    assert [membership["account"] for membership in person["accounts"]] == [account]
    group = stack.api(f"accounts/{account}/")
    assert (group["name"], group["plan"]) == ("Initech", "free")
    assert [(row["resource"], row["cap"]) for row in group["entitlements"]] == [("exports", "20.000")]


def test_a_gzipped_body_under_a_form_content_type_is_read(stack: Stack) -> None:
    source, calls = stack.source("http"), a_customer()
    assert SDKS["rudder-node-gzip"](stack.url, source["write_key"], calls) == []
    kinds = stack.rows(
        "SELECT DISTINCT headers->>'content-type' FROM signals_app_envelope WHERE source_id = %s",
        source["id"],
    )
    assert kinds == [("application/x-www-form-urlencoded",)]
    until(lambda: len(stored(stack, source)) == len(calls), "all events are stored")


@pytest.mark.parametrize("sdk", SDKS)
def test_a_wrong_key_is_reported_by_the_sdk(stack: Stack, sdk: str) -> None:
    before = stack.rows("SELECT count(*) FROM signals_app_envelope")
    errors = SDKS[sdk](stack.url, "wk_nobody", a_customer())
    assert errors
    assert all("401" in error or "Unauthorized" in error or "write key" in error for error in errors), errors
    assert stack.rows("SELECT count(*) FROM signals_app_envelope") == before


def test_events_sent_twice_are_stored_once(stack: Stack) -> None:
    source, calls = stack.source("http"), a_customer()
    for sdk in ("segment-python", "segment-python-gzip"):
        assert SDKS[sdk](stack.url, source["write_key"], calls) == []
    until(stack.read, "everything is read")
    assert len(stack.all("events", source=source["id"])) == len(calls)


@pytest.mark.parametrize("sdk", ["segment-python", "segment-node"])
def test_nothing_is_lost_while_the_database_is_away(stack: Stack, sdk: str) -> None:
    source, calls = stack.source("http"), a_customer()
    errors: list[str] = []
    refused = stack.log("web").count("the database did not answer")
    sending = threading.Thread(target=lambda: errors.extend(SDKS[sdk](stack.url, source["write_key"], calls)))
    with stack.database_away():
        sending.start()
        until(lambda: stack.log("web").count("the database did not answer") > refused, "the server refuses")
    sending.join(120)
    assert not sending.is_alive()
    assert errors == []
    until(
        lambda: set(stored(stack, source)) == {call["messageId"] for call in calls}, "all events are stored"
    )
