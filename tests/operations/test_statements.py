"""Operation counts do not depend on the machine: what one request, one event, one mail costs PostgreSQL and Redis."""

import json
import time as real_time
import uuid
from typing import Any

import jwt
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rq import SimpleWorker

from campaigns_app import dispatch, pipeline
from campaigns_app.models import DemoMail, Enrollment
from people_app.models import Person
from signals_app.models import Source
from tests import build, redis_commands
from tests.conftest import Time
from upsell_project.lib import bulk, queue

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 100


def post(client: Client, source: Source, batch: list[dict[str, Any]]) -> None:
    body = json.dumps({"batch": batch, "writeKey": source.write_key})
    assert client.post("/v1/batch", body, content_type="application/json").status_code == 200


def exports(user: int, times: int) -> list[dict[str, Any]]:
    context = {"groupId": f"acct_{user}", "timezone": "Europe/Berlin"}
    return [
        {
            "type": "track",
            "userId": f"u_{user}",
            "event": "Report Exported",
            "messageId": uuid.uuid4().hex,
            "context": context,
        }
        for _ in range(times)
    ]


def arrivals(user: int) -> list[dict[str, Any]]:
    context = {"groupId": f"acct_{user}", "timezone": "Europe/Berlin"}
    traits = {"email": f"u{user}@example.test", "first_name": "Ana", "country": "DE"}
    plan = {"plan": "free", "limits": {"exports": 1}}
    return [
        {
            "type": "identify",
            "userId": f"u_{user}",
            "messageId": uuid.uuid4().hex,
            "traits": traits,
            "context": context,
        },
        {
            "type": "group",
            "userId": f"u_{user}",
            "messageId": uuid.uuid4().hex,
            "groupId": f"acct_{user}",
            "traits": plan,
        },
    ]


def work() -> None:
    """As a worker does it: wake-ups over Redis, one job after the other, until nothing is due."""
    while dispatch.look():
        the_queue = queue.the_queue()
        worker = SimpleWorker([the_queue], connection=the_queue.connection, serializer=the_queue.serializer)
        worker.work(burst=True, logging_level="WARNING")


class Counted:
    """SQL statements within the block, without those that only open or close a transaction."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.prepared = 0
        self.captured = CaptureQueriesContext(connection)
        asked = bulk.prepared

        def prepared(*given: Any, **more: Any) -> Any:
            self.prepared += 1
            return asked(*given, **more)

        monkeypatch.setattr(bulk, "prepared", prepared)

    def __enter__(self) -> "Counted":
        self.captured.__enter__()
        self.prepared = 0
        return self

    def __exit__(self, *error: Any) -> None:
        self.captured.__exit__(*error)

    @property
    def statements(self) -> int:
        control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
        own = [query for query in self.captured.captured_queries if not query["sql"].startswith(control)]
        return self.prepared + len(own)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


@pytest.fixture
def world(time: Time, settings: Any) -> Source:
    settings.HOLDOUT_PERCENT = 0
    build.the_starter_pack()
    return build.a_source("http")


def test_a_batch_of_a_hundred_is_accepted_in_three_statements(
    client: Client, world: Source, counted: Counted
) -> None:
    with counted:
        post(client, world, exports(1, 100))
    assert 1 <= counted.statements <= 3


def test_an_offers_request_takes_two_statements(client: Client, world: Source, counted: Counted) -> None:
    web = build.a_source("web")
    post(client, world, arrivals(1) + exports(1, 1))
    work()
    token = jwt.encode({"sub": "u_1", "exp": int(real_time.time()) + 600}, web.signing_secret, "HS256")
    headers = {"X-Write-Key": web.write_key, "Authorization": f"Bearer {token}"}
    with counted:
        shown = client.get("/v1/offers", headers=headers).json()["offers"]
    assert len(shown) == 1
    assert 1 <= counted.statements <= 2


def test_a_decision_on_request_takes_a_fixed_number_of_statements(
    client: Client, world: Source, counted: Counted
) -> None:
    """However many others there are, and however often it is asked."""
    costs = []
    for user in (1, 2, 3):
        post(client, world, arrivals(user) + exports(user, 1))
        pipeline.process_inbox()
        Enrollment.objects.all().delete()
        body = json.dumps({"userId": f"u_{user}", "placement": "app-banner", "id": f"{user}"})
        with counted:
            answer = client.post(
                "/v1/decide", body, content_type="application/json", headers={"X-Write-Key": world.write_key}
            )
        assert len(answer.json()["offers"]) == 1
        costs.append(counted.statements)
    assert costs[1] == costs[2] <= 52


def test_an_event_that_ends_in_a_mail_takes_eight_statements_and_fifteen_redis_commands(
    client: Client, world: Source, time: Time, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the hourly looks at everybody: they cost the same however many mails there are."""
    for user in range(PEOPLE):
        post(client, world, arrivals(user))
    work()
    for person in Person.objects.filter(user_id__startswith="u_"):
        build.a_permission(person, "email")
    on_the_way = {job: dispatch.DUE[job] for job in ("inbox", "steps", "outbox")}
    monkeypatch.setattr(dispatch, "DUE", on_the_way)
    with counted, redis_commands.counted() as given:
        for user in range(PEOPLE):
            post(client, world, exports(user, 1))
        work()
        time.move(hours=22)
        work()
    assert DemoMail.objects.count() == PEOPLE
    assert counted.statements / PEOPLE <= 8
    assert 0 < len(given) / PEOPLE <= 15
