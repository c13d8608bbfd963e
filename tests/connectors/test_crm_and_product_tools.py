"""Each stored payload of the CRM, the product tools and the look-ups gives exactly what it says it should."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
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
KINDS = (
    "segment_webhook",
    "hubspot",
    "salesforce_outbound_message",
    "pendo",
    "appcues",
    "userpilot",
    "clearbit",
)
STORED = [(kind, name) for kind in KINDS for name in payload.names(kind, "")]
BLANK = Incoming(kind="", message_id="", occurred_at=NOW)


def body_of(stored: dict[str, Any]) -> bytes:
    said = stored["raw"] if "raw" in stored else stored["body"]
    return (said if isinstance(said, str) else json.dumps(said)).encode()


def parse(kind: str, body: bytes, stored: dict[str, Any]) -> Parsed:
    headers = {name.lower(): value for name, value in stored["headers"].items()}
    return CONNECTORS[kind].parse(body, headers, NOW, stored.get("call", "hook"))


def shown(item: Incoming) -> dict[str, Any]:
    """Only what differs from a blank item."""
    said = {name: value for name, value in asdict(item).items() if value != getattr(BLANK, name)}
    return {**said, "occurred_at": item.occurred_at.isoformat()}


@pytest.mark.parametrize(("kind", "name"), STORED)
def test_a_stored_payload_is_read_to_the_field(kind: str, name: str) -> None:
    stored = payload.read(kind, name)
    parsed = parse(kind, body_of(stored), stored)
    assert [shown(item) for item in parsed.items] == stored["expected"]["items"]
    rejected = [[one.index, one.reason, one.path] for one in parsed.rejected]
    assert rejected == stored["expected"].get("rejected", [])
    assert [[one.kind, one.id] for one in parsed.wanted] == stored["expected"].get("wanted", [])


@pytest.mark.parametrize(("kind", "name"), STORED)
def test_every_payload_says_where_it_comes_from(kind: str, name: str) -> None:
    said = payload.read(kind, name)["provenance"]
    assert said.startswith(("captured from ", "documented: ", "signed vector ", "assumed: "))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_unverified_is_shown_to_staff_and_written_down(kind: str) -> None:
    connector = CONNECTORS[kind]
    module = Path(str(__import__(type(connector).__module__, fromlist=["x"]).__file__)).read_text()
    assert bool(connector.beta) == ("Unverified: " in module) == (kind != "segment_webhook")
    assert connector.setup


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b'<?xml version="1.0" encoding="nonsense"?><x/>',
        b"<a>" * 100_000,
        b"<a/>",
        b"",
    ],
)
def test_a_document_type_or_no_message_at_all_is_refused_not_read(body: bytes) -> None:
    connector = CONNECTORS["salesforce_outbound_message"]
    parsed = connector.parse(body, {}, NOW)
    assert (parsed.items, len(parsed.rejected)) == ([], 1)
    with pytest.raises(BadSignature):
        connector.verify(HookRequest("POST", "", {}, body), ["00D000000000001EAA"], 0)


def test_a_sound_message_with_a_document_type_is_refused() -> None:
    sound = payload.read("salesforce_outbound_message", "sf-om-1")["body"]
    entity = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><soapenv:Envelope'
    body = sound.replace("<soapenv:Envelope", entity, 1).replace("Renewal", "&b;").encode()
    parsed = CONNECTORS["salesforce_outbound_message"].parse(body, {}, NOW)
    assert parsed.items == [] and "document type" in parsed.rejected[0].reason


def test_a_message_of_more_than_a_hundred_notifications_is_refused() -> None:
    stored = payload.read("salesforce_outbound_message", "sf-om-1")["body"]
    one = stored[stored.index("<Notification>") : stored.index("</notifications>")]
    connector = CONNECTORS["salesforce_outbound_message"]
    assert len(connector.parse(stored.replace(one, one * 100).encode(), {}, NOW).items) == 100
    found = connector.parse(stored.replace(one, one * 101).encode(), {}, NOW)
    assert (found.items, [one.reason for one in found.rejected]) == (
        [],
        ["the body holds more than 100 events"],
    )


def test_salesforce_hears_an_acknowledgement_even_of_what_we_ignore() -> None:
    vector = payload.read("salesforce_outbound_message", "sf-om-1")
    answer = CONNECTORS["salesforce_outbound_message"].answer(payload.request(vector))
    assert answer.status == vector["expect_response"]["status"]
    assert answer.content_type.startswith(vector["expect_response"]["content_type"])
    assert vector["expect_response"]["contains"].encode() in answer.body


def test_hubspot_is_asked_for_one_object_with_the_key_beside_it() -> None:
    connector = CONNECTORS["hubspot"]
    wanted = connector.parse(body_of(payload.read("hubspot", "many-changes")), {}, NOW).wanted
    asked = [connector.question(one, "https://api.hubapi.com", "pat-1") for one in wanted]
    urls = [one.url.partition("?")[0] for one in asked if one]
    assert urls == [
        "https://api.hubapi.com/crm/v3/objects/contacts/51",
        "https://api.hubapi.com/crm/v3/objects/companies/991",
        "https://api.hubapi.com/crm/v3/objects/deals/77",
        "https://api.hubapi.com/crm/v3/objects/tickets/88",
    ]
    assert asked[0] and asked[0].headers["Authorization"] == "Bearer pat-1"
    assert "associations=companies" in asked[0].url


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("9" * 250),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def _places(said: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


def _changed(said: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = said.copy()
    copy[path[0]] = _changed(said[path[0]], path[1:], value)
    return copy


def _json(kind: str, name: str) -> Any:
    try:
        return json.loads(body_of(payload.read(kind, name)))
    except ValueError:
        return None


@settings(deadline=None)
@given(st.data())
def test_a_wrong_type_anywhere_never_raises(data: st.DataObject) -> None:
    kind, name = data.draw(st.sampled_from([one for one in STORED if _json(*one) is not None]))
    stored, said = payload.read(kind, name), _json(kind, name)
    changed = _changed(said, data.draw(st.sampled_from(_places(said))), data.draw(values))
    parsed = parse(kind, json.dumps(changed).encode(), stored)
    for item in parsed.items:
        assert item.occurred_at <= NOW and 0 < len(item.message_id) <= 200
        json.dumps(asdict(item), default=str, allow_nan=False).encode()
    assert len({item.message_id for item in parsed.items}) == len(parsed.items) or kind == "segment_webhook"


@settings(deadline=None)
@given(st.sampled_from(payload.names("salesforce_outbound_message", "")), st.data())
def test_a_spoiled_envelope_never_raises(name: str, data: st.DataObject) -> None:
    body = body_of(payload.read("salesforce_outbound_message", name))
    at = data.draw(st.integers(0, len(body)))
    upto = data.draw(st.integers(at, min(len(body), at + 40)))
    spoiled = body[:at] + data.draw(st.binary(max_size=20)) + body[upto:]
    parsed = CONNECTORS["salesforce_outbound_message"].parse(spoiled, {}, NOW)
    for item in parsed.items:
        assert item.occurred_at <= NOW and 0 < len(item.message_id) <= 200


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.binary(max_size=60), st.sampled_from(["hook", "read:contact", "read:x"]))
def test_garbage_never_raises(kind: str, body: bytes, call: str) -> None:
    CONNECTORS[kind].parse(body, {}, NOW, call)
    headers = dict.fromkeys(("x-signature", "x-pendo-signature", "x-hubspot-signature-v3"), "é�")
    with pytest.raises(BadSignature):
        CONNECTORS[kind].verify(HookRequest("POST", "", headers, body), ["secret-1"], 0)


def test_the_same_change_is_the_same_message_whenever_it_is_sent() -> None:
    said = _json("hubspot", "many-changes")
    again = [{**change, "attemptNumber": 3} for change in said]
    first, second = (parse("hubspot", json.dumps(one).encode(), {"headers": {}}) for one in (said, again))
    assert [item.message_id for item in first.items] == [item.message_id for item in second.items]
