"""However a history is shuffled, cut and repeated, whatever changes meanwhile: totals are what the raw events say."""

import copy
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals_app.models import Meter
from tests.examples import slow
from tests.signals.usage_world import METERS, Did, World, moments, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
ACCOUNTS, PEOPLE = 3, 3
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", ""]


@pytest.fixture
def built() -> World:
    """Once for all examples of a property: each takes back what it did."""
    world = World()
    world.build(ACCOUNTS, PEOPLE, NOW)
    return world


exported = st.fixed_dictionaries(
    {},
    optional={
        "rows": st.sampled_from([1, 2.5, "7", -3, 10**11, True, None, "many", [1], 0.001]),
        "files": st.lists(st.sampled_from(["a", "b", "", 7, 7.0, "7", 8, None]), max_size=2),
        "kind": st.sampled_from([{"size": "big"}, {"size": "small"}, "big"]),
    },
).filter(lambda properties: properties.get("rows") is not True)
measured = st.fixed_dictionaries(
    {"kind": st.fixed_dictionaries({"bytes": st.sampled_from([5, 3, 9.25, "4", None])})}
)


@st.composite
def events(draw: st.DrawFn) -> Did:
    name = draw(st.sampled_from(["Exported", "Measured"]))
    person = draw(st.integers(0, PEOPLE - 1))
    return Did(
        person=person,
        identity=person * 2 + draw(st.integers(0, 1)),
        group=draw(st.sampled_from([None, None, *range(ACCOUNTS)])),
        name=name,
        at=draw(st.sampled_from(moments() if name == "Exported" else moments()[:6])),
        properties=json.dumps(draw(exported if name == "Exported" else measured)),
    )


number = st.integers(0, ACCOUNTS - 1)
happenings = st.one_of(
    st.tuples(st.just("settle"), st.integers(0, PEOPLE - 1), st.one_of(st.none(), number)),
    st.tuples(st.just("merge"), number, number),
    st.tuples(st.just("zone"), number, st.sampled_from(ZONES)),
    st.tuples(
        st.just("billing"),
        number,
        st.sampled_from([None, datetime(2026, 1, 31, 7, 0, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)]),
        st.sampled_from(["month", "year", ""]),
    ),
    st.tuples(st.just("meter"), st.sampled_from(sorted(METERS)), st.sampled_from(sorted(METERS))),
    st.tuples(st.just("recount")),
)


def happen(world: World, what: tuple[Any, ...]) -> None:
    match what:
        case ("settle", person, account):
            world.settle(person, account, NOW)
        case ("merge", kept, gone):
            world.merge(kept, gone)
        case ("zone", account, zone):
            world.facts(account, timezone=zone)
        case ("billing", account, started, period):
            world.facts(account, period_started_at=started, billing_period=period)
        case ("meter", resource, like):
            fields: dict[str, Any] = {
                "where": {},
                "aggregate": "count",
                "property": "",
                "window": "calendar",
                "days": None,
            }
            Meter.objects.filter(resource=resource).update(**fields | METERS[like])
        case _:
            world.recount()


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Did], list[Any]]:
    """A set of events, and one way in which they arrive with other things between them."""
    done = draw(st.lists(events(), min_size=1, max_size=12))
    again = draw(st.lists(st.sampled_from(done), max_size=3))
    left = draw(st.permutations(done + again))
    steps: list[Any] = []
    while left:
        size = draw(st.integers(1, len(left)))
        steps.append(left[:size])
        left = left[size:]
        steps += draw(st.lists(happenings, max_size=2))
    return done, steps


@settings(max_examples=slow(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories(), looks=st.lists(st.sampled_from(moments()), min_size=1, max_size=3))
def test_after_all_recounts_totals_are_what_the_raw_events_say(
    built: World, history: tuple[list[Did], list[Any]], looks: list[datetime]
) -> None:
    with transaction.atomic():
        world = copy.deepcopy(built)
        for step in history[1]:
            if isinstance(step, list):
                world.did(step)
            else:
                happen(world, step)
        world.recount()
        for now in looks:
            assert world.counted(now) == world.by_hand(now)
        transaction.set_rollback(True)


@settings(max_examples=slow(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(events(), min_size=1, max_size=15),
    st.integers(),
    st.lists(st.sampled_from(moments()), max_size=3),
)
def test_without_any_recount_totals_are_the_same_in_every_order(
    built: World, done: list[Did], seed: int, looks: list[datetime]
) -> None:
    kept = []
    for again in (0, 1):
        shuffled = done * (1 + again)
        random.Random(seed + again).shuffle(shuffled)
        with transaction.atomic():
            world = copy.deepcopy(built)
            for start in range(0, len(shuffled), 4):
                world.did(shuffled[start : start + 4])
            for now in looks:
                assert world.counted(now) == world.by_hand(now)
            kept.append(snapshot())
            transaction.set_rollback(True)
    assert kept[0] == kept[1]


moving = st.tuples(st.just("settle"), st.integers(0, PEOPLE - 1), st.one_of(st.none(), number))
merging = st.tuples(st.just("merge"), number, number)


@settings(max_examples=slow(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(events(), min_size=1, max_size=10),
    st.lists(st.one_of(moving, merging), max_size=4),
    st.sampled_from(moments()),
)
def test_moves_and_merges_are_exact_at_once_but_for_newest_values(
    built: World, done: list[Did], steps: list[Any], now: datetime
) -> None:
    with transaction.atomic():
        world = copy.deepcopy(built)
        world.did(done)
        for step in steps:
            happen(world, step)
        found = {key: used for key, used in world.counted(now).items() if not key[1].startswith("storage")}
        truth = {key: used for key, used in world.by_hand(now).items() if not key[1].startswith("storage")}
        assert found == truth
        world.recount()
        assert world.counted(now) == world.by_hand(now)
        transaction.set_rollback(True)
