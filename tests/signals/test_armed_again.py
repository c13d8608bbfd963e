"""When what was found may be found again: by the rule that arms it, where it has one."""

from typing import Any

import pytest

from campaigns_app import sweeps
from signals_app.models import DetectorState, Signal, SignalDefinition, Source
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture
def server() -> Source:
    return a_source("http")


def done(name: str, days: int) -> dict[str, Any]:
    return {"fact": "events", "names": [name], "window": {"days": days}, "op": "at_least", "value": 1}


@pytest.fixture(autouse=True)
def definition() -> SignalDefinition:
    return SignalDefinition.objects.create(
        slug="opened",
        name="Opened",
        detector="rule",
        config={"rule": done("Opened", 2), "rearm": done("Closed", 10)},
        live=True,
        swept_at=clock.now(),
    )


def happens(server: Source, name: str) -> None:
    receive(server, {"type": "track", "userId": "ana", "event": name})


def test_while_both_hold_it_is_found_once(server: Source, time: Time) -> None:
    for name in ("Closed", "Opened", "Closed", "Opened"):
        happens(server, name)
        time.move(minutes=5)
    assert Signal.objects.count() == 1


def test_once_the_one_holds_alone_it_is_found_again(server: Source, time: Time) -> None:
    for name in ("Closed", "Opened"):
        happens(server, name)
    time.move(days=3)
    happens(server, "Closed")
    happens(server, "Opened")
    assert Signal.objects.count() == 2


def test_time_can_end_the_one_while_the_other_holds(server: Source, time: Time) -> None:
    for name in ("Opened", "Closed"):
        happens(server, name)
    time.move(days=3)
    sweeps.run()
    happens(server, "Opened")
    assert Signal.objects.count() == 2


def test_silence_can_arm_it_again(server: Source, time: Time, definition: SignalDefinition) -> None:
    silence = done("Opened", 2) | {"op": "at_most", "value": 0}
    SignalDefinition.objects.update(config={"rule": done("Opened", 1), "rearm": silence})
    for days in (0, 1, 3, 1):
        time.move(days=days)
        sweeps.run()
        happens(server, "Opened")
    assert Signal.objects.count() == 2


def test_what_is_not_known_any_more_ends_it_too(server: Source, time: Time) -> None:
    """Nobody said what the other half asks for, so the rule is open once they are silent."""
    said = {"fact": "trait", "of": "person", "name": "wants_more", "op": "is", "value": True}
    silence = done("Opened", 2) | {"op": "at_most", "value": 0}
    config = {"rule": {"any": [done("Opened", 2), said]}, "rearm": silence}
    SignalDefinition.objects.update(config=config)
    for days in (0, 4):
        time.move(days=days)
        sweeps.run()
        happens(server, "Opened")
    assert Signal.objects.count() == 2


def test_the_last_one_that_leaves_its_window_ends_it_too(server: Source, time: Time) -> None:
    last = done("Opened", 2) | {"measure": "last", "path": "n", "op": "is", "value": 1}
    SignalDefinition.objects.update(config={"rule": last, "rearm": done("Closed", 30)})
    happens(server, "Closed")
    for days in (0, 3):
        time.move(days=days)
        sweeps.run()
        receive(server, {"type": "track", "userId": "ana", "event": "Opened", "properties": {"n": 1}})
    assert Signal.objects.count() == 2


def test_its_cooldown_counts_beside_its_rule(server: Source, time: Time) -> None:
    SignalDefinition.objects.update(cooldown_hours=240)
    for days, name in ((0, "Opened"), (3, "Closed"), (6, "Opened")):
        time.move(days=days)
        happens(server, name)
        sweeps.run()
    assert Signal.objects.count() == 1
    assert DetectorState.objects.get().armed
    time.move(days=1)
    happens(server, "Opened")
    happens(server, "Opened")
    assert Signal.objects.count() == 2


def test_the_end_of_its_cooldown_is_seen_where_time_can_make_it_true(server: Source, time: Time) -> None:
    silent = done("Opened", 2) | {"op": "at_most", "value": 0}
    SignalDefinition.objects.update(cooldown_hours=240, config={"rule": silent, "rearm": done("Opened", 2)})
    happens(server, "Opened")
    time.move(days=2, hours=1)
    sweeps.run()
    assert Signal.objects.count() == 1
    time.move(days=3)
    happens(server, "Opened")
    for hours, found in ((167, 1), (2, 2)):
        time.move(hours=hours)
        sweeps.run()
        assert Signal.objects.count() == found


def test_without_it_nothing_is_found_again(server: Source, time: Time) -> None:
    happens(server, "Opened")
    time.move(days=30)
    sweeps.run()
    happens(server, "Opened")
    assert Signal.objects.count() == 1
