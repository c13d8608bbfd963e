"""The CRM's and product tools' webhooks through the real door."""

import base64
import gzip
import hashlib
import hmac
import json
import time

import pytest
from django.test import Client

from signals_app import ingest
from signals_app.connectors import CONNECTORS
from signals_app.connectors.segment import MAX_ITEMS
from signals_app.models import Envelope, Source
from tests.build import a_source
from tests.connectors import payload
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-the-provider"


def items(kind: str) -> list[str]:
    opened = ingest.open_all(list(Envelope.objects.filter(source__kind=kind)))
    return [item.name or item.kind for one in opened for item in one.items]


def segment(body: bytes, signed: bytes | None = None) -> dict[str, str]:
    return {"X-Signature": hmac.new(SECRET.encode(), signed or body, hashlib.sha1).hexdigest()}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_segment_may_use_any_of_three_methods(client: Client, method: str) -> None:
    source = a_source("segment_webhook", signing_secret=SECRET)
    body = json.dumps(payload.read("segment_webhook", "delete")["body"]).encode()
    answer = client.generic(method, source.hook_path, body, "application/json", headers=segment(body))
    assert (answer.status_code, items("segment_webhook")) == (200, ["delete"])


def test_of_a_batch_segment_signs_the_first_event_and_the_url_answers_for_the_rest(client: Client) -> None:
    source = a_source("segment_webhook", signing_secret=SECRET)
    events = [
        json.dumps(payload.read("segment_webhook", name)["body"]) for name in ("identify", "group", "page")
    ]
    body = f"[{','.join(events)}]".encode()
    signed = segment(body, events[0].encode())
    elsewhere = source.hook_path[:-3] + "xyz"
    assert client.post(elsewhere, body, "application/json", headers=signed).status_code == 404
    assert client.post(source.hook_path, body, "application/json", headers=segment(body)).status_code == 401
    assert client.post(source.hook_path, body, "application/json", headers=signed).status_code == 200
    assert items("segment_webhook") == ["identify", "group", "Pricing Viewed"]


EVENT = b'{"type":"track","event":"E","userId":"u"}'


@pytest.mark.parametrize("spoiled", [b"", b', {"a": 1, "a": 2}'])
def test_more_events_of_segment_than_an_sdk_may_send_are_refused_at_the_door(
    client: Client, spoiled: bytes
) -> None:
    source = a_source("segment_webhook", signing_secret="")

    def send(events: int) -> int:
        body = b"[" + b" , ".join([EVENT] * (events - bool(spoiled))) + spoiled + b"]"
        return int(client.post(source.hook_path, gzip.compress(body), "application/json").status_code)

    assert (send(MAX_ITEMS), Envelope.objects.count()) == (200, 1)
    assert (send(MAX_ITEMS + 1), Envelope.objects.count()) == (413, 1)


def test_ten_megabytes_of_nothing_cost_a_moment(client: Client) -> None:
    source = a_source("segment_webhook", signing_secret="")
    body = b"[" + b",".join([b"{}"] * 3_400_000) + b"]"
    began = time.process_time()
    assert client.post(source.hook_path, gzip.compress(body, 1), "application/json").status_code == 413
    assert time.process_time() - began < 5
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("first", [b"[" * 3_000 + b"]" * 3_000, b'{"a": 1, "a": 2}'])
def test_what_the_door_cannot_count_is_refused_as_a_whole_when_it_is_read(first: bytes) -> None:
    body = b"[" + b",".join([first, *[b"{}"] * MAX_ITEMS]) + b"]"
    parsed = CONNECTORS["segment_webhook"].parse(body, {}, clock.real(), "hook")
    assert [one.reason for one in parsed.rejected] == [f"the body holds more than {MAX_ITEMS} events"]


def hubspot(source: Source, body: bytes, seconds_ago: int = 0) -> dict[str, str]:
    at = str(int((clock.real().timestamp() - seconds_ago) * 1000))
    signed = f"POSThttp://testserver{source.hook_path}".encode() + body + at.encode()
    mac = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    return {"X-HubSpot-Signature-v3": mac, "X-HubSpot-Request-Timestamp": at}


def test_hubspot_is_verified_against_our_public_address(client: Client) -> None:
    source = a_source("hubspot", signing_secret="the-new-one", previous_secret=SECRET)
    body = json.dumps(payload.read("hubspot", "privacy-deletion")["body"]).encode()
    path = source.hook_path
    stale, fresh = hubspot(source, body, 301), hubspot(source, body)
    assert client.post(path, body, "application/json", headers=stale).status_code == 401
    assert client.post(path, body, "application/json", headers={"Host": "evil.test"}).status_code in (
        400,
        401,
    )
    assert client.post(path, body, "application/json", headers=fresh).status_code == 200
    source.refresh_from_db()
    assert items("hubspot") == ["delete"]


def test_salesforce_gets_its_acknowledgement_and_strangers_do_not(client: Client) -> None:
    vector = payload.read("salesforce_outbound_message", "sf-om-1")
    source = a_source("salesforce_outbound_message", signing_secret=vector["secret"])
    answer = client.post(source.hook_path, vector["body"], "text/xml; charset=UTF-8")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/xml")
    assert b"<Ack>true</Ack>" in answer.content
    other = payload.read("salesforce_outbound_message", "sf-om-2-other-org")["body"]
    assert client.post(source.hook_path, other, "text/xml").status_code == 401
    assert items("salesforce_outbound_message") == ["Deal Updated"]


@pytest.mark.parametrize(
    "kind", ["segment_webhook", "hubspot", "salesforce_outbound_message", "pendo", "appcues"]
)
def test_a_source_without_its_secret_takes_only_what_needs_none(client: Client, kind: str) -> None:
    source = a_source(kind, signing_secret="")
    answer = client.post(source.hook_path, b"{}", "application/json")
    assert answer.status_code == (401 if CONNECTORS[kind].needs_secret else 200)


def test_clearbit_has_no_door(client: Client) -> None:
    source = a_source("clearbit", signing_secret="")
    assert client.post(source.hook_path, b"{}", "application/json").status_code == 404
