"""Each stored payload of the support, chat and survey tools gives exactly what it says it should."""

import json
from copy import deepcopy
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest, Parsed
from signals_app.incoming import Incoming
from tests.connectors import payload

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KINDS = ("intercom", "zendesk", "delighted", "typeform", "slack", "drift")
STORED = [
    (kind, name)
    for kind in KINDS
    for name in payload.names(kind, "")
    if "expected" in payload.read(kind, name)
]
SIGNED = [
    (kind, name)
    for kind in ("intercom", "delighted", "typeform", "slack")
    for name in payload.names(kind, "")
    if "valid" in payload.read(kind, name)
]
GENUINE = [one for one in SIGNED if payload.read(*one)["valid"]]
BODIES = [
    (kind, payload.read(kind, name)["body"]) for kind, name in STORED if "body" in payload.read(kind, name)
]
BLANK = Incoming(kind="", message_id="", occurred_at=NOW)


def body_of(stored: dict[str, Any]) -> bytes:
    said = stored["raw"] if "raw" in stored else stored["body"]
    return (said if isinstance(said, str) else json.dumps(said)).encode()


def parse(kind: str, body: bytes, stored: dict[str, Any]) -> Parsed:
    headers = {name.lower(): value for name, value in stored["headers"].items()}
    return CONNECTORS[kind].parse(body, headers, NOW, "hook")


def shown(item: Incoming) -> dict[str, Any]:
    """Only what differs from a blank item."""
    said = {name: value for name, value in asdict(item).items() if value != getattr(BLANK, name)}
    return {**said, "occurred_at": item.occurred_at.isoformat()}


@pytest.mark.parametrize(("kind", "name"), STORED)
def test_a_stored_payload_is_read_to_the_field(kind: str, name: str) -> None:
    stored = payload.read(kind, name)
    found = parse(kind, body_of(stored), stored)
    assert [shown(item) for item in found.items] == stored["expected"]["items"]
    rejected = [[one.index, one.reason, one.path] for one in found.rejected]
    assert rejected == stored["expected"]["rejected"]


@pytest.mark.parametrize(("kind", "name"), STORED)
def test_every_payload_says_where_it_comes_from(kind: str, name: str) -> None:
    said = payload.read(kind, name)["provenance"]
    assert said.startswith(("documented: ", "signed vector ", "assumed: "))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_unverified_is_shown_to_staff_and_written_down(kind: str) -> None:
    connector = CONNECTORS[kind]
    module = Path(str(__import__(type(connector).__module__, fromlist=["x"]).__file__)).read_text()
    assert "Unverified: " in module
    assert connector.setup
    assert bool(connector.beta) or kind == "slack"


@pytest.mark.parametrize(("kind", "name"), SIGNED)
def test_requests_are_judged_as_the_vectors_say_with_either_of_two_secrets(kind: str, name: str) -> None:
    vector = payload.read(kind, name)
    request, secrets = payload.request(vector), ["another secret", vector["secret"]]
    for both in (secrets, secrets[::-1]):
        if vector["valid"]:
            CONNECTORS[kind].verify(request, both, vector["now_unix"])
        else:
            with pytest.raises(BadSignature):
                CONNECTORS[kind].verify(request, both, vector["now_unix"])


@pytest.mark.parametrize("secrets", [[], [""], ["  "], ["wrong secret"]])
@pytest.mark.parametrize(("kind", "name"), GENUINE)
def test_an_empty_or_wrong_secret_opens_nothing(kind: str, name: str, secrets: list[str]) -> None:
    vector = payload.read(kind, name)
    with pytest.raises(BadSignature):
        CONNECTORS[kind].verify(payload.request(vector), secrets, vector["now_unix"])


@pytest.mark.parametrize(("kind", "name"), GENUINE)
def test_one_changed_byte_is_a_forgery(kind: str, name: str) -> None:
    vector = payload.read(kind, name)
    request = payload.request(vector)
    for body in (request.body[:-1] + b" ", request.body + b"\n", b""):
        forged = HookRequest(request.method, request.url, request.headers, body)
        with pytest.raises(BadSignature):
            CONNECTORS[kind].verify(forged, [vector["secret"]], vector["now_unix"])


@settings(deadline=None)
@given(
    st.sampled_from(GENUINE),
    st.text(max_size=40) | st.sampled_from(["sha1=", "sha256=", "v0=", "\ud800", "²"]),
)
def test_a_strange_signature_is_a_bad_one(one: tuple[str, str], value: str) -> None:
    vector = payload.read(*one)
    request = payload.request(vector)
    for strange in [name for name in request.headers if "signature" in name or "timestamp" in name]:
        headers = {**request.headers, strange: value}
        with pytest.raises(BadSignature):
            forged = HookRequest("POST", "", headers, request.body)
            CONNECTORS[one[0]].verify(forged, [vector["secret"]], vector["now_unix"])


@pytest.mark.parametrize(("off", "fresh"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_slack_is_fresh_for_five_minutes_both_ways(off: int, fresh: bool) -> None:
    vector = payload.read("slack", "slack-1-url-verification")
    signed_at = int(vector["headers"]["X-Slack-Request-Timestamp"])
    request, secrets = payload.request(vector), [vector["secret"]]
    if fresh:
        CONNECTORS["slack"].verify(request, secrets, signed_at + off)
    else:
        with pytest.raises(BadSignature):
            CONNECTORS["slack"].verify(request, secrets, signed_at + off)


def test_slack_hears_its_challenge_and_else_nothing_that_it_would_show() -> None:
    vector = payload.read("slack", "slack-1-url-verification")
    answer = CONNECTORS["slack"].answer(payload.request(vector))
    assert json.loads(answer.body) == {"challenge": "challenge-Q7m2Zk9vT4xB1nR8sL0d"}
    for other in ("slack-2-interactivity-form",):
        assert CONNECTORS["slack"].answer(payload.request(payload.read("slack", other))).body == b""
    command = HookRequest("POST", "", {}, body_of(payload.read("slack", "slash-command")))
    assert CONNECTORS["slack"].answer(command).body == b""


@pytest.mark.parametrize(("pressed", "refused"), [(25, []), (26, ["actions"]), (4_000, ["actions"])])
def test_of_a_press_of_slack_with_too_many_actions_the_rest_is_said_to_be_left(
    pressed: int, refused: list[str]
) -> None:
    actions = [{"action_id": f"a{number}", "value": "x"} for number in range(pressed)]
    body = json.dumps({"type": "block_actions", "trigger_id": "1.2.3", "actions": actions}).encode()
    found = CONNECTORS["slack"].parse(body, {}, NOW)
    assert [item.properties["action"] for item in found.items] == [f"a{number}" for number in range(25)]
    assert [one.path for one in found.rejected] == refused
    assert all("more than 25 actions" in one.reason for one in found.rejected)


def test_nothing_from_slack_is_about_a_customer() -> None:
    for name in payload.names("slack", ""):
        stored = payload.read("slack", name)
        for item in parse("slack", body_of(stored), stored).items:
            assert (item.name, item.active) == ("Staff Command", False)
            assert not (item.user_id or item.anonymous_id or item.group_id or item.lookup or item.person_ids)


@pytest.mark.parametrize(
    ("body", "headers", "right"),
    [
        ({"type": "new_message", "token": "drift-token-1"}, {}, True),
        ({"type": "new_message"}, {"authorization": "Bearer drift-token-1"}, True),
        ({"type": "new_message", "token": "guess"}, {}, False),
        ({"type": "new_message"}, {}, False),
        ([], {}, False),
    ],
)
def test_drift_must_tell_its_token_once_we_have_one(body: Any, headers: dict[str, str], right: bool) -> None:
    request = HookRequest("POST", "", headers, json.dumps(body).encode())
    CONNECTORS["drift"].verify(request, [], 0)
    if right:
        CONNECTORS["drift"].verify(request, ["old-token", "drift-token-1"], 0)
    else:
        with pytest.raises(BadSignature):
            CONNECTORS["drift"].verify(request, ["old-token", "drift-token-1"], 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"a":NaN}', b'"text"', b"7", b"[[[[]]]]"])
def test_what_is_no_event_is_kept_as_rejected_or_says_nothing(kind: str, body: bytes) -> None:
    found = CONNECTORS[kind].parse(body, {"content-type": "application/json"}, NOW, "hook")
    assert found.items == []
    assert len(found.rejected) == 1


def mutations() -> st.SearchStrategy[tuple[str, bytes]]:
    odd: st.SearchStrategy[Any] = (
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8)
        | st.just([])
        | st.just({})
        | st.lists(st.none() | st.text(max_size=3) | st.just({}), max_size=3)
    )

    @st.composite
    def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
        kind, stored = draw(st.sampled_from(BODIES))
        said = deepcopy(json.loads(stored) if isinstance(stored, str) and stored[:1] == "{" else stored)
        for _ in range(draw(st.integers(1, 3))):
            spot, key = said, None
            while isinstance(spot, dict | list) and spot:
                key = draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot))))
                if not isinstance(spot[key], dict | list) or not spot[key] or draw(st.integers(0, 3)) == 0:
                    spot[key] = draw(odd)
                    break
                spot = spot[key]
        return kind, json.dumps(said).encode() if not isinstance(said, str) else said.encode()

    return mutated()


@settings(deadline=None)
@given(mutations())
def test_wrong_types_anywhere_break_nothing(one: tuple[str, bytes]) -> None:
    kind, body = one
    found = CONNECTORS[kind].parse(body, {"content-type": "application/json"}, NOW, "hook")
    ids = [item.message_id for item in found.items]
    assert len(set(ids)) == len(ids)
    for item in found.items:
        assert 0 < len(item.message_id) <= 200
        assert datetime(1970, 1, 1, tzinfo=UTC) <= item.occurred_at <= NOW + timedelta(0)
        assert item.kind in ("track", "identify", "group", "delete")
        json.dumps(asdict(item), default=str).encode()
