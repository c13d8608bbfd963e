"""Envelopes are read a chunk ahead: nothing is lost, doubled or put out of order by it, and poison stays alone."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import pipeline
from signals_app import ahead, ingest
from signals_app.models import Envelope, Event, Source
from tests.build import a_source
from upsell_project.lib import bulk, clock, queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]
LARGE = "x" * 30_000
Opening = list[tuple[int, str]]


@pytest.fixture
def server() -> Source:
    return a_source("http")


@pytest.fixture(autouse=True)
def nobody_waits() -> None:
    queue.the_queue().connection.flushdb()


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch) -> Opening:
    """Chunks of four envelopes; which envelope was opened in which thread."""
    opened: Opening = []
    really = ingest._open

    def noted(envelope: Envelope, *rest: Any) -> ingest.Opened:
        opened.append((envelope.pk, threading.current_thread().name))
        return really(envelope, *rest)

    monkeypatch.setattr(ingest, "_open", noted)
    monkeypatch.setattr(pipeline, "CHUNK", 4)
    return opened


def accept(source: Source, count: int, padding: str = LARGE) -> list[int]:
    """The ids of the envelopes, one event each: m0, m1, ..."""
    for number in range(count):
        item = {"type": "track", "userId": f"u{number % 3}", "event": "E", "messageId": f"m{number}"}
        body = json.dumps({"batch": [{**item, "properties": {"padding": padding}}]})
        ingest.accept(source.pk, "batch", body.encode(), {})
    return list(Envelope.objects.order_by("pk").values_list("pk", flat=True))


def stored() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("message_id", flat=True))


def test_all_but_the_first_chunk_are_read_by_a_thread_and_stored_once_in_their_order(
    server: Source, opening: Opening
) -> None:
    ids = accept(server, 10)
    pipeline.process_inbox()
    assert [envelope for envelope, _ in opening] == ids
    by_thread = [thread.startswith("ahead") for _, thread in opening]
    assert by_thread == [False] * 4 + [True] * 6
    assert stored() == [f"m{number}" for number in range(10)]
    assert set(Envelope.objects.values_list("state", "attempts")) == {("done", 1)}


def test_a_small_chunk_takes_nothing_ahead(server: Source, opening: Opening) -> None:
    accept(server, 10, padding="")
    pipeline.process_inbox()
    assert len(stored()) == 10
    assert not any(thread.startswith("ahead") for _, thread in opening)


def test_poison_in_what_is_read_ahead_fails_in_its_own_turn_only(server: Source, opening: Opening) -> None:
    ids = accept(server, 8)
    Envelope.objects.filter(pk=ids[5]).update(source=a_source("no-longer-installed"))
    pipeline.process_inbox()
    assert stored() == [f"m{number}" for number in range(8) if number != 5]
    (failed,) = Envelope.objects.exclude(state="done")
    assert (failed.pk, failed.attempts) == (ids[5], 1) and failed.error.startswith("KeyError")


def test_a_chunk_that_fails_does_not_spoil_what_was_read_ahead(
    server: Source, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(server, 8)
    really, calls = ingest.store, iter([True])

    def store(*given: Any) -> Any:
        if next(calls, False):
            raise RuntimeError("once")
        return really(*given)

    monkeypatch.setattr(ingest, "store", store)
    pipeline.process_inbox()
    assert stored() == [f"m{number}" for number in range(8)]
    assert len(opening) == 12, "the four that failed were read afresh, those ahead of them were not"


def test_what_may_have_killed_its_worker_is_processed_with_nothing_claimed_ahead(
    server: Source, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = accept(server, 6, padding=LARGE * 4)
    killer = ids[0]
    Envelope.objects.filter(pk=killer).update(
        attempts=1, lease_until=Envelope.objects.earliest("pk").received_at
    )

    class Killed(BaseException):
        pass

    def store(opened: list[ingest.Opened], *rest: Any) -> Any:
        raise Killed

    monkeypatch.setattr(ingest, "store", store)
    with pytest.raises(Killed):
        pipeline.process_inbox()
    attempts = dict(Envelope.objects.values_list("pk", "attempts"))
    assert attempts.pop(killer) == 2 and set(attempts.values()) == {0}


def test_what_was_claimed_so_long_ago_that_its_lease_runs_out_is_left_to_be_claimed_again(
    server: Source, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = accept(server, 8)
    really = ingest.store

    def store(*given: Any) -> Any:
        # Half a minute goes by.
        monkeypatch.setattr(ahead, "LEASE", timedelta(0))
        return really(*given)

    monkeypatch.setattr(ingest, "store", store)
    pipeline.process_inbox()
    assert stored() == [f"m{number}" for number in range(4)]
    left = Envelope.objects.filter(pk__in=ids[4:])
    assert set(left.values_list("state", "attempts")) == {("pending", 1)}
    left.update(lease_until=clock.real() - timedelta(seconds=1))
    pipeline.process_inbox()
    assert sorted(stored()) == [f"m{number}" for number in range(8)]


def test_a_job_whose_seconds_are_over_processes_what_it_claimed_and_claims_nothing_more(
    server: Source, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(server, 8)
    monkeypatch.setattr(pipeline, "SECONDS_A_JOB", -1.0)
    asked: list[str] = []
    monkeypatch.setattr(queue, "nudge_now", asked.append)
    pipeline.process_inbox()
    assert Envelope.objects.filter(attempts=0).count() == 4 and len(stored()) == 4
    assert asked == ["inbox"]


@pytest.mark.parametrize(("padding", "seconds"), [("", 1.0), (LARGE, -1.0)])
def test_it_gives_way_when_another_job_waits_for_a_worker(
    server: Source, opening: Opening, monkeypatch: pytest.MonkeyPatch, padding: str, seconds: float
) -> None:
    """With a backlog not before a second is over."""
    monkeypatch.setattr(pipeline, "SECONDS_OTHERS_WAIT", seconds)
    accept(server, 10, padding=padding)
    queue.nudge_now("steps")
    queue.the_queue().empty()
    pipeline.process_inbox()
    assert len(stored()) == 4
    assert [job.args for job in queue.the_queue().jobs] == [["inbox"]], (
        "it goes on when the other had its turn"
    )
    queue.the_queue().connection.delete("upsell:waiting:steps")
    pipeline.process_inbox()
    assert len(stored()) == 10


def test_with_a_backlog_a_job_takes_in_more_than_one_chunk_though_others_wait(
    server: Source, opening: Opening
) -> None:
    accept(server, 10)
    queue.nudge_now("steps")
    pipeline.process_inbox()
    assert len(stored()) == 10


def test_small_bodies_that_hold_very_many_events_are_taken_in_little_by_little(
    server: Source, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many: those that were read too far are left as if nobody had claimed them."""
    ids = accept(server, 8)
    monkeypatch.setattr(ahead, "MOST_ITEMS", 3)
    assert pipeline.process(4) == 3
    assert stored() == ["m0", "m1", "m2"]
    left = Envelope.objects.filter(pk__in=ids[3:])
    assert set(left.values_list("state", "attempts", "lease_until")) == {("pending", 0, None)}
    pipeline.process_inbox()
    assert sorted(stored()) == [f"m{number}" for number in range(8)]
    assert set(Envelope.objects.values_list("state", "attempts")) == {("done", 1)}


def test_where_a_chunk_fails_those_that_were_too_many_are_left_as_well(
    server: Source, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = accept(server, 4)
    monkeypatch.setattr(ahead, "MOST_ITEMS", 3)
    really, calls = ingest.store, iter([True])

    def store(*given: Any) -> Any:
        if next(calls, False):
            raise RuntimeError("once")
        return really(*given)

    monkeypatch.setattr(ingest, "store", store)
    assert pipeline.process(4) == 3
    left = Envelope.objects.filter(pk=ids[3])
    assert left.values_list("state", "attempts", "lease_until").get() == ("pending", 0, None)


@pytest.mark.parametrize(
    ("item", "waits"),
    [
        ({"type": "track", "event": "E"}, "off"),
        ({"type": "identify", "traits": {"first_name": "Ana"}}, "off"),
        ({"type": "track", "event": "Unsubscribed"}, "on"),
        ({"type": "delete"}, "on"),
    ],
)
def test_only_a_no_is_waited_for_until_it_is_on_the_disk(
    server: Source, monkeypatch: pytest.MonkeyPatch, item: dict[str, Any], waits: str
) -> None:
    """What else a crash takes back is pending still."""
    told: list[str] = []
    really = pipeline._take_in

    def take_in(*given: Any) -> None:
        told.append(bulk.select("SHOW synchronous_commit")[0][0])
        really(*given)

    monkeypatch.setattr(pipeline, "_take_in", take_in)
    for one in ({"type": "track", "event": "E"}, item):
        body = json.dumps({"batch": [{**one, "userId": "ana", "messageId": str(one)}]}).encode()
        ingest.accept(server.pk, "batch", body, {})
    assert pipeline.process(2) == 2
    assert told == [waits]
