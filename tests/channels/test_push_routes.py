"""From the device that an app or a browser names to the account that reaches it."""

import json
import time as wall
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.test import Client

from campaigns_app import outbox, pipeline, sending
from campaigns_app.models import ChannelAccount, Delivery
from consent_app.models import Permission
from people_app.models import ContactPoint
from signals_app.models import Event, Source
from tests.build import a_source
from tests.channels import captured
from tests.channels.test_fcm import Google, account, google  # noqa: F401 (a fixture)
from tests.channels.test_onesignal import APP, KEY, OneSignalDouble
from tests.channels.test_web_push import PushService, address, service  # noqa: F401 (a fixture)
from tests.channels.test_web_push import account as browsers
from tests.conftest import Time
from tests.http_double import Double
from tests.lib.test_push_address import FCM, a_subscription
from tests.outgoing import a_reader, after, an_account_at, due_again, intended
from upsell_project.lib import clock, push_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack", "time")]
State = Delivery.State
PHONE = "fcm:devtok-01"


def taken_in() -> None:
    while pipeline.process(20):
        pass


def pushed_to(user: str) -> ContactPoint:
    return ContactPoint.objects.get(person__user_id=user, channel="push")


def told(client: Client, web: Source, path: str, body: dict[str, Any], sub: str | None) -> int:
    claims = {"sub": sub, "exp": int(wall.time()) + 600}
    headers = {"Authorization": f"Bearer {jwt.encode(claims, web.signing_secret, 'HS256')}"} if sub else {}
    sent = {**body, "writeKey": web.write_key, "messageId": "m1"}
    return client.post(path, json.dumps(sent), "application/json", headers=headers).status_code


class TestIntake:
    def test_what_segment_s_library_sends_names_the_device(self, client: Client) -> None:
        body = captured.said(captured.of("segment_device")[0])
        source = a_source("http")
        sent = json.dumps({**body, "writeKey": source.write_key})
        assert client.post("/v1/batch", sent, "application/json").status_code == 200
        taken_in()
        point = pushed_to("u_1")
        assert point.address == f"fcm:{body['batch'][0]['context']['device']['token']}" == f"fcm:{FCM}"
        assert not Permission.objects.exists(), "a device is no consent"
        assert FCM not in json.dumps(list(Event.objects.values()), default=str)

    def test_what_the_widget_sends_names_the_browser(self, client: Client) -> None:
        web, said = a_source("web"), {"userId": "ana", "context": {"device": {"token": a_subscription()}}}
        assert told(client, web, "/v1/i", said, "ana") == 200
        taken_in()
        found = push_address.subscription(pushed_to("ana").address)
        assert found and found.endpoint == a_subscription()["endpoint"]

    @pytest.mark.parametrize("sub", [None, "ben"])
    def test_nobody_names_a_device_of_somebody_else(self, client: Client, sub: str | None) -> None:
        said = {"userId": "ana", "context": {"device": {"token": FCM}}}
        told(client, a_source("web"), "/v1/i", said, sub)
        taken_in()
        assert not ContactPoint.objects.filter(person__user_id="ana", channel="push").exists()


class TestRoute:
    def test_each_device_is_reached_by_the_account_that_can(
        self,
        google: Google,  # noqa: F811
        service: PushService,  # noqa: F811
    ) -> None:
        """Whatever comes first."""
        by = browsers(), account(google)
        texts = [intended(a_reader("push", to), "push") for to in (address(service), PHONE)]
        while outbox.send():
            pass
        sent = [Delivery.objects.get(pk=text.pk) for text in texts]
        assert [(one.state, one.via) for one in sent] == [(State.ACCEPTED, one) for one in by]

    def test_a_device_that_no_account_reaches_is_refused_and_not_kept_waiting(
        self,
        google: Google,  # noqa: F811
    ) -> None:
        account(google)
        reader = a_reader("push", "device:" + "ab" * 32)
        refused = after(intended(reader, "push"))
        assert (refused.state, refused.reason, google.asked) == (State.REFUSED, sending.NOBODYS, [])
        assert ContactPoint.objects.get(person=reader, channel="push").dead_at is None

    def test_while_its_account_rests_it_waits_and_does_not_go_by_one_that_cannot(
        self,
        google: Google,  # noqa: F811
        service: PushService,  # noqa: F811
    ) -> None:
        by = account(google)
        browsers()
        ChannelAccount.objects.filter(pk=by.pk).update(down_until=clock.real() + timedelta(hours=1))
        waits = after(intended(a_reader("push", PHONE), "push"))
        assert (waits.state, waits.reason, google.asked) == (State.INTENDED, sending.DOWN, [])
        ChannelAccount.objects.filter(pk=by.pk).update(down_until=None)
        due_again(waits)
        assert after(waits).state == State.ACCEPTED

    def test_what_is_pushed_to_a_device_is_read_by_who_uses_it_now(
        self,
        google: Google,  # noqa: F811
        time: Time,
    ) -> None:
        account(google)
        first = a_reader("push", PHONE)
        mine = intended(first, "push")
        time.move(minutes=5)
        second = a_reader("push", PHONE)
        assert after(mine).state == State.SKIPPED
        assert "Somebody else uses that device now" in mine.reason
        assert after(intended(second, "push")).state == State.ACCEPTED
        assert len(google.ledger) == 1


def test_another_service_carries_what_firebase_cannot_now(
    google: Google,  # noqa: F811
    serve: Callable[[Double], Double],
) -> None:
    other = serve(OneSignalDouble())
    account(google)
    second = an_account_at(
        "onesignal", "push", other.url, given={"app_id": APP}, secrets={"api_key": KEY}, position=2
    )
    google.troubles = [0, 503]
    text = after(intended(a_reader("push", PHONE), "push"))
    assert text.state == State.INTENDED
    assert after(text).via == second
    assert (len(google.ledger), len(other.ledger)) == (0, 1)
