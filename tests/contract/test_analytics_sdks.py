"""What the SDKs of PostHog, Mixpanel and Amplitude send to the running server arrives call by call."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.sdks import Call
from tests.contract.vendors import VENDORS
from tests.running_stack import Stack, until

pytestmark = pytest.mark.xdist_group("stack")

LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
# The correction of the sender's clock includes the time on the wire.
WIRE = timedelta(seconds=60)
# Neither package lets its caller choose the id or the moment of these calls.
NAMELESS = {
    "posthog-node": {"identify", "group", "alias"},
    **{f"mixpanel-node{way}": {"identify", "group", "alias"} for way in ("", "-batch")},
    **{f"mixpanel-python{way}": {"identify", "group"} for way in ("", "-buffered", "-import")},
}


def a_customer(sdk: str) -> list[Call]:
    """A visitor who becomes a known user of an account, and what that user does."""
    name = uuid.uuid4().hex[:8]
    user, visitor, account = f"u_{name}", f"anon_{name}", f"acct_{name}"
    # Only Amplitude puts the account of an event where any SDK's caller can; Mixpanel's is an ordinary property.
    grouped = {"properties": {"company_id": account}} if "mixpanel" in sdk else {"group": account}
    calls: list[Call] = [
        {
            "do": "track",
            "user": visitor,
            "visitor": True,
            "event": "Pricing Viewed",
            "properties": {"from": "blog"},
        },
        {"do": "identify", "user": user, "traits": {"email": f"{name}@example.test", "first_name": "Åsa"}},
        {"do": "group", "user": user, "group": account, "traits": {"name": "Initech", "plan": "free"}},
        {"do": "alias", "user": user, "previous": visitor},
        *(
            {"do": "track", "user": user, "event": "Report Exported", "properties": properties}
            for properties in (
                {"pages": 3, "title": "Größe ✓ “quoted” \\ \U0001f600 +&=%"},
                {"nested": {"list": [1, 2.5, "a", True]}},
                {},
            )
        ),
        {"do": "track", "user": user, "event": "Seat Added", "properties": {"seats": 9}, **grouped},
    ]
    return [
        {**call, "id": str(uuid.uuid4()), "at": (LONG_AGO + timedelta(minutes=n)).isoformat()}
        for n, call in enumerate(calls)
    ]


def assert_same(sdk: str, event: dict[str, Any], call: Call, user: str) -> None:
    # Amplitude joins two ids by naming both.
    joined = "identify" if "amplitude" in sdk else "alias"
    assert event["kind"] == (joined if call["do"] == "alias" else call["do"])
    # What is said of a group is nobody's doing.
    assert event["person"] == (None if call["do"] == "group" else user)
    shift = datetime.fromisoformat(event["occurred_at"]) - datetime.fromisoformat(call["at"])
    assert abs(shift) < WIRE
    if call["do"] == "track":
        assert (event["name"], event["properties"]) == (call["event"], call["properties"])


@pytest.mark.parametrize("sdk", VENDORS)
def test_every_call_arrives_as_it_was_sent(stack: Stack, sdk: str) -> None:
    source, calls = stack.source("http"), a_customer(sdk)
    user, account = calls[1]["user"], calls[2]["group"]

    assert VENDORS[sdk](stack.url, source["write_key"], calls) == []

    until(stack.read, "everything is read")
    events = stack.all("events", source=source["id"])
    nameless = NAMELESS.get(sdk, set())
    named = {call["id"]: call for call in calls if call["do"] not in nameless}
    found = {event["message_id"]: event for event in events}
    assert len(events) == len(calls)
    assert set(named) <= set(_plain(found))
    for message_id, call in named.items():
        assert_same(sdk, _plain(found)[message_id], call, user)
    others = [event for message_id, event in _plain(found).items() if message_id not in named]
    assert sorted(event["kind"] for event in others) == sorted(nameless)
    assert stack.all("rejected-events", source=source["id"]) == []
    assert_customer(stack, calls, user, account)


def _plain(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Amplitude's ids are told apart per device."""
    return {message_id.rpartition(":")[2]: event for message_id, event in found.items()}


def assert_customer(stack: Stack, calls: list[Call], user: str, account: str) -> None:
    person = stack.api(f"people/{user}/")
    addresses = {point["channel"]: point["address"] for point in person["contact_points"]}
    assert (person["first_name"], addresses["email"]) == ("Åsa", calls[1]["traits"]["email"])
    assert [membership["account"] for membership in person["accounts"]] == [account]
    group = stack.api(f"accounts/{account}/")
    assert (group["name"], group["plan"]) == ("Initech", "free")


@pytest.mark.parametrize("sdk", [name for name in VENDORS if not name.startswith("posthog")])
def test_a_wrong_key_is_reported_by_the_sdk(stack: Stack, sdk: str) -> None:
    before = stack.rows("SELECT count(*) FROM signals_app_envelope")
    assert VENDORS[sdk](stack.url, "wk_nobody", a_customer(sdk))
    assert stack.rows("SELECT count(*) FROM signals_app_envelope") == before
