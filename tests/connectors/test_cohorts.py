"""Webhooks of Amplitude (events and cohorts) and Mixpanel (cohorts): proved by their secret, idempotent."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest, Parsed
from signals_app.incoming import Incoming
from tests.connectors import payload
from tests.connectors.mutation import spoiled

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KINDS = ("amplitude", "amplitude_cohort", "mixpanel_cohort")
VECTOR = payload.read("mixpanel_cohort", "mpcohort-1-basic")
BODIES: dict[str, list[Any]] = {
    "amplitude": [payload.read("amplitude", name)["body"] for name in ("stream_one", "stream_many")],
    "amplitude_cohort": [payload.read("amplitude_cohort", "left")["body"]],
    "mixpanel_cohort": [
        json.loads(VECTOR["body"]),
        *(payload.read("mixpanel_cohort", name)["body"] for name in ("members", "remove_members")),
    ],
}


def parsed(kind: str, body: Any, now: datetime = NOW) -> Parsed:
    return CONNECTORS[kind].parse(json.dumps(body).encode(), {}, now, "hook")


def told(item: Incoming) -> tuple[str, str | None, str | None]:
    return item.name, item.user_id, item.anonymous_id


def test_a_cohort_of_amplitude_is_entered_and_left() -> None:
    found = parsed("amplitude_cohort", BODIES["amplitude_cohort"][0])
    assert [told(item) for item in found.items] == [
        ("Cohort Left", "u_1", None),
        ("Cohort Entered", "u_2", None),
        ("Cohort Left", None, "d-9"),
    ]
    assert all(item.properties == {"cohort_id": "c_7", "cohort": "Power users"} for item in found.items)
    assert not any(item.active for item in found.items)
    assert found.rejected == []


def test_a_cohort_of_mixpanel_is_entered_and_left() -> None:
    added, members, removed = (parsed("mixpanel_cohort", body).items for body in BODIES["mixpanel_cohort"])
    assert [told(item) for item in added] == [("Cohort Entered", "u_1", None)]
    assert (added[0].lookup, added[0].occurred_at) == ({"email": "ana@example.com"}, NOW)
    assert added[0].properties == {"cohort_id": "1478", "cohort": "Power users"}
    assert [told(item) for item in members] == [
        ("Cohort Entered", "u_1", None),
        ("Cohort Entered", None, "d-9"),
    ]
    assert [told(item) for item in removed] == [("Cohort Left", "u_1", None), ("Cohort Left", None, "d-9")]


@pytest.mark.parametrize("kind", ["amplitude_cohort", "mixpanel_cohort"])
def test_a_repeated_delivery_has_the_same_ids_and_each_person_one(kind: str) -> None:
    for body in BODIES[kind]:
        first, again = (parsed(kind, body, NOW + timedelta(minutes=n)).items for n in (0, 30))
        ids = [item.message_id for item in first]
        assert ids == [item.message_id for item in again]
        assert len(set(ids)) == len(ids)


def test_an_amplitude_cohort_may_be_entered_again_another_day() -> None:
    body = BODIES["amplitude_cohort"][0]
    ids = [
        {item.message_id for item in parsed("amplitude_cohort", body, NOW + timedelta(days=n)).items}
        for n in (0, 1)
    ]
    assert ids[0].isdisjoint(ids[1])


@pytest.mark.parametrize("body", BODIES["mixpanel_cohort"], ids=lambda body: body["action"])
def test_mixpanel_hears_its_own_action_back(body: dict[str, Any]) -> None:
    request = HookRequest("POST", "https://x.example/hooks/mixpanel_cohort/t", {}, json.dumps(body).encode())
    answer = CONNECTORS["mixpanel_cohort"].answer(request)
    assert (answer.status, json.loads(answer.body)) == (200, {"action": body["action"], "status": "success"})
    garbage = HookRequest("POST", "https://x.example/hooks/mixpanel_cohort/t", {}, b"{")
    assert json.loads(CONNECTORS["mixpanel_cohort"].answer(garbage).body)["status"] == "success"


def test_an_event_stream_of_amplitude_is_read() -> None:
    track, traits = parsed("amplitude", BODIES["amplitude"][0]).items
    assert (told(track), track.kind, track.message_id) == (
        ("Report Exported", "u_1", "d-9"),
        "track",
        "d-9:ins-1",
    )
    assert (track.group_id, track.occurred_at) == ("acct_9", NOW - timedelta(minutes=1))
    assert (traits.kind, traits.traits, traits.active) == ("identify", {"plan": "free"}, False)
    many = parsed("amplitude", BODIES["amplitude"][1])
    assert [(told(item), item.message_id) for item in many.items] == [
        (("Seat Added", "u_2", None), "ins-2"),
        (("Pricing Viewed", None, "d-3"), "d-3:u-3"),
    ]
    assert [(one.index, one.path) for one in many.rejected] == [(2, "user_id")]


@pytest.mark.parametrize("name", ["mpcohort-1-basic", "mpcohort-2-bad-basic"])
def test_the_vectors_are_judged_as_they_say(name: str) -> None:
    vector = payload.read("mixpanel_cohort", name)
    accepted = accepts("mixpanel_cohort", vector["headers"], vector["secret"])
    assert accepted is vector["valid"]


def accepts(kind: str, headers: dict[str, str], *secrets: str) -> bool:
    named = {name.lower(): value for name, value in headers.items()}
    try:
        CONNECTORS[kind].verify(HookRequest("POST", "https://x.example/", named, b"{}"), secrets, 0.0)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_each_active_secret_counts_in_any_of_the_headers_and_an_empty_one_never(kind: str) -> None:
    basic = base64.b64encode(b"anybody:new").decode()
    good = [
        {"X-Upsell-Token": "new"},
        {"X-Api-Key": "old"},
        {"Authorization": "Bearer new"},
        {"Authorization": f"Basic {basic}"},
    ]
    assert [accepts(kind, headers, "new", "old") for headers in good] == [True] * 4
    bad = [
        {},
        {"X-Upsell-Token": ""},
        {"X-Upsell-Token": "other"},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Bearer "},
    ]
    assert [accepts(kind, headers, "new", "old") for headers in bad] == [False] * 5
    assert not accepts(kind, {"X-Upsell-Token": " "}, " ")


@pytest.mark.parametrize(
    ("kind", "body", "path"),
    [
        ("amplitude", {"user_id": "u"}, "event_type"),
        ("amplitude_cohort", {"users": []}, "cohort_id"),
        ("amplitude_cohort", {"cohort_id": "c"}, "users"),
        ("amplitude_cohort", {"cohort_id": "c", "users": [{}]}, "users[0].user_id"),
        ("amplitude_cohort", {"cohort_id": "c", "in_cohort": "yes", "users": ["u"]}, "users[0].in_cohort"),
        ("mixpanel_cohort", {"action": "members", "parameters": {}}, "parameters.members"),
        (
            "mixpanel_cohort",
            {"action": "members", "parameters": {"mixpanel_cohort_id": 7, "members": [{}]}},
            "parameters.members[0].mixpanel_distinct_id",
        ),
    ],
)
def test_what_is_missing_is_said_with_its_place(kind: str, body: Any, path: str) -> None:
    found = parsed(kind, body)
    assert (found.items, [one.path for one in found.rejected]) == ([], [path])


def test_an_unknown_action_is_nothing() -> None:
    assert parsed("mixpanel_cohort", {"action": "archive"}) == Parsed()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"", b"{", b"7", b"null", b"\xff", b'{"a": NaN}', b"[" * 10_000])
def test_garbage_is_kept_as_rejected(kind: str, body: bytes) -> None:
    found = CONNECTORS[kind].parse(body, {}, NOW, "hook")
    assert (found.items, len(found.rejected)) == ([], 1)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(data=st.data())
def test_no_spoiled_body_raises(kind: str, data: st.DataObject) -> None:
    for item in parsed(kind, data.draw(spoiled(BODIES[kind]))).items:
        assert item.user_id or item.anonymous_id or item.lookup or item.group_id
        assert len(item.message_id) <= 200
        assert item.occurred_at <= NOW
