"""With a backlog the moments of several chunks are noticed together: all of them, once, whatever dies or moves."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from campaigns_app import backlog, dispatch, notice, pipeline, privacy
from campaigns_app.models import Enrollment
from people_app.models import Person
from signals_app import ingest, unnoticed
from signals_app.ahead import Chunk
from signals_app.models import Envelope, Event, Signal, SignalDefinition, Source, Unnoticed
from signals_app.triggered import Batch
from tests.build import a_person, a_source, an_account
from tests.campaigns.rules import EXPORTED, publish
from tests.conftest import Time
from tests.engine import begun, somebody
from upsell_project.lib import clock, queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
EACH = 40
PADDING = "x" * 700
"""A chunk of four such envelopes is large, its events are not."""


class Killed(BaseException):
    """As if the process had died."""


@pytest.fixture
def source(time: Time) -> Source:
    return a_source()


@pytest.fixture(autouse=True)
def chunks_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "CHUNK", 4)
    monkeypatch.setattr(backlog.Backlog, "last_took", 0.0)
    queue.the_queue().connection.flushdb()


@pytest.fixture(autouse=True)
def one_definition(time: Time) -> SignalDefinition:
    """Who did it twenty times in a day."""
    SignalDefinition.objects.update(live=False)
    return SignalDefinition.objects.create(
        slug="often",
        name="Often",
        detector="frequency",
        config={"event": "E", "count": 20, "days": 1},
        live=True,
    )


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """That were looked at."""
    seen: list[Batch] = []
    really = notice.batch

    def batch(new: Batch, now: Any) -> None:
        seen.append(new)
        really(new, now)

    monkeypatch.setattr(notice, "batch", batch)
    return seen


def accept(source: Source, *envelopes: Sequence[dict[str, Any]], padding: str = PADDING) -> None:
    for number, calls in enumerate(envelopes):
        batch = [
            {"type": "track", "event": "E", "messageId": f"{number}.{place}.{call}", **call}
            for place, call in enumerate(calls)
        ]
        for call in batch:
            if call["type"] == "track":
                call["properties"] = {"padding": padding}
        ingest.accept(source.pk, "batch", json.dumps({"batch": batch}).encode(), {})


def twelve(users: int = 3, **more: Any) -> list[list[dict[str, Any]]]:
    """Three chunks, in each of which each user does something of everything."""
    return [[{"userId": f"u{n % users}", **more} for n in range(EACH)] for _ in range(12)]


def found() -> list[tuple[str | None, int]]:
    """Who was found, and how many of their events that says."""
    rows = Signal.objects.order_by("person__user_id")
    return [(one.person.user_id if one.person else None, len(one.evidence["event_ids"])) for one in rows]


def sizes(batches: list[Batch]) -> list[int]:
    return [len(one.stored) for one in batches]


EVERYBODY: list[tuple[str | None, int]] = [("u0", 20), ("u1", 20), ("u2", 20)]


def test_what_waited_long_is_looked_at_together(source: Source, time: Time, batches: list[Batch]) -> None:
    accept(source, *twelve())
    time.move(minutes=1)
    pipeline.process_inbox()
    assert sizes(batches) == [12 * EACH]
    assert found() == EVERYBODY
    assert not Unnoticed.objects.exists()


def test_what_just_came_waits_for_nothing(source: Source, batches: list[Batch]) -> None:
    accept(source, *twelve())
    pipeline.process_inbox()
    assert sizes(batches) == [4 * EACH] * 3
    assert [user for user, _ in found()] == ["u0", "u1", "u2"]
    assert backlog.Backlog.last_took == 0.0


def test_where_looking_takes_long_it_is_done_more_rarely(
    source: Source, time: Time, batches: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it takes a fifth of the time, however many definitions there are."""
    monkeypatch.setattr(backlog.Backlog, "last_took", 20.0)
    accept(source, *twelve())
    pipeline.process_inbox()
    assert sizes(batches) == [12 * EACH]
    assert 0 < backlog.Backlog.last_took < 20


@pytest.mark.parametrize(
    ("limit", "value", "expected"),
    [
        ("MOST_SECONDS", 0.0, [4 * EACH] * 3),
        ("MOST_EVENTS", 4 * EACH, [8 * EACH, 4 * EACH]),
        ("MOST_BYTES", 4 * EACH * 1_000, [8 * EACH, 4 * EACH]),
        ("MOST_BYTES_AN_EVENT", 700, [4 * EACH] * 3),
    ],
)
def test_so_much_waits_and_no_more(
    source: Source,
    time: Time,
    batches: list[Batch],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: float,
    expected: list[int],
) -> None:
    monkeypatch.setattr(backlog, limit, value)
    monkeypatch.setattr(backlog.Backlog, "last_took", 20.0)
    accept(source, *twelve())
    time.move(minutes=1)
    pipeline.process_inbox()
    assert sizes(batches) == expected
    assert found() == EVERYBODY


def test_a_job_that_gives_way_leaves_nothing_waiting(
    source: Source, time: Time, batches: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(source, *twelve())
    time.move(minutes=1)
    late = iter([False, True])
    monkeypatch.setattr(pipeline, "_late", lambda chunk, seconds: next(late))
    pipeline.process_inbox()
    assert sizes(batches) == [8 * EACH]
    assert Envelope.objects.filter(state="pending").count() == 4
    assert not Unnoticed.objects.exists()


def test_what_is_claimed_too_late_to_follow_leaves_nothing_waiting(
    source: Source, time: Time, batches: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next chunk was claimed so long ago that it is left to others, and nothing else is there."""
    accept(source, *twelve()[:8])
    time.move(minutes=1)
    monkeypatch.setattr(Chunk, "in_time", False)
    pipeline.process_inbox()
    assert sizes(batches) == [4 * EACH]
    assert found() == EVERYBODY and not Unnoticed.objects.exists()


def test_a_rule_of_leaving_ends_a_run_at_once(
    source: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(exit_when=EXPORTED)
    person = somebody()
    run = begun(person)
    accept(source, *twelve(1, userId=person.user_id, event="Report Exported"))
    time.move(minutes=1)

    def batch(*given: Any) -> None:
        raise Killed

    monkeypatch.setattr(notice, "batch", batch)
    with pytest.raises(Killed):
        pipeline.process_inbox()
    run.refresh_from_db()
    assert (run.state, run.end_reason) == (Enrollment.State.FINISHED, "exit_rule")


def left_by_a_dead_worker(source: Source, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """All three chunks are stored when it dies."""
    time.move(minutes=1)
    really = notice.batch

    def batch(*given: Any) -> None:
        raise Killed

    monkeypatch.setattr(notice, "batch", batch)
    with pytest.raises(Killed):
        pipeline.process_inbox()
    monkeypatch.setattr(notice, "batch", really)
    assert not Signal.objects.exists()
    assert Event.objects.count() == 12 * EACH and Unnoticed.objects.count() == 3


def leases_run_out() -> None:
    Unnoticed.objects.update(lease_until=clock.real() - timedelta(seconds=1))


def test_what_a_worker_that_died_had_stored_is_looked_at_by_another_one(
    source: Source, time: Time, batches: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        a_person(f"u{number}", account=an_account(f"acct{number}"))
    accept(source, *twelve())
    left_by_a_dead_worker(source, time, monkeypatch)
    assert not unnoticed.waiting(), "it may live"
    leases_run_out()
    assert "inbox" in dispatch.look()
    backlog.look_at_what_was_left()
    assert found() == EVERYBODY
    assert not Unnoticed.objects.exists()
    assert sizes(batches) == [4 * EACH] * 3
    assert set(Signal.objects.values_list("account__group_id", flat=True)) == {"acct0", "acct1", "acct2"}


def test_it_is_tried_again_and_not_for_ever(
    source: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(source, *twelve())
    left_by_a_dead_worker(source, time, monkeypatch)
    really = notice.batch

    def batch(*given: Any) -> None:
        raise Killed

    monkeypatch.setattr(notice, "batch", batch)
    for _ in range(3 * unnoticed.MAX_ATTEMPTS):
        leases_run_out()
        with pytest.raises(Killed):
            backlog.look_at_what_was_left()
    leases_run_out()
    assert not unnoticed.waiting()
    monkeypatch.setattr(notice, "batch", really)
    backlog.look_at_what_was_left()
    assert Unnoticed.objects.count() == 3 and not Signal.objects.exists()


def test_one_that_cannot_be_judged_keeps_nobody_else_from_it(
    source: Source, time: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    accept(source, *twelve())
    time.move(minutes=1)
    really = notice.batch

    def batch(new: Batch, now: Any) -> None:
        if any(one.item.properties and one.person_id == poison() for one in new.stored):
            raise RuntimeError("poison")
        really(new, now)

    monkeypatch.setattr(notice, "batch", batch)
    pipeline.process_inbox()
    leases_run_out()
    backlog.look_at_what_was_left()
    assert {user for user, _ in found()} == {"u0", "u2"}
    assert not Unnoticed.objects.exists()
    assert "poison" in caplog.text


@pytest.mark.parametrize("error", [ValueError, OperationalError])
def test_what_goes_wrong_with_everybody_drops_nothing(
    source: Source, time: Time, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    accept(source, *twelve())
    left_by_a_dead_worker(source, time, monkeypatch)
    leases_run_out()

    def fails(*_: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(notice, "batch", fails)
        backlog.look_at_what_was_left()
    assert Unnoticed.objects.count() == 3
    leases_run_out()
    backlog.look_at_what_was_left()
    assert found() == EVERYBODY and not Unnoticed.objects.exists()


def poison() -> int:
    return Person.objects.get(user_id="u1").pk


def test_a_chunk_that_fails_takes_nothing_of_what_waits_with_it(
    source: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(source, *twelve())
    time.move(minutes=1)
    really, calls = ingest.store, iter([False, True])

    def store(*given: Any) -> Any:
        if next(calls, False):
            raise RuntimeError("once")
        return really(*given)

    monkeypatch.setattr(ingest, "store", store)
    pipeline.process_inbox()
    assert Event.objects.count() == 12 * EACH
    assert found() == EVERYBODY and not Unnoticed.objects.exists()


Between = Callable[[], None]


def after_the_first_chunk(monkeypatch: pytest.MonkeyPatch, happens: Between) -> None:
    really = pipeline._process_all
    calls = iter([True])

    def process_all(*given: Any) -> None:
        really(*given)
        if next(calls, False):
            happens()

    monkeypatch.setattr(pipeline, "_process_all", process_all)


def test_whoever_turns_out_to_be_another_meanwhile_is_looked_at_as_that_one(
    source: Source, time: Time, batches: list[Batch]
) -> None:
    """What a visitor did in the first chunk is found for the person whom the second says they are."""
    by_nobody = [[{"anonymousId": "cookie"} for _ in range(EACH)] for _ in range(4)]
    known = [{"type": "identify", "anonymousId": "cookie", "userId": "ana"}]
    other = [{"userId": "ben", "event": "Other"} for _ in range(EACH)]
    accept(source, *by_nobody, [*known, *other[1:]], *[other] * 3)
    time.move(minutes=1)
    pipeline.process_inbox()
    assert sizes(batches) == [8 * EACH]
    assert found() == [("ana", 20)]
    ana = Person.objects.get(user_id="ana")
    assert {one.person_id for one in batches[0].stored if one.item.name == "E"} == {ana.pk}


def test_who_is_forgotten_meanwhile_is_not_found(
    source: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(source, *twelve())
    time.move(minutes=1)

    def forget() -> None:
        person = Person.objects.get(user_id="u1")
        privacy.ask(person)
        privacy.carry_out_now(person)
        Envelope.objects.filter(state="pending").delete()

    after_the_first_chunk(monkeypatch, forget)
    pipeline.process_inbox()
    leases_run_out()
    backlog.look_at_what_was_left()
    assert {user for user, _ in found()} == {"u0", "u2"}
    assert not Unnoticed.objects.exists()
