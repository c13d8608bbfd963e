"""Stored envelopes are read once more, in chunks, and nothing is counted twice."""

import json
import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from people_app.item import Who
from signals_app import ingest, once, overload, partitions, replay
from signals_app.models import Envelope, Event, RejectedEvent, Source
from tests.build import a_source
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Source:
    return a_source("http")


def receive(source: Source, *items: Any, message: str = "") -> Envelope:
    batch = [{"messageId": message or uuid.uuid4().hex, **one} for one in items]
    ingest.accept(source.pk, "batch", json.dumps({"batch": batch}).encode(), {})
    return Envelope.objects.latest("pk")


def track(**more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "E", "userId": "ana", **more}


def work() -> int:
    """What a worker does with envelopes, without saying who it was. Returns how many events were new."""
    stored = 0
    while claimed := ingest.claim(20):
        opened = ingest.open_all(claimed)
        stored += len(ingest.store(opened, [Who() for one in opened for _ in one.items]))
        ingest.keep_rejected(opened)
        ingest.finish(opened)
    return stored


def every() -> replay.Replayed:
    return replay.envelopes(Envelope.objects.all())


def test_it_works(source: Source) -> None:
    receive(source, track(), track())
    assert work() == 2
    assert every().count == 1
    assert Envelope.objects.get().state == "pending"
    assert work() == 0
    assert (Event.objects.count(), Envelope.objects.get().state) == (2, "done")


def test_what_was_rejected_is_judged_afresh(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = receive(source, track(), track(event=7))
    untouched = receive(source, track(event=8))
    work()
    assert RejectedEvent.objects.count() == 2
    replay.envelopes(Envelope.objects.filter(pk=envelope.pk))
    assert RejectedEvent.objects.get().envelope_id == untouched.pk
    body = json.loads(bytes(envelope.body)) | {}
    body["batch"][1]["event"] = "Mended"
    Envelope.objects.filter(pk=envelope.pk).update(body=json.dumps(body).encode())
    assert work() == 1
    assert not RejectedEvent.objects.filter(envelope_id=envelope.pk).exists()
    assert set(Event.objects.values_list("name", flat=True)) == {"E", "Mended"}


def test_a_done_one_that_is_older_than_the_keys_stays_as_it_is_and_that_is_said(source: Source) -> None:
    young, old = receive(source, track()), receive(source, track())
    work()
    Envelope.objects.filter(pk=old.pk).update(received_at=clock.real() - once.KEPT)
    Envelope.objects.filter(pk=young.pk).update(received_at=clock.real() - once.KEPT + timedelta(hours=1))
    done = every()
    assert (done.count, done.too_old) == (1, 1)
    assert (
        str(done)
        == "1 envelopes are in the inbox again; 1 were received more than 30 days ago and stay as they are"
    )
    assert Envelope.objects.get(pk=old.pk).state == "done"


def test_a_parked_one_has_no_events_yet_and_may_be_any_age(source: Source) -> None:
    receive(source, track())
    Envelope.objects.update(
        state="parked", attempts=6, error="x", received_at=clock.real() - timedelta(days=300)
    )
    assert every().count == 1
    envelope = Envelope.objects.get()
    assert (envelope.attempts, envelope.error, envelope.lease_until) == (0, "", None)
    assert work() == 1


@pytest.mark.parametrize("days", [0.5, 20, 29.9])
def test_nothing_doubles_however_late_within_the_month(
    source: Source, monkeypatch: pytest.MonkeyPatch, days: float
) -> None:
    receive(source, track(), message="one")
    work()
    later = clock.real() + timedelta(days=days)
    monkeypatch.setattr(clock, "real", lambda: later)
    partitions.keep_house()
    assert every().count == 1
    assert work() == 0


def test_age_is_real_time_whatever_the_sandbox_clock_said(source: Source) -> None:
    with clock.frozen(clock.real() + timedelta(days=90)):
        receive(source, track())
    with clock.frozen(clock.real() - timedelta(days=90)):
        receive(source, track())
    work()
    assert every().count == 2


def test_it_goes_in_chunks_and_counts_all(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "CHUNK", 3)
    for _ in range(10):
        receive(source, track())
    work()
    receive(source, track())
    assert every().count == 10, "the one that waits is there anyway"
    assert not Envelope.objects.exclude(state="pending").exists()


def test_what_just_came_in_goes_first_and_what_was_put_back_is_no_backlog(
    source: Source, settings: Any
) -> None:
    settings.MAX_BACKLOG, settings.MAX_BACKLOG_MINUTES = 1, 5
    old = [receive(source, track()).pk for _ in range(3)]
    work()
    Envelope.objects.update(received_at=clock.real() - timedelta(days=9))
    every()
    new = receive(source, track()).pk
    overload.forget()
    assert not overload.overloaded()
    assert [envelope.pk for envelope in ingest.claim(1)] == [new]
    assert sorted(envelope.pk for envelope in ingest.claim(9)) == old


def test_the_command_asks_which(source: Source) -> None:
    receive(source, track())
    receive(a_source("http"), track())
    work()
    out = StringIO()
    with pytest.raises(CommandError, match="Say which"):
        call_command("read_again")
    with pytest.raises(CommandError, match="zone"):
        call_command("read_again", since=clock.real().replace(tzinfo=None))
    call_command("read_again", source=source.pk, since=clock.real() - timedelta(hours=1), stdout=out)
    assert out.getvalue() == "1 envelopes are in the inbox again.\n"


def test_one_poisonous_among_a_hundred_is_parked_and_the_others_are_done(source: Source) -> None:
    poison = receive(source, track()).pk
    for _ in range(99):
        receive(source, track())
    for _ in range(ingest.MAX_ATTEMPTS):
        while claimed := ingest.claim(20):
            _one_at_a_time(claimed, poison)
        Envelope.objects.filter(state="pending").update(lease_until=None)
    states = dict(Envelope.objects.values_list("pk", "state"))
    assert states.pop(poison) == "parked"
    assert set(states.values()) == {"done"}
    assert Event.objects.count() == 99


def _one_at_a_time(claimed: list[Envelope], poison: int) -> None:
    for envelope in claimed:
        if envelope.pk == poison:
            ingest.park(envelope, ValueError("poison"))
            continue
        opened = ingest.open_all([envelope])
        ingest.store(opened, [Who() for one in opened for _ in one.items])
        ingest.finish(opened)
