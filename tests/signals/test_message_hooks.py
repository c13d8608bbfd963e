"""Messaging providers at their hooks: from the signed request to the ledger."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.http import HttpResponse
from django.test import Client

from campaigns_app import pipeline
from consent_app import permission
from consent_app.models import Suppression
from people_app.models import ContactPoint
from signals_app.connectors.base import QUERY
from signals_app.models import Envelope, Event, Source
from tests.build import a_permission, a_person, a_source
from upsell_project.lib import clock, signing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]

FORM = "application/x-www-form-urlencoded"
PUBLIC = "https://upsell.example.com"


@pytest.fixture(autouse=True)
def public(settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC


@pytest.fixture
def twilio() -> Source:
    return a_source("twilio")


def by_twilio(client: Client, source: Source, fields: dict[str, str], query: str = "") -> HttpResponse:
    url = source.hook_path + query
    text = PUBLIC + url + "".join(name + value for name, value in sorted(fields.items()))
    mac = signing.base64_mac(source.signing_secret, text.encode(), algorithm="sha1")
    return client.post(url, urlencode(fields), content_type=FORM, headers={"X-Twilio-Signature": mac})  # type: ignore[return-value]


def inbound(body: str, **more: str) -> dict[str, str]:
    return {"MessageSid": f"SM{body}", "From": "+14155550100", "To": "+14155550199", "Body": body, **more}


def work() -> None:
    while pipeline.process(20):
        pass


def test_a_text_is_answered_with_no_second_text(client: Client, twilio: Source) -> None:
    answer = by_twilio(client, twilio, inbound("Hi"))
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "text/xml", b"<Response/>")
    assert Envelope.objects.get().call == "hook"


def test_a_status_with_a_query_keeps_the_query(client: Client, twilio: Source) -> None:
    fields = {"MessageSid": "SM2", "MessageStatus": "delivered", "To": "+14155550100"}
    answer = by_twilio(client, twilio, fields, "?delivery_id=d1&u=u%2B1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert Envelope.objects.get().headers[QUERY] == "delivery_id=d1&u=u%2B1"
    work()
    assert Event.objects.get().properties["delivery_id"] == "d1"


def test_a_header_does_not_pass_for_the_query(client: Client, twilio: Source) -> None:
    fields = {"MessageSid": "SM2", "MessageStatus": "delivered", "To": "+14155550100"}
    text = PUBLIC + twilio.hook_path + "".join(name + value for name, value in sorted(fields.items()))
    mac = signing.base64_mac(twilio.signing_secret, text.encode(), algorithm="sha1")
    headers = {"X-Twilio-Signature": mac, QUERY: "delivery_id=forged"}
    client.post(twilio.hook_path, urlencode(fields), content_type=FORM, headers=headers)
    assert Envelope.objects.get().headers[QUERY] == ""


def test_a_callback_may_be_a_get(client: Client, twilio: Source) -> None:
    url = f"{twilio.hook_path}?MessageSid=SM3&MessageStatus=sent&To=%2B14155550100"
    mac = signing.base64_mac(twilio.signing_secret, (PUBLIC + url).encode(), algorithm="sha1")
    assert client.get(url, headers={"X-Twilio-Signature": mac}).status_code == 204
    assert client.get(url).status_code == 401
    work()
    assert Event.objects.get().name == "Message Sent"


def test_what_nobody_signed_is_not_kept(client: Client, twilio: Source) -> None:
    assert client.post(twilio.hook_path, urlencode(inbound("STOP")), content_type=FORM).status_code == 401
    assert not Envelope.objects.exists()


def test_a_stop_reaches_the_ledger_and_start_takes_it_back(client: Client, twilio: Source, time: Any) -> None:
    person = a_person("ana")
    ContactPoint.objects.create(person=person, channel="sms", address="+14155550100", changed_at=clock.now())
    a_permission(person, "sms")
    heard = []
    for word in ("STOP", "STOP", "START"):
        time.move(minutes=1)
        by_twilio(client, twilio, inbound(word, OptOutType=word))
        work()
        heard.append(permission.of(person.pk, clock.now()).open_to("sms", "upgrades", "DE", clock.now()))
    assert heard == [False, False, True]


def test_an_unsubscribe_at_sendgrid_is_remembered_even_of_nobody(client: Client) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    source = a_source("sendgrid", signing_secret=base64.b64encode(der).decode())
    event = {"email": "new@corp.test", "timestamp": 1, "event": "unsubscribe", "sg_event_id": "e1"}
    body = b"[\r\n" + json.dumps(event).encode() + b"\r\n]\r\n"
    signature = base64.b64encode(private.sign(b"1" + body, ec.ECDSA(SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": "1",
    }
    for _ in range(2):
        answer = client.post(source.hook_path, body, content_type="application/json", headers=headers)
        assert answer.status_code == 200
        work()
    assert [(row.channel, row.reason) for row in Suppression.objects.all()] == [("email", "unsubscribed")]
    assert Event.objects.count() == 1
    headers["X-Twilio-Email-Event-Webhook-Timestamp"] = "2"
    refused = client.post(source.hook_path, body, content_type="application/json", headers=headers)
    assert refused.status_code == 401


@pytest.mark.parametrize(("age", "noted"), [(timedelta(hours=23), 0), (timedelta(hours=25), 1)])
def test_what_was_signed_long_ago_is_taken_and_noted(
    client: Client, caplog: pytest.LogCaptureFixture, age: timedelta, noted: int
) -> None:
    source = a_source("customerio")
    body, at = b'{"event_id": "e1", "metric": "delivered"}', str(int((clock.real() - age).timestamp()))
    mac = signing.hex_mac(source.signing_secret, b"v0:", at.encode(), b":", body)
    headers = {"X-CIO-Timestamp": at, "X-CIO-Signature": mac}
    answer = client.post(source.hook_path, body, content_type="application/json", headers=headers)
    assert (answer.status_code, Envelope.objects.count()) == (200, 1)
    assert sum("was signed at" in one.getMessage() for one in caplog.records) == noted


def test_a_source_that_is_switched_off_asks_for_patience(client: Client) -> None:
    """Typeform gives up a hook for good at 404."""
    source = a_source("typeform", active=False)
    assert client.post(source.hook_path, b"{}", content_type="application/json").status_code == 503
    assert Envelope.objects.count() == 0
