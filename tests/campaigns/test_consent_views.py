"""`POST /v1/consents`: permission as a company's server reports it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from campaigns_app.models import Enrollment
from consent_app.models import ConsentRecord, Permission
from people_app.models import Channel, Person
from signals_app.models import Source
from tests.build import a_source
from tests.conftest import Time
from tests.engine import MORNING, begun, somebody
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
YES: dict[str, Any] = {
    "userId": "ana",
    "purpose": "marketing",
    "channels": {"email": True, "sms": False},
    "wording_version": "w1",
    "proof": {"form": "signup"},
}


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


@pytest.fixture
def server() -> Source:
    return a_source("http")


def post(client: Client, source: Source, body: Any) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(  # type: ignore[return-value]
        "/v1/consents", raw, content_type="application/json", headers={"X-Write-Key": source.write_key}
    )


def test_it_works(client: Client, server: Source) -> None:
    answer = post(client, server, YES)
    assert (answer.status_code, json.loads(answer.content)) == (200, {"ok": True, "records": 2})
    ana = Person.objects.get(user_id="ana")
    granted = {p.channel: (p.granted, p.topic) for p in Permission.objects.filter(person=ana)}
    assert granted == {"email": (True, "*"), "sms": (False, "*")}
    record = ConsentRecord.objects.get(channel="email")
    assert (record.wording_version, record.how, record.proof["form"]) == ("w1", "api", "signup")


@pytest.mark.parametrize("kind", ["web", "stripe"])
def test_only_a_server_may_say_it(client: Client, kind: str) -> None:
    assert post(client, a_source(kind), YES).status_code == 401
    assert client.post("/v1/consents", json.dumps(YES), content_type="application/json").status_code == 401
    assert client.get("/v1/consents").status_code == 405
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"userId": ""}, "#/userId"),
        ({"userId": 7}, "#/userId"),
        ({"purpose": "research"}, "#/purpose"),
        ({"channels": {}}, "#/channels"),
        ({"channels": ["email"]}, "#/channels"),
        ({"channels": {"pigeon": True}}, "#/channels/pigeon"),
        ({"channels": {"email": "yes"}}, "#/channels/email"),
        ({"collected_at": "then"}, "#/collected_at"),
        ({"collected_at": "0001-01-01T00:00:00+14:00"}, "#/collected_at"),
        ({"topic": "t" * 101}, "#/topic"),
        ({"topic": {"a": 1}}, "#/topic"),
        ({"proof": "yes"}, "#/proof"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_recorded(
    client: Client, server: Source, change: dict[str, Any], pointer: str
) -> None:
    answer = post(client, server, YES | change)
    assert answer.status_code == 400
    assert [error["pointer"] for error in json.loads(answer.content)["errors"]] == [pointer]
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"userId":"\\u0000"}', b"\xff", b"x" * 40_000])
def test_a_body_that_is_none_is_a_400(client: Client, server: Source, body: bytes) -> None:
    assert post(client, server, body).status_code == 400


def test_a_soft_opt_in_needs_its_sale(client: Client, server: Source) -> None:
    soft = YES | {"basis": "soft_opt_in", "channels": {"email": True}}
    assert post(client, server, soft).status_code == 400
    assert post(client, server, soft | {"proof": {"collected_in_sale": "order 7"}}).status_code == 200


def test_a_yes_from_before_the_no_does_not_undo_it(client: Client, server: Source) -> None:
    post(client, server, YES | {"channels": {"email": False}})
    real = clock.real()
    post(
        client,
        server,
        YES | {"channels": {"email": True}, "collected_at": (real - timedelta(hours=1)).isoformat()},
    )
    assert not Permission.objects.get(channel="email").granted


def test_a_new_yes_after_the_no_counts_also_while_the_sandbox_is_ahead(
    client: Client, server: Source, time: Time
) -> None:
    post(client, server, YES | {"channels": {"email": False}})
    time.move(minutes=1)
    post(client, server, YES | {"channels": {"email": True}, "collected_at": clock.real().isoformat()})
    assert Permission.objects.get(channel="email").granted


@pytest.mark.parametrize(("topic", "ends"), [(None, True), ("upgrades", True), ("seats", False)])
def test_a_no_to_all_channels_ends_what_runs_about_it(
    client: Client, server: Source, topic: str | None, ends: bool
) -> None:
    person = somebody()
    begun(person)
    nothing = {"userId": person.user_id, "channels": dict.fromkeys(Channel.values, False)}
    assert post(client, server, nothing | ({"topic": topic} if topic else {})).status_code == 200
    assert Enrollment.objects.filter(state="active").exists() is not ends
