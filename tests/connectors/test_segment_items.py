import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS, segment
from tests.connectors.segment_calls import NOW, TRACK, batch, taken


def test_a_track_call_becomes_an_event() -> None:
    context = {
        "timezone": "Europe/Berlin",
        "locale": "de-DE",
        "groupId": "acct_9",
        "device": {"type": "ios", "id": "x"},
    }
    one = taken({**TRACK, "properties": {"used": 19}, "context": {**context, "ip": "192.0.2.1"}})
    assert (one.kind, one.name, one.user_id, one.group_id) == ("track", "Report Exported", "u_1", "acct_9")
    assert one.properties == {"used": 19}
    assert one.context == {"timezone": "Europe/Berlin", "locale": "de-DE", "device_type": "ios"}
    assert one.occurred_at == NOW - timedelta(minutes=1)
    assert one.active and not one.declined


def test_identify_traits_may_be_in_the_context_only() -> None:
    item = {**TRACK, "type": "identify", "context": {"traits": {"email": "a@x.io", "role": "user"}}}
    assert taken(item).traits == {"email": "a@x.io", "role": "user"}
    assert taken({**item, "traits": {"role": "admin"}}).traits == {"email": "a@x.io", "role": "admin"}


def test_the_batch_context_and_integrations_lie_under_those_of_an_item() -> None:
    head = {"context": {"locale": "de-DE", "timezone": "UTC"}, "integrations": {"All": False}}
    one = taken({**TRACK, "context": {"locale": "fr-FR"}}, **head)
    assert (one.context, one.declined) == ({"locale": "fr-FR", "timezone": "UTC"}, True)
    assert not taken({**TRACK, "integrations": {"Upsell": True}}, **head).declined
    assert taken({**TRACK, "integrations": {"All": True, "upsell": False}}).declined
    assert not taken({**TRACK, "context": {"active": False}}).active


def test_page_context_and_channel_are_kept() -> None:
    page = {"url": "https://app.example.com/pricing?x=1", "path": "/pricing", "title": "Pricing"}
    one = taken(
        {
            "type": "page",
            "anonymousId": "anon_7",
            "name": "Pricing",
            "channel": "web",
            "context": {"page": page},
        }
    )
    assert one.context == {"channel": "web", "page_url": page["url"], "page_path": "/pricing"}
    assert (one.kind, one.name, one.anonymous_id) == ("page", "Pricing", "anon_7")


def test_numbers_are_ids_as_text() -> None:
    assert taken({**TRACK, "userId": 42, "messageId": 7}).user_id == "42"
    assert taken({**TRACK, "userId": 42.0}).user_id == "42"


def test_the_clock_of_the_sender_is_corrected() -> None:
    assert taken(TRACK, sentAt="2026-03-02T09:25:00Z").occurred_at == NOW + timedelta(minutes=4)
    assert taken(TRACK, sentAt="2026-03-02T09:29:30Z").occurred_at == NOW - timedelta(seconds=30)
    assert taken({**TRACK, "sentAt": "2026-03-02T09:29:30Z"}).occurred_at == NOW - timedelta(seconds=30)
    assert taken({**TRACK, "receivedAt": "x"}, sentAt="2026-03-02T09:29:30Z").occurred_at == NOW - timedelta(
        minutes=1
    )
    assert taken(TRACK, sentAt="garbled").occurred_at == NOW - timedelta(minutes=1)


def test_odd_times_are_read_or_brought_back_to_now() -> None:
    assert taken({**TRACK, "timestamp": None}).occurred_at == NOW
    assert taken({**TRACK, "timestamp": "2026-03-02T10:29:00+01:00"}).occurred_at == NOW - timedelta(
        minutes=1
    )
    assert taken({**TRACK, "timestamp": "2026-03-02T09:29:00"}).occurred_at == NOW - timedelta(minutes=1)
    assert taken({**TRACK, "timestamp": "2026-03-04T00:00:00Z"}).occurred_at == NOW
    assert taken({**TRACK, "timestamp": "9999-12-31T23:59:59Z"}, sentAt="1970-01-01").occurred_at == NOW


def test_a_missing_message_id_is_a_hash_that_a_retry_repeats() -> None:
    nameless = {name: value for name, value in TRACK.items() if name != "messageId"}
    first = taken({**nameless, "sentAt": "2026-03-02T09:29:59Z"}).message_id
    assert first == taken({**nameless, "sentAt": "2026-03-02T09:31:59Z"}).message_id
    assert first != taken({**nameless, "event": "Other"}).message_id
    assert len(first) <= 200


def test_identical_items_without_id_and_time_are_separate_facts() -> None:
    bare = {"type": "track", "userId": "u_1", "event": "Report Exported"}
    one, two = batch(bare, bare).items
    assert one.message_id != two.message_id
    assert [item.message_id for item in batch(bare, bare).items] == [one.message_id, two.message_id]


def test_equal_items_of_one_second_without_id_are_separate_facts_that_a_retry_repeats() -> None:
    anonymous = {name: value for name, value in TRACK.items() if name != "messageId"}
    other = {**anonymous, "event": "Report Opened"}
    ids = [one.message_id for one in batch(anonymous, other, anonymous, anonymous).items]
    assert len(set(ids)) == 4
    assert ids == [one.message_id for one in batch(anonymous, other, anonymous, anonymous, sentAt=None).items]
    assert taken(anonymous).message_id == ids[0], "the first has the id that it has alone"
    assert [one.message_id for one in batch(TRACK, TRACK).items] == ["m-1", "m-1"]
    relayed = CONNECTORS["segment_webhook"].parse(
        json.dumps([anonymous, anonymous]).encode(), {}, NOW, "hook"
    )
    assert len({one.message_id for one in relayed.items}) == 2


def test_a_long_message_id_is_hashed() -> None:
    long = taken({**TRACK, "messageId": "m" * 300}).message_id
    assert len(long) <= 200 and long != taken({**TRACK, "messageId": "m" * 301}).message_id


@pytest.mark.parametrize("who", [{"userId": "u_1"}, {"anonymousId": "a_1"}])
def test_a_delete_call_of_a_server_asks_for_an_erasure_and_that_of_a_page_does_not(
    who: dict[str, str],
) -> None:
    body = json.dumps({"batch": [TRACK, {"type": "delete", **who}]}).encode()
    by_server, by_page = (CONNECTORS[kind].parse(body, {}, NOW) for kind in ("http", "web"))
    assert [item.kind for item in by_server.items] == ["track", "delete"]
    assert by_server.items[1].user_id == who.get("userId")
    assert [item.kind for item in by_page.items] == ["track"]
    assert [(one.index, one.path) for one in by_page.rejected] == [(1, "type")]
    assert by_page.rejected[0].reason == "type is delete, which only a server may send: nothing was erased"


values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.dictionaries(st.text(max_size=3), st.text())
)
fields = st.sampled_from(
    ["type", "userId", "event", "context", "traits", "timestamp", "sentAt", "messageId", "groupId"]
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(fields, values), max_size=4), st.dictionaries(fields, values))
def test_whatever_is_found_sound_can_be_built(items: list[dict[str, Any]], head: dict[str, Any]) -> None:
    try:
        found = batch(*({**TRACK, **item} for item in items), **head)
    except segment.Unreadable:
        return
    assert len(found.items) + len(found.rejected) == len(items)
    assert all(one.occurred_at <= NOW + timedelta(hours=24) for one in found.items)
