"""Automation tools and own producers over HTTP, with the secret that their source was made with."""

import base64
import hashlib
import hmac
import json

import pytest
from django.test import Client

from campaigns_app import pipeline
from signals_app import sources
from signals_app.models import Event, RejectedEvent
from tests.build import a_person
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]
BODY = json.dumps({"type": "Meeting Booked", "data": {"user_id": "ana", "topic": "Pricing"}})


@pytest.mark.parametrize("kind", ["zapier", "tray", "workato"])
def test_a_tool_with_its_key_is_heard_once_however_often_it_calls(client: Client, kind: str) -> None:
    source, ana = sources.create(kind), a_person("ana")
    headers = {"X-Api-Key": source.signing_secret, "Idempotency-Key": "run_7"}
    for _ in range(2):
        answer = client.post(source.hook_path, BODY, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["events"]) == (
            200,
            [{"kind": "track", "name": "Meeting Booked"}],
        )
    while pipeline.process(20):
        pass
    event = Event.objects.get()
    assert (event.message_id, event.person_id, event.properties) == ("run_7", ana.pk, {"topic": "Pricing"})


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": ""}, {"X-Api-Key": "is_wrong"}])
def test_a_tool_without_its_key_is_refused(client: Client, headers: dict[str, str]) -> None:
    source = sources.create("zapier")
    answer = client.post(source.hook_path, BODY, content_type="application/json", headers=headers)
    assert answer.status_code == 401


def test_an_own_producer_signs_with_the_secret_it_was_given(client: Client) -> None:
    source = sources.create("standard_webhooks")
    key = base64.b64decode(source.signing_secret.removeprefix("whsec_"))
    assert len(key) == 32
    at = str(int(clock.real().timestamp()))
    mac = hmac.new(key, f"msg_1.{at}.{BODY}".encode(), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mac).decode()}"
    headers = {"webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": signature}
    for _ in range(2):
        answer = client.post(source.hook_path, BODY, content_type="application/json", headers=headers)
        assert answer.status_code == 200
    while pipeline.process(20):
        pass
    assert Event.objects.get().message_id == "msg_1"


def test_what_a_tool_got_wrong_is_told_at_once_and_kept(client: Client) -> None:
    source = sources.create("zapier")
    body = json.dumps({"type": "Meeting Booked", "data": {"topic": "Pricing"}})
    headers = {"X-Api-Key": source.signing_secret}
    answer = client.post(source.hook_path, body, content_type="application/json", headers=headers)
    assert [one["path"] for one in answer.json()["rejected"]] == ["data.user_id"]
    while pipeline.process(20):
        pass
    assert RejectedEvent.objects.get().path == "data.user_id"
