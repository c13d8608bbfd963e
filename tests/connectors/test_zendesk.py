import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest, Parsed
from signals_app.incoming import Incoming
from tests.connectors import payload

ZENDESK = CONNECTORS["zendesk"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
INVOCATION = {"x-zendesk-webhook-invocation-id": "01HZYINVOCATION"}


def parsed(body: Any, headers: dict[str, str] = INVOCATION) -> Parsed:
    return ZENDESK.parse(json.dumps(body).encode(), headers, NOW)


def one(body: Any) -> Incoming:
    (item,) = parsed(body).items
    return item


@pytest.mark.parametrize("name", payload.names("zendesk", "zendesk-"))
def test_signatures_are_judged_as_documented(name: str) -> None:
    vector = payload.read("zendesk", name)
    request, secrets = payload.request(vector), ["old", vector["secret"]]
    if vector["valid"]:
        ZENDESK.verify(request, secrets, vector["now_unix"])
    else:
        with pytest.raises(BadSignature):
            ZENDESK.verify(request, secrets, vector["now_unix"])


@pytest.mark.parametrize("secrets", [[], [""], ["wrong"]])
def test_no_secret_or_an_empty_or_wrong_one_always_refuses(secrets: list[str]) -> None:
    vector = payload.read("zendesk", "zendesk-1-ticket-created")
    with pytest.raises(BadSignature):
        ZENDESK.verify(payload.request(vector), secrets, vector["now_unix"])


@pytest.mark.parametrize(("off", "fresh"), [(-3600, True), (3600, True), (3601, False), (-3601, False)])
def test_a_signature_is_fresh_for_an_hour_both_ways(off: int, fresh: bool) -> None:
    vector = payload.read("zendesk", "zendesk-1-ticket-created")
    signed_at = datetime(2026, 3, 2, 9, 29, 57, tzinfo=UTC).timestamp()
    if fresh:
        ZENDESK.verify(payload.request(vector), [vector["secret"]], signed_at + off)
    else:
        with pytest.raises(BadSignature):
            ZENDESK.verify(payload.request(vector), [vector["secret"]], signed_at + off)


@settings(deadline=None)
@given(st.sampled_from(["signature", "signature-timestamp"]), st.text(max_size=40))
def test_a_strange_header_is_a_bad_signature(name: str, value: str) -> None:
    vector = payload.read("zendesk", "zendesk-1-ticket-created")
    request = payload.request(vector)
    headers = {**request.headers, f"x-zendesk-webhook-{name}": value}
    with pytest.raises(BadSignature):
        ZENDESK.verify(HookRequest("POST", "", headers, request.body), [vector["secret"]], vector["now_unix"])


def test_a_created_ticket_becomes_an_event_of_its_requester() -> None:
    found = one(json.loads(payload.read("zendesk", "zendesk-1-ticket-created")["body"]))
    assert (found.kind, found.name, found.message_id) == (
        "track",
        "Ticket Created",
        "0c9d1b2e-1111-4222-8333-444455556666",
    )
    assert found.properties == {
        "ticket_id": "6101",
        "text": "We hit the export limit, is there an API plan?",
        "subject": "Export limit",
        "tags": ["pricing"],
        "priority": "normal",
        "type": "question",
        "status": "new",
        "external_id": "acct_9",
        "channel": "web_service",
    }
    assert found.lookup == {}, "event webhooks hold no address"
    assert found.person_ids == {"zendesk_requester_id": "9000000002"}
    assert found.account_ids == {"zendesk_organization_id": "500001"}
    assert found.occurred_at == datetime(2026, 3, 2, 9, 29, 55, 672000, tzinfo=UTC)
    assert (found.user_id, found.group_id, found.active) == (None, None, False)


def test_a_ticket_is_solved_once() -> None:
    body = payload.read("zendesk", "ticket-solved")["body"]
    assert (one(body).name, one(body).properties["ticket_id"]) == ("Ticket Solved", "6101")
    assert one({**body, "event": {"current": "CLOSED", "previous": "SOLVED"}}).name == "Ticket Updated"
    assert one({**body, "event": {"current": "OPEN", "previous": "SOLVED"}}).name == "Ticket Updated"


def test_a_comment_is_an_update_with_its_text() -> None:
    body = payload.read("zendesk", "ticket-solved")["body"]
    said = {"comment": {"body": "Any news?"}}
    found = one({**body, "type": "zen:event-type:ticket.comment_added", "event": said})
    assert (found.name, found.properties["text"]) == ("Ticket Updated", "Any news?")
    assert found.properties["change"] == "comment_added"


def test_events_about_other_things_say_nothing() -> None:
    for kind in ("article.published", "agent.state_changed", "user.created", "organization.created", "x"):
        assert parsed({"type": f"zen:event-type:{kind}", "detail": {}}) == Parsed()


def test_a_trigger_body_is_read_by_the_names_that_admins_use() -> None:
    found = one(json.loads(payload.read("zendesk", "zendesk-3-trigger-custom-body")["body"]))
    assert (found.name, found.message_id) == ("Ticket Created", "01HZYINVOCATION")
    assert found.lookup == {"email": "ana@example.com"}
    assert found.properties == {
        "ticket_id": "6102",
        "subject": "Need more seats",
        "tags": ["seats", "upgrade"],
    }


@pytest.mark.parametrize(
    "body",
    [
        {
            "ticket": {
                "id": 7,
                "requester": {"email": "Ana@Example.com", "external_id": "u_1"},
                "status": "Solved",
            }
        },
        {
            "ticket.id": "7",
            "ticket.requester.email": "ana@example.com",
            "ticket.requester.external_id": "u_1",
            "event": "solved",
        },
        {
            "Ticket ID": 7,
            "requester_email": "ana@example.com",
            "requester_external_id": "u_1",
            "event": "Ticket Solved",
        },
    ],
)
def test_nested_dotted_and_spaced_names_mean_the_same(body: dict[str, Any]) -> None:
    found = one(body)
    assert (found.name, found.user_id) == ("Ticket Solved", "u_1")
    assert (found.properties["ticket_id"], found.lookup["email"]) == ("7", "ana@example.com")


def test_a_rating_is_told_with_its_score() -> None:
    found = one({"ticket_id": 7, "event": "rated", "score": "good"})
    assert (found.name, found.properties["score"]) == ("Ticket Rated", "good")


def test_a_placeholder_left_as_typed_says_nothing() -> None:
    found = one({"ticket_id": "7", "requester_email": "{{ticket.requester.email}}"})
    assert found.lookup == {}


def test_an_id_too_long_to_be_ours_is_left_out() -> None:
    found = one({"ticket_id": "7", "requester_external_id": "u" * 201, "requester_email": "a" * 201})
    assert (found.user_id, found.lookup) == (None, {})


def test_without_an_invocation_id_the_body_names_the_message() -> None:
    first, again = (parsed({"ticket_id": "7"}, {}).items[0].message_id for _ in range(2))
    assert first == again != parsed({"ticket_id": "8"}, {}).items[0].message_id


@pytest.mark.parametrize("body", [{}, [], "x", {"hello": "world"}])
def test_a_body_about_no_ticket_is_kept_as_rejected(body: Any) -> None:
    found = parsed(body)
    assert (found.items, len(found.rejected)) == ([], 1)


keys = st.sampled_from(
    ["type", "detail", "event", "id", "time", "ticket_id", "tags", "requester", "comment", "status"]
)
types = [
    "ticket.created",
    "ticket.comment_added",
    "ticket.csat",
    "user.created",
    "user.deleted",
    "organization.x",
]
leaves = (
    st.none()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=6)
    | st.sampled_from([f"zen:event-type:{kind}" for kind in types])
)
bodies = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
)


@settings(deadline=None)
@given(st.dictionaries(keys, bodies))
def test_no_body_breaks_the_parser(body: dict[str, Any]) -> None:
    assert all(0 < len(item.message_id) <= 200 for item in parsed(body).items)
