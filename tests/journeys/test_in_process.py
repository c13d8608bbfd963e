"""The whole loop inside one process: the same code, with the jobs called instead of queued."""

import json
import re
import time as real_time
import uuid
from typing import Any

import jwt
import pytest
from django.test import Client

from campaigns_app import advance, outbox, pipeline
from campaigns_app.models import Delivery, DemoMail, Enrollment
from consent_app.models import Permission
from signals_app.models import Source
from tests import build
from tests.conftest import Time

pytestmark = pytest.mark.django_db


def work() -> None:
    """Until nothing is due."""
    while pipeline.process(20) or advance.due() or outbox.send():
        pass


def send(client: Client, source: Source, *calls: dict[str, Any]) -> dict[str, Any]:
    batch = [{"messageId": uuid.uuid4().hex, **call} for call in calls]
    answer = client.post(
        "/v1/batch",
        json.dumps({"batch": batch, "writeKey": source.write_key}),
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    answered: dict[str, Any] = answer.json()
    return answered


def arrive(client: Client, source: Source, **traits: Any) -> None:
    context = {"groupId": "acct_1", "timezone": "Europe/Berlin"}
    send(
        client,
        source,
        {
            "type": "identify",
            "userId": "u_1",
            "traits": {"email": "ana@example.test", "first_name": "Ana", "country": "DE"},
            "context": context,
        },
        {
            "type": "group",
            "userId": "u_1",
            "groupId": "acct_1",
            "traits": {"plan": "free", "limits": {"exports": 20}, **traits},
        },
    )


def export(client: Client, source: Source, times: int) -> None:
    send(
        client,
        source,
        *[{"type": "track", "userId": "u_1", "event": "Report Exported", "context": {"groupId": "acct_1"}}]
        * times,
    )


def shown(client: Client, web: Source, user: str = "u_1") -> list[dict[str, Any]]:
    token = jwt.encode({"sub": user, "exp": int(real_time.time()) + 600}, web.signing_secret, "HS256")
    answer = client.get(
        "/v1/offers?placement=app-banner",
        headers={"X-Write-Key": web.write_key, "Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.content
    offers: list[dict[str, Any]] = answer.json()["offers"]
    return offers


@pytest.fixture
def world(time: Time, settings: Any) -> tuple[Source, Source]:
    settings.HOLDOUT_PERCENT = 0
    build.the_starter_pack()
    return build.a_source("http"), build.a_source("web")


def consent(client: Client, source: Source) -> None:
    said = {
        "userId": "u_1",
        "purpose": "marketing",
        "channels": {"email": True},
        "wording_version": "w1",
        "proof": {"form": "signup"},
    }
    answer = client.post(
        "/v1/consents",
        json.dumps(said),
        content_type="application/json",
        headers={"X-Write-Key": source.write_key},
    )
    assert answer.status_code == 200, answer.content


def test_from_event_to_offer_to_mail_to_quiet(
    client: Client, world: tuple[Source, Source], time: Time
) -> None:
    server, web = world
    arrive(client, server)
    consent(client, server)
    export(client, server, 15)
    work()
    assert shown(client, web) == [], "75 % is no signal"
    export(client, server, 2)
    work()
    assert shown(client, web)[0]["why"] == "You've exported 17 of 20 reports this month"
    time.move(hours=12)
    work()
    assert list(Delivery.objects.values_list("channel", "state")) == [
        ("in_app", "accepted"),
        ("email", "held"),
    ]
    time.move(hours=9)
    work()
    mail = DemoMail.objects.get()
    assert "17 of 20" in mail.raw
    one_click = re.search(
        r"List-Unsubscribe: <(?:https?://testserver)?(/u/[^>]+)>", mail.raw.replace("\n ", "")
    )
    assert one_click
    assert client.get(one_click[1]).status_code == 200
    assert Permission.objects.filter(granted=False).count() == 0, "looking changes nothing"
    assert client.post(one_click[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    export(client, server, 3)
    for _ in range(40):
        time.move(days=1)
        work()
    assert DemoMail.objects.count() == 1
    assert shown(client, web) == []
    assert Enrollment.objects.get().end_reason == "opted_out"
