"""The dialects of PostHog, Amplitude, Mixpanel and Heap: what each body becomes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.analytics import DIALECTS, dialect
from tests.connectors import payload
from tests.connectors.analytics_calls import (
    AT,
    MOMENT,
    NOW,
    amplitude,
    mixpanel,
    one,
    parsed,
    posthog,
    recorded,
    who,
    why,
)
from tests.connectors.mutation import spoiled


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, ("u_1", None)),
        ({"$device_id": "u_1"}, (None, "u_1")),
        ({"$device_id": "d"}, ("u_1", None)),
        ({"$is_identified": False}, (None, "u_1")),
        ({"$process_person_profile": False}, (None, "u_1")),
    ],
)
def test_posthog_says_who_is_a_visitor(properties: dict[str, Any], expected: tuple[Any, Any]) -> None:
    item = one("posthog", posthog(properties=properties))
    assert (item.user_id, item.anonymous_id) == expected


@pytest.mark.parametrize(
    ("vendor", "body"),
    [
        ("posthog", posthog(uuid=None)),
        ("amplitude", amplitude(insert_id=None)),
        ("mixpanel:track", mixpanel(distinct_id="u_1", **{"$insert_id": ""})),
    ],
)
def test_equal_items_of_one_body_without_ids_are_separate_facts_that_a_retry_repeats(
    vendor: str, body: dict[str, Any]
) -> None:
    def ids(times: int) -> list[str]:
        many = next((name for name in ("batch", "events") if name in body), "")
        said = {**body, many: body[many] * times} if many else [body] * times
        return [item.message_id for item in parsed(vendor, said).items]

    assert len(set(ids(3))) == 3
    assert ids(3) == ids(3)
    assert ids(1) == ids(3)[:1]


def test_posthog_joins_a_visitor_to_the_user() -> None:
    said = {"$anon_distinct_id": "d-1", "$device_id": "d-1", "$set": {"$email": "a@b.example"}}
    item = one("posthog", posthog(event="$identify", properties=said))
    assert (who(item), item.traits) == (("identify", "u_1", "d-1", None), {"email": "a@b.example"})
    assert who(one("posthog", posthog(event="$create_alias", properties={"alias": "d-1"})))[1:] == (
        "u_1",
        None,
        "d-1",
    )
    from_python = {"alias": "new", "$lib": "posthog-python"}
    assert who(one("posthog", posthog(event="$create_alias", properties=from_python)))[1:] == (
        "new",
        None,
        "u_1",
    )
    from_visitor = {"alias": "new", "$device_id": "u_1"}
    assert who(one("posthog", posthog(event="$create_alias", properties=from_visitor)))[1:] == (
        "new",
        None,
        "u_1",
    )


def test_posthog_pages_carry_where_and_for_which_account() -> None:
    properties = {
        "$current_url": "https://x.example/pricing",
        "$pathname": "/pricing",
        "title": "Pricing",
        "$browser": "Firefox",
    }
    item = one(
        "posthog",
        posthog(event="$pageview", properties=properties | {"$groups": {"project": "p", "company": 9}}),
    )
    assert (item.kind, item.name, item.group_id) == ("page", "Pricing", "9")
    assert item.properties == {"title": "Pricing", "url": "https://x.example/pricing", "path": "/pricing"}
    assert item.context == {"page_url": "https://x.example/pricing", "page_path": "/pricing"}


def test_times_are_corrected_by_the_senders_clock_and_never_ahead_of_ours() -> None:
    hour = timedelta(hours=1)
    behind = posthog(timestamp="2026-03-02T08:00:00Z") | {"sent_at": "2026-03-02T08:30:00Z"}
    assert parsed("posthog", behind, AT).items[0].occurred_at == AT - hour / 2
    ahead = amplitude(time=1772443800000 + 9 * 3_600_000)
    assert parsed("amplitude", ahead, AT).items[0].occurred_at == AT
    beyond = posthog(timestamp="9999-12-31T23:59:59Z") | {"sent_at": "1970-01-01T00:00:00Z"}
    assert parsed("posthog", beyond, AT).items[0].occurred_at == AT


def test_groups_of_other_types_are_nobody() -> None:
    other = {"$group_type": "project", "$group_key": "p_1", "$group_set": {"name": "P"}}
    assert parsed("posthog", posthog(event="$groupidentify", properties=other)).items == []
    profile = {"$token": "k", "$group_key": "project", "$group_id": "p_1", "$set": {"name": "P"}}
    assert parsed("mixpanel:groups", profile).items == []
    assert one("mixpanel:groups", profile | {"$group_key": "company_id"}).group_id == "p_1"


PROFILE = {"set": {"plan": "pro"}, "once": {"first_page": "/"}, "add": {"logins": 2}, "unset": ["old"]}
SAME_PROFILE = {
    "mixpanel:engage": {
        "$token": "k",
        "$distinct_id": "u_1",
        "$time": 1772443800,
        **{
            f"${name}": PROFILE[ours]
            for name, ours in (("set", "set"), ("set_once", "once"), ("add", "add"), ("unset", "unset"))
        },
    },
    "amplitude": amplitude(
        event_type="$identify",
        user_properties={
            "$set": PROFILE["set"],
            "$setOnce": PROFILE["once"],
            "$add": PROFILE["add"],
            "$unset": {"old": "-"},
        },
    ),
}


@pytest.mark.parametrize("call", SAME_PROFILE)
def test_a_profile_is_set_once_added_to_and_unset(call: str) -> None:
    told, once, added = parsed(call, SAME_PROFILE[call]).items
    assert (who(told)[:2], told.traits) == (("identify", "u_1"), {"plan": "pro", "old": None})
    assert (who(once)[:2], once.traits, once.active) == (("identify", "u_1"), {"first_page": "/"}, False)
    assert (added.kind, added.name, added.properties, added.active) == (
        "track",
        dialect.INCREMENTED,
        {"logins": 2},
        False,
    )
    assert len({told.message_id, once.message_id, added.message_id}) == 3


@given(st.lists(st.integers(0, 45_000), min_size=2, max_size=2, unique=True))
def test_what_is_set_once_yields_to_anything_else_and_to_what_was_set_once_earlier(days: list[int]) -> None:
    early, late = (datetime(1975, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in sorted(days))
    assert dialect.once_at(early) >= dialect.once_at(late)
    assert datetime(1970, 1, 1, tzinfo=UTC) <= dialect.once_at(early) < datetime(1971, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"distinct_id": "u_1"}, ("u_1", None)),
        ({"distinct_id": "$device:d"}, (None, "d")),
        ({"distinct_id": "$device:d", "$device_id": "d"}, (None, "d")),
        ({"distinct_id": "d", "$device_id": "d"}, (None, "d")),
        ({"distinct_id": "u_1", "$device_id": "d", "$user_id": "u_1"}, ("u_1", "d")),
        ({"distinct_id": "u_1", "$device_id": "d"}, ("u_1", "d")),
        ({"$device_id": "d"}, (None, "d")),
    ],
)
def test_mixpanel_says_who_is_a_visitor(properties: dict[str, Any], expected: tuple[Any, Any]) -> None:
    item = one("mixpanel:track", mixpanel(**properties))
    assert (item.user_id, item.anonymous_id) == expected


@pytest.mark.parametrize(
    ("event", "properties", "expected"),
    [
        ("$create_alias", {"distinct_id": "d", "alias": "u_1"}, ("alias", "u_1", None, "d")),
        ("$identify", {"$identified_id": "u_1", "$anon_id": "$device:d"}, ("identify", "u_1", "d", None)),
        ("$merge", {"$distinct_ids": ["$device:d", "u_1"]}, ("alias", "u_1", None, "d")),
        ("$merge", {"$distinct_ids": ["u_1", "u_2"]}, ("alias", "u_1", None, "u_2")),
    ],
)
def test_mixpanel_joins_ids(event: str, properties: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert who(one("mixpanel:import", mixpanel(event, **properties))) == expected


def test_amplitude_tells_events_apart_per_device_and_keeps_revenue() -> None:
    item = one(
        "amplitude",
        amplitude(device_id="d", revenue=9.5, groups={"organization": ["o_1", "o_2"]}, language="German"),
    )
    assert (who(item)[:3], item.message_id, item.group_id) == (("track", "u_1", "d"), "d:m", "o_1")
    assert (item.properties, item.context) == ({"revenue": 9.5}, {"locale": "German"})
    group = amplitude(
        event_type="$groupidentify", groups={"company": "o_1"}, group_properties={"$set": {"name": "I"}}
    )
    assert (who(one("amplitude", group)), one("amplitude", group).account_traits) == (
        ("group", None, None, None),
        {"name": "I"},
    )


def test_an_event_without_an_id_is_the_same_only_when_it_names_its_time() -> None:
    timed, untimed = posthog(uuid=None), posthog(uuid=None, timestamp=None)
    ids = [parsed("posthog", body, now).items[0].message_id for body in (timed, untimed) for now in (AT, NOW)]
    assert ids[0] == ids[1]
    assert ids[2] != ids[3]


@pytest.mark.parametrize(
    ("call", "body", "reason"),
    [
        ("posthog", posthog(event=None), "event is missing"),
        ("posthog", posthog(distinct_id=" "), "distinct_id is missing"),
        ("posthog", posthog(timestamp="soon"), "timestamp is not an ISO 8601 date and time after 1970"),
        ("posthog", posthog(event="$create_alias"), "properties.alias is missing"),
        ("posthog", posthog(event="x" * 201), "event is longer than 200 characters"),
        ("amplitude", amplitude(user_id=None), "user_id and device_id are both missing"),
        ("amplitude", amplitude(time="x"), "time is neither milliseconds since 1970 nor an ISO 8601 moment"),
        ("mixpanel:track", mixpanel(), "properties.distinct_id is missing"),
        (
            "mixpanel:engage",
            {"$token": "k", "$distinct_id": "u", "$delete": ""},
            "$delete is not supported: nothing was erased",
        ),
        (
            "mixpanel:import",
            mixpanel("$merge", **{"$distinct_ids": ["a"]}),
            "properties.$distinct_ids is not a list of two ids",
        ),
        ("heap", {"app_id": "k", "event": "E"}, "identity is missing"),
        ("posthog", {"batch": 1}, "batch is not an array"),
    ],
)
def test_what_cannot_be_used_says_where_and_why(call: str, body: Any, reason: str) -> None:
    assert why(call, body) == reason


BODIES: list[tuple[str, Any]] = [
    *(
        (call, json.loads(body))
        for vendor in ("posthog", "amplitude", "mixpanel")
        for call, body in recorded(vendor)
    ),
    *(("heap", payload.read("heap", name)["body"]) for name in ("single", "batch")),
    (
        "posthog",
        posthog(event="$identify", properties={"$anon_distinct_id": "d", "$set": {"a": 1}, "$unset": ["b"]}),
    ),
    (
        "posthog",
        posthog(
            event="$pageview", properties={"$device_id": "d", "$groups": {"company": "c"}, "$pathname": "/"}
        ),
    ),
    ("mixpanel:import", mixpanel("$merge", **{"$distinct_ids": ["$device:d", "u_1"]})),
    *SAME_PROFILE.items(),
]


@settings(deadline=None)
@given(st.data())
def test_no_spoiled_body_raises(data: st.DataObject) -> None:
    call, body = data.draw(st.sampled_from(BODIES))
    found = parsed(call, data.draw(spoiled([body])))
    for item in found.items:
        assert item.user_id or item.anonymous_id or item.group_id or item.lookup
        assert len(item.message_id) <= 200
        assert item.occurred_at <= NOW
    assert all(refused.reason for refused in found.rejected)


def test_every_dialect_fits_its_column_and_is_no_kind_of_source() -> None:
    calls = [*DIALECTS, *(f"mixpanel:{call}" for call in ("track", "import", "engage", "groups"))]
    assert all(len(call) <= 20 for call in calls)
    assert {"hook", "batch", "track", "read"}.isdisjoint(DIALECTS)
    assert "http" in CONNECTORS


def test_posthog_in_a_browser_says_how_long_ago_it_was() -> None:
    said = {"event": "E", "uuid": "m", "offset": 1500, "properties": {"token": "k", "distinct_id": "u_1"}}
    item = one("posthog", [said])
    assert (item.occurred_at, item.properties) == (NOW - timedelta(seconds=1.5), {})
    assert one("posthog", said | {"timestamp": MOMENT}).occurred_at == AT
    for strange in (-1, True, "x", None, 2**53):
        at = one("posthog", said | {"offset": strange}).occurred_at
        assert NOW - timedelta(days=7) <= at <= NOW
