"""No SDK loses or doubles an event while the network answers 429 and 503 and cuts connections.

It does so also after the server has taken the request.

Most SDKs send again by themselves. Those of `CALLER_RETRIES` report some failures to their caller by design; there the
caller sends the same events with the same ids again, which is what their vendors advise.
"""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.faulty import FAULTS, faulty
from tests.contract.sdks import SDKS, Call
from tests.contract.vendors import VENDORS
from tests.running_stack import Stack, until

pytestmark = pytest.mark.xdist_group("stack")

CALLER_RETRIES = {
    "mixpanel-python": "raises: its own retries are set up for https only",
    "mixpanel-python-buffered": "raises and keeps the rest of its buffer",
    "mixpanel-python-import": "raises",
    "mixpanel-node": "tells its callback and never retries",
    "mixpanel-node-batch": "tells its callback and never retries",
    "amplitude-python": "its worker dies of an answer that is cut off, and the events with it",
    "amplitude-node": "answers its caller with code 0 when a connection is cut",
}
EVENTS, ROUNDS = 40, 3
LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


def events() -> list[Call]:
    """The same facts in the words of both kinds of SDKs."""
    made = []
    for n in range(EVENTS):
        at, message = (LONG_AGO + timedelta(minutes=n)).isoformat(), str(uuid.uuid4())
        made.append({"event": "Report Exported", "properties": {"n": n}, "message": message, "at": at})
    return made


def said_to(sdk: str, calls: list[Call], user: str) -> list[Call]:
    kept = [{name: call[name] for name in ("event", "properties")} for call in calls]
    if sdk in SDKS:
        return [
            {**one, "type": "track", "userId": user, "messageId": call["message"], "timestamp": call["at"]}
            for one, call in zip(kept, calls, strict=True)
        ]
    return [
        {**one, "do": "track", "user": user, "id": call["message"], "at": call["at"]}
        for one, call in zip(kept, calls, strict=True)
    ]


@pytest.mark.parametrize("sdk", [*SDKS, *VENDORS])
def test_each_event_is_stored_once_whatever_the_network_does(stack: Stack, sdk: str) -> None:
    source, calls, user = stack.source("http"), events(), f"u_{uuid.uuid4().hex[:8]}"
    send = (SDKS | VENDORS)[sdk]
    with faulty(stack.url) as network:
        errors = send(network.url, source["write_key"], said_to(sdk, calls, user))
        for _ in range(ROUNDS if sdk in CALLER_RETRIES else 0):
            if not errors:
                break
            errors = send(network.url, source["write_key"], said_to(sdk, calls, user))
        seen = dict(network.seen)
    assert errors == []
    assert set(FAULTS) <= set(seen), f"the network did not do its worst: {seen}"
    until(stack.read, "everything is read")
    stored = stack.all("events", source=source["id"])
    assert sorted(event["properties"]["n"] for event in stored) == list(range(EVENTS))
    assert {event["message_id"] for event in stored} == {call["message"] for call in calls}
    assert {event["person"] for event in stored} == {user}
