"""What waits is looked at as if nothing had come between: a dead worker, somebody's merge, a failing deployment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError

from campaigns_app import backlog, notice, pipeline, sweeps
from signals_app import unnoticed
from signals_app.models import (
    AskAgain,
    Envelope,
    Meter,
    Segment,
    SegmentMember,
    Signal,
    SignalDefinition,
    Source,
    Unnoticed,
)
from tests.build import a_source
from tests.campaigns.test_backlog import EACH, Killed, accept, leases_run_out
from tests.campaigns.test_noticed_at_once import EXPORT, FREE, THREE_EXPORTS, a_definition, group
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
Calls = list[dict[str, Any]]
Between = Callable[[Calls], None]
FILLING: Calls = [{"userId": "zoe", "event": "Other"} for _ in range(EACH)]
BOSS = {"fact": "trait", "of": "person", "name": "role", "op": "is", "value": "boss"}
OPENED = {
    "fact": "events",
    "names": ["Opened"],
    "of": "account",
    "window": {"days": 14},
    "op": "at_least",
    "value": 1,
}


@pytest.fixture(autouse=True)
def chunks_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "CHUNK", 4)
    queue.the_queue().connection.flushdb()


@pytest.fixture
def source(time: Time) -> Source:
    SignalDefinition.objects.update(live=False)
    return a_source("http")


@pytest.fixture(params=["nothing", "a merge", "the worker's death"])
def waits(
    request: pytest.FixtureRequest, source: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> Between:
    """Let these calls wait with the next chunks, and something happen before they are looked at."""

    def wait(calls: Calls) -> None:
        visitor = [{"anonymousId": "cookie", "event": "Other"}]
        login = [{"type": "identify", "anonymousId": "cookie", "userId": "zed"}]
        between = [*login, *FILLING] if request.param == "a merge" else FILLING
        accept(source, [*calls, *visitor, *FILLING], *[FILLING] * 3, between, *[FILLING] * 3)
        time.move(minutes=1)
        if request.param == "the worker's death":
            die(monkeypatch)
        pipeline.process_inbox()
        assert not Unnoticed.objects.exists()
        while AskAgain.objects.exists():
            sweeps.run()

    return wait


def die(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker dies when it looks at all that it stored."""

    def batch(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(notice, "batch", batch)
        with pytest.raises(Killed):
            pipeline.process_inbox()
    assert Unnoticed.objects.count() == 2
    leases_run_out()
    Envelope.objects.update(lease_until=None)


def seven_of_ten(source: Source) -> None:
    """Exports of bob, of which eight are worth a word."""
    exports = {"label": "reports", "verb": "exported", "event": "Report Exported"}
    Meter.objects.update_or_create(resource="exports", defaults=exports)
    a_definition("threshold", {"resources": ["exports"], "fire_at": 0.8, "rearm_below": 0.7}, about="person")
    receive(source, group("ana", limits={"exports": 10}), group("bob"), *[EXPORT] * 7)
    sweeps.run()


def found() -> list[str]:
    return sorted(one.person.user_id or "" for one in Signal.objects.all() if one.person)


def test_of_two_colleagues_who_used_it_is_told(source: Source, waits: Between) -> None:
    seven_of_ten(source)
    waits([EXPORT, EXPORT])
    assert found() == ["bob"]


def test_who_brings_the_facts_of_an_account_is_asked(source: Source, waits: Between) -> None:
    a_definition("rule", {"rule": {"all": [FREE, THREE_EXPORTS]}}, about="person")
    receive(source, group("ana", plan="pro"), group("bob"), EXPORT, EXPORT, EXPORT)
    sweeps.run()
    waits([group("bob", plan="free")])
    assert found() == ["bob"]


def test_of_whom_something_is_said_is_asked(source: Source, waits: Between) -> None:
    a_definition("rule", {"rule": {"all": [BOSS, THREE_EXPORTS]}}, about="person")
    receive(source, group("ana", plan="pro"), group("bob"), EXPORT, EXPORT, EXPORT)
    sweeps.run()
    waits([{"type": "identify", "userId": "bob", "traits": {"role": "boss"}}])
    assert found() == ["bob"]


def test_who_comes_into_an_account_by_what_they_do_brings_colleagues_into_a_segment(
    source: Source, time: Time, waits: Between
) -> None:
    """What bob did before counts in the account of ana as soon as he belongs there."""
    Segment.objects.create(slug="opened", name="Opened", rule=OPENED)
    receive(source, group("ana"), {"type": "track", "event": "Opened", "userId": "bob"})
    time.move(hours=1)
    waits([{"event": "Other", "userId": "bob", "context": {"groupId": "acme"}}])
    assert "ana" in SegmentMember.objects.values_list("person__user_id", flat=True)


def test_one_that_cannot_be_judged_takes_nothing_of_others_with_it(
    source: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Person by person it is known as well who used what, and who brought the facts."""
    seven_of_ten(source)
    accept(source, [EXPORT, EXPORT, *FILLING], *[FILLING] * 7)
    time.move(minutes=1)
    die(monkeypatch)
    really = notice.batch

    def batch(new: Any, now: Any) -> None:
        if any(one.item.name == "Other" for one in new.stored):
            raise RuntimeError("poison")
        really(new, now)

    monkeypatch.setattr(notice, "batch", batch)
    backlog.look_at_what_was_left()
    assert found() == ["bob"]


def test_what_is_nobodys_fault_uses_up_no_attempt(
    source: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_definition("frequency", {"event": "Other", "count": 20, "days": 1}, about="person")
    accept(source, *[FILLING] * 8)
    time.move(minutes=1)
    die(monkeypatch)

    def deploying(*_: Any) -> None:
        raise ProgrammingError("column does not exist")

    with monkeypatch.context() as patch:
        patch.setattr(notice, "batch", deploying)
        for _ in range(2 * 2 * unnoticed.MAX_ATTEMPTS):
            leases_run_out()
            backlog.look_at_what_was_left()
    leases_run_out()
    backlog.look_at_what_was_left()
    assert found() == ["zoe"] and not Unnoticed.objects.exists()
