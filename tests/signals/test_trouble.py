"""Poison, dead workers, a missing Redis: what was received is neither lost nor in the way."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.http import HttpResponse
from django.test import Client

from campaigns_app import pipeline
from campaigns_app.backlog import Backlog
from signals_app import ingest
from signals_app.ahead import Chunk
from signals_app.models import Envelope, Event, Source
from tests.build import a_source
from upsell_project.lib import clock, queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]


@pytest.fixture
def server() -> Source:
    return a_source("http")


def post(client: Client, path: str, body: Any, **more: Any) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, raw, content_type="application/json", **more)  # type: ignore[return-value]


def track(**fields: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": "ana",
        "event": "Report Exported",
        "messageId": uuid.uuid4().hex,
        **fields,
    }


def send(client: Client, source: Source, *items: Any) -> dict[str, Any]:
    answer = post(client, "/v1/batch", {"batch": list(items), "writeKey": source.write_key})
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = json.loads(answer.content)
    return said


def process() -> None:
    while pipeline.process(20):
        pass


def test_a_poisonous_envelope_is_parked_after_five_attempts_and_its_neighbors_go_on(
    client: Client, server: Source
) -> None:
    send(client, server, track())
    send(client, server, track())
    poison = Envelope.objects.earliest("id")
    Envelope.objects.filter(pk=poison.pk).update(source=a_source("no-longer-installed"))
    for attempt in range(1, 6):
        process()
        poison.refresh_from_db()
        assert poison.attempts == attempt
        assert poison.error.startswith("KeyError")
        assert poison.lease_until and poison.lease_until > clock.real()
        Envelope.objects.filter(pk=poison.pk).update(lease_until=None)
    assert poison.state == "parked"
    assert Event.objects.count() == 1
    assert not ingest.waiting()


def test_an_envelope_that_kills_its_workers_is_parked_too(client: Client, server: Source) -> None:
    send(client, server, track())
    send(client, server, track())
    Envelope.objects.filter(pk=Envelope.objects.earliest("id").pk).update(attempts=5)
    process()
    assert sorted(Envelope.objects.values_list("state", flat=True)) == ["done", "parked"]


def test_one_that_kills_its_workers_spends_no_attempts_of_its_neighbors(server: Source) -> None:
    for _ in range(6):
        ingest.accept(server.pk, "batch", json.dumps({"batch": [track()]}).encode(), {})
    killer = Envelope.objects.order_by("id")[2].pk
    while True:
        claimed = ingest.claim(20)
        if not any(one.pk == killer for one in claimed):
            pipeline._process(Chunk(claimed), Backlog())
        elif claimed[0].attempts > ingest.MAX_ATTEMPTS:
            break
        # The worker dies; later the lease runs out.
        Envelope.objects.filter(state="pending").update(lease_until=clock.real() - timedelta(seconds=1))
    Envelope.objects.update(lease_until=clock.real() - timedelta(seconds=1))
    process()
    states = dict(Envelope.objects.values_list("pk", "state"))
    assert states.pop(killer) == "parked" and set(states.values()) == {"done"}
    assert set(Envelope.objects.exclude(pk=killer).values_list("attempts", flat=True)) == {2}


def test_what_was_leased_before_is_claimed_alone_and_what_is_new_together(server: Source) -> None:
    for _ in range(2):
        ingest.accept(server.pk, "batch", b"{}", {})
    dead = [one.pk for one in ingest.claim(20)]
    for _ in range(3):
        ingest.accept(server.pk, "batch", b"{}", {})
    Envelope.objects.filter(pk__in=dead).update(lease_until=clock.real() - timedelta(seconds=1))
    sizes = []
    while claimed := ingest.claim(20):
        sizes.append(len(claimed))
    assert sizes == [1, 1, 3]


def test_a_lease_that_ran_out_is_taken_over(client: Client, server: Source) -> None:
    send(client, server, track())
    assert len(ingest.claim(5)) == 1
    assert ingest.claim(5) == []
    Envelope.objects.update(lease_until=clock.real())
    process()
    assert Event.objects.count() == 1


def test_redis_down_is_no_reason_to_refuse_and_the_work_is_found_without_it(
    client: Client, server: Source, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    queue._hurried.cache_clear()
    try:
        send(client, server, track())
        queue.nudge_now("inbox")
        assert ingest.waiting()
        process()
        assert Event.objects.count() == 1
        assert queue._down_until > 0
    finally:
        queue._hurried.cache_clear()
        queue._down_until = float("-inf")
        queue._unsure.clear()


def test_a_mark_without_a_wake_up_behind_it_bars_only_until_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    the_queue = queue.the_queue()
    the_queue.connection.flushdb()

    def breaks(*_: Any, **__: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(queue._hurried(), "enqueue", breaks)
        queue.nudge_now("steps")
    assert (len(the_queue), the_queue.connection.exists("upsell:waiting:steps")) == (0, 1)
    queue._down_until = float("-inf")
    queue.nudge_now("steps")
    queue.nudge_now("steps")
    assert len(the_queue) == 1


def test_a_claim_is_bounded_by_size_and_takes_at_least_one(server: Source) -> None:
    for size in (4_000_000, 1_800_000, 1_200_000, 400_000):
        ingest.accept(server.pk, "batch", b"x" * size, {})
    sizes = []
    while claimed := ingest.claim(20):
        sizes.append(sorted(len(one.body) for one in claimed))
    assert sizes == [[4_000_000], [1_200_000, 1_800_000], [400_000]]


def test_the_note_of_a_failure_holds_no_data_of_the_row(server: Source) -> None:
    ingest.accept(server.pk, "batch", b"{}", {})
    (envelope,) = ingest.claim(1)
    with pytest.raises(DataError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 'ana@acme.test'::int")
    ingest.park(envelope, caught.value)
    envelope.refresh_from_db()
    assert envelope.error.startswith("DataError: invalid input syntax")
    assert "ana" not in envelope.error
