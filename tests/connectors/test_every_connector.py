"""What holds for each kind of source, whoever wrote its connector."""

import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns_app import pipeline
from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, Connector, HookRequest
from signals_app.models import Envelope, Event, RejectedEvent
from tests.build import a_source
from tests.connectors import resign
from tests.connectors.test_vectors import FIRST
from tests.connectors.test_vectors_at_the_door import PUBLIC, placed, send, then

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOOKS = sorted(kind for kind, connector in CONNECTORS.items() if connector.signed)
SURE = {
    "http",
    "web",
    "segment_webhook",
    "amplitude",
    "amplitude_cohort",
    "mixpanel_cohort",
    "intercom",
    "customerio",
    "klaviyo",
    "delighted",
    "optimizely",
    "recurly",
    "salesforce_outbound_message",
    "zapier",
    "tray",
    "workato",
}
"""No part of what decides about their requests is from general knowledge only. They may still say what is beta."""
STRANGE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"7",
    b'"x"',
    b"not json",
    b"\xff\xfe",
    b"[" * 100,
    b'{"a":NaN}',
    b"a=1&a=2",
]

every = pytest.mark.parametrize("connector", CONNECTORS.values(), ids=CONNECTORS.keys())
one_each = pytest.mark.parametrize("vector", FIRST.values(), ids=lambda vector: str(vector["provider"]))
at_the_time = pytest.mark.usefixtures("time", "then")
__all__ = ["then"]


@every
def test_it_is_described(connector: Connector) -> None:
    told = sys.modules[type(connector).__module__].__doc__ or ""
    assert "Source:" in told
    assert connector.label
    assert connector.setup or connector.kind in ("http", "web")
    assert connector.kind in SURE or (connector.beta and "nverified" in told)


@every
def test_its_other_names_are_nobody_elses(connector: Connector) -> None:
    for alias in connector.aliases:
        others = [one.kind for one in CONNECTORS.values() if alias in (one.kind, *one.aliases)]
        assert others == [connector.kind]


@every
@pytest.mark.parametrize("secrets", [[], [""], ["  "]])
def test_an_empty_secret_opens_nothing(connector: Connector, secrets: list[str]) -> None:
    if connector.needs_secret:
        with pytest.raises(BadSignature):
            connector.verify(HookRequest("POST", "https://app.example.com/hooks/x/y", {}, b"{}"), secrets, 0)


@every
@pytest.mark.parametrize("body", STRANGE)
def test_a_strange_body_is_read_without_a_word(connector: Connector, body: bytes) -> None:
    parsed = connector.parse(body, {}, NOW, "hook")
    assert all(item.message_id and item.occurred_at <= NOW for item in parsed.items)
    assert all(refused.reason for refused in parsed.rejected)


@every
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_header_breaks_the_proof(connector: Connector, data: st.DataObject) -> None:
    """Whatever a stranger sends, the answer is a refusal."""
    vector = FIRST.get(connector.kind)
    names = [name.lower() for name in vector["headers"]] if vector else ["authorization", "x-api-key"]
    headers = {name: data.draw(st.text(max_size=20)) for name in names}
    request = HookRequest("POST", "https://app.example.com/", headers, data.draw(st.binary(max_size=20)))
    with pytest.raises(BadSignature):
        connector.verify(request, ["a secret of decent length"], 1_772_443_800)


@pytest.mark.django_db
@at_the_time
@pytest.mark.parametrize("kind", HOOKS)
def test_no_method_breaks_the_door(client: Client, kind: str) -> None:
    path = a_source(kind).hook_path
    for method in ("get", "head", "put", "patch", "delete", "options"):
        answer: HttpResponse = getattr(client, method)(path)
        assert answer.status_code in (200, 204, 401, 405)


BOUND = {"salesforce_outbound_message", "klaviyo"}
"""Their body says whose it is: a strange one is nobody's."""


@pytest.mark.django_db
@at_the_time
@one_each
@pytest.mark.parametrize("body", ["{}", "null", "not json", '{"type": "never.heard.of"}'])
def test_a_strange_body_that_is_authentic_is_answered_200(
    client: Client, vector: dict[str, Any], body: str
) -> None:
    strange = {**vector, "secret": resign.secret(vector["provider"], "first-secret"), "body": body}
    source = a_source(vector["provider"], signing_secret=strange["secret"])
    request = resign.signed(strange, "first-secret", f"{PUBLIC}{source.hook_path}")
    status = send(client, request, source.hook_path).status_code
    assert status in ((401,) if vector["provider"] in BOUND else (200, 204))


@pytest.mark.django_db
@at_the_time
@one_each
def test_a_replay_is_answered_200_and_stores_nothing_twice(client: Client, vector: dict[str, Any]) -> None:
    _, request, path = placed(vector)
    read = CONNECTORS[vector["provider"]].parse(vector["body"].encode(), lower(request), NOW, "hook")
    for _ in range(2):
        assert send(client, request, path).status_code in (200, 204)
    while pipeline.process(20):
        pass
    assert Envelope.objects.filter(state="done").count() == 2
    assert sorted(Event.objects.values_list("message_id", flat=True)) == sorted(
        item.message_id for item in read.items if item.kind != "delete"
    )
    assert not RejectedEvent.objects.exists()


def lower(request: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in request["headers"].items()}
