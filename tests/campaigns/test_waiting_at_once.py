"""Somebody or something is merged by another worker, or staff, while what was done waits to be looked at."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from campaigns_app import merges, pipeline, sweeps
from campaigns_app.backlog import Backlog
from campaigns_app.models import Enrollment, Playbook
from people_app.models import Account, Person
from signals_app import again, ingest, unnoticed
from signals_app.ahead import Chunk
from signals_app.models import (
    AskAgain,
    Segment,
    SegmentMember,
    Signal,
    SignalDefinition,
    Source,
    Unnoticed,
)
from tests.at_once import Other
from tests.build import a_source, the_starter_pack
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)
Place = tuple[Any, str]
BEFORE, AFTER = (unnoticed, "moved"), (again, "joined")
"""It says that it moved something."""
PLACES = pytest.mark.parametrize("place", [BEFORE, AFTER], ids=["before it says so", "after it said so"])
TWENTY = {"event": "E", "count": 20, "days": 1}
JOINS = {"type": "alias", "userId": "new", "previousId": "old"}


@pytest.fixture
def source() -> Source:
    the_starter_pack()
    SignalDefinition.objects.update(live=False)
    return a_source("http")


def often(about: str = "person") -> SignalDefinition:
    return SignalDefinition.objects.create(
        slug="often",
        name="Often",
        detector="frequency",
        config=TWENTY,
        about=about,
        live=True,
        swept_at=clock.now(),
    )


def chunk(source: Source, *calls: dict[str, Any]) -> Chunk:
    batch = [{"messageId": uuid.uuid4().hex, **call} for call in calls]
    ingest.accept(source.pk, "batch", json.dumps({"batch": batch}).encode(), {})
    return Chunk(ingest.claim(1))


def process(source: Source, *calls: dict[str, Any]) -> None:
    pipeline._process(chunk(source, *calls), Backlog())


def belongs(user: str, group: str) -> dict[str, Any]:
    return {"type": "group", "userId": user, "groupId": group, "traits": {}}


def twenty(user: str, group: str | None = None) -> list[dict[str, Any]]:
    context = {"context": {"groupId": group}} if group else {}
    return [{"type": "track", "event": "E", "userId": user, **context}] * 20


def waiting(source: Source, monkeypatch: pytest.MonkeyPatch, *calls: dict[str, Any]) -> Backlog:
    """What a worker stored and has not looked at yet."""
    backlog = Backlog()
    with monkeypatch.context() as patch:
        patch.setattr(backlog, "has_room", lambda *_: True)
        pipeline._process(chunk(source, *calls), backlog, chunk(source, *calls[:1]))
    backlog.committed()
    assert Unnoticed.objects.count() == 1
    return backlog


@contextmanager
def meanwhile(
    monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any], place: Place = BEFORE
) -> Iterator[Callable[[], None]]:
    """Another worker has moved all that it moves, and goes on and commits when it is told to."""
    there, go = threading.Event(), threading.Event()
    really = getattr(*place)

    def moved(*given: Any) -> None:
        there.set()
        assert go.wait(20)
        really(*given)

    monkeypatch.setattr(*place, moved)
    other = Other(work)
    assert there.wait(20), other.error
    try:
        yield go.set
    finally:
        go.set()
    other.end()


def ask_again() -> None:
    while AskAgain.objects.exists():
        sweeps.run()


def look_beside(backlog: Backlog, go: Callable[[], None]) -> None:
    """It waits for whoever moves what it looks at."""
    looking = Other(backlog.finish)
    looking.until_it_waits()
    go()
    looking.end()


@PLACES
def test_who_is_merged_meanwhile_is_found_once(
    source: Source, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    definition = often()
    playbook = Playbook.objects.filter(live_version__isnull=False)[0]
    playbook.signals.add(definition)
    process(source, *({"type": "identify", "userId": user} for user in ("old", "new")))
    backlog = waiting(source, monkeypatch, *twenty("old"))
    alias = chunk(source, JOINS)
    with meanwhile(monkeypatch, lambda: pipeline._process(alias, Backlog()), place) as go:
        look_beside(backlog, go)
    ask_again()
    assert [one.person and one.person.user_id for one in Signal.objects.all()] == ["new"]
    assert Enrollment.objects.filter(state="active").count() == 1
    assert not Unnoticed.objects.exists()


@PLACES
def test_an_account_that_is_folded_meanwhile_is_found_once(
    source: Source, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    often(about="account")
    process(source, belongs("ana", "gone"), belongs("bob", "kept"))
    backlog = waiting(source, monkeypatch, *twenty("ana", "gone"))
    kept, gone = (Account.objects.get(group_id=group).pk for group in ("kept", "gone"))
    with meanwhile(monkeypatch, lambda: merges.by_hand(kept, gone), place) as go:
        look_beside(backlog, go)
    ask_again()
    assert [one.account_id for one in Signal.objects.all()] == [kept]


def test_a_merge_and_a_look_at_the_same_person_wait_in_no_circle(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look takes somebody out of a segment while the merge takes them into it as another."""
    rule = {"fact": "events", "names": ["E"], "window": {"days": 1}, "op": "at_least", "value": 21}
    segment = Segment.objects.create(slug="s", name="S", rule=rule)
    process(source, *({"type": "identify", "userId": user} for user in ("old", "new")))
    backlog = waiting(source, monkeypatch, *twenty("old", "acme"))
    old = Person.objects.get(user_id="old")
    SegmentMember.objects.create(segment=segment, person=old, since=clock.now())
    alias = chunk(source, JOINS)
    with meanwhile(monkeypatch, lambda: pipeline._process(alias, Backlog())) as go:
        look_beside(backlog, go)
    assert not SegmentMember.objects.exists() and not Unnoticed.objects.exists()


def test_a_merge_of_others_waits_for_no_look(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """... whose transaction is under way, nor does the look wait for it."""
    often()
    process(source, belongs("bob", "gone"), belongs("zoe", "kept"), belongs("ana", "acme"))
    backlog = waiting(source, monkeypatch, *twenty("ana"))
    kept, gone = (Account.objects.get(group_id=group).pk for group in ("kept", "gone"))
    with meanwhile(monkeypatch, lambda: merges.by_hand(kept, gone), AFTER):
        backlog.finish()
        assert [one.person and one.person.user_id for one in Signal.objects.all()] == ["ana"]


def test_of_two_workers_who_look_at_the_same_one_does(
    source: Source, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first one was so slow that it was taken for dead."""
    often()
    process(source, {"type": "identify", "userId": "ana"})
    backlog = waiting(source, monkeypatch, *twenty("ana"))
    Unnoticed.objects.update(lease_until=clock.real())
    id = unnoticed.claim()
    assert id is not None
    backlog.finish()
    assert not unnoticed.held([unnoticed.read(id)], clock.now()).stored
    assert Signal.objects.count() == 1 and not caplog.records
