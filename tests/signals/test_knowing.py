"""What is loaded of stored events is what `measuring` says of them, in every zone, window and account."""

from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from signals_app.knowing import Asked, ids_of, load, stored_events, where_path
from signals_app.knowing.stored_events import MOST_IDS
from signals_app.models import Event
from signals_app.subjects import Subject
from tests.build import an_event
from tests.rules import drawn
from tests.rules.drawn import NOW
from tests.signals.knowing_world import QUICK, Did, a_world, of_acme, of_person, seen, stories, turns, visits
from upsell_project.lib import baseline, clock
from upsell_project.lib.rules import measuring
from upsell_project.lib.rules.facts import (
    Changed,
    Events,
    Fact,
    Measure,
    Of,
    Sequence,
    Span,
    Turn,
    Unit,
    Where,
    Window,
)
from upsell_project.lib.rules.measuring import Happened, Seen

pytestmark = pytest.mark.django_db
ZONES = st.sampled_from(["", *drawn.ZONES])
BILLS = st.none() | st.integers(1, 60).map(lambda days: NOW - timedelta(days=days))
FACTS = st.lists(drawn.events | drawn.sequences, min_size=1, max_size=5)


def slowly(fact: Fact, events: list[Happened], since: Seen) -> Any:
    assert isinstance(fact, Events | Sequence)
    if isinstance(fact, Events):
        return measuring.of_events(fact, events, since)
    return measuring.of_sequence(fact, events, since)


def bill_of(started: datetime | None) -> date | None:
    """Monthly: a day of UTC of this month or the one before."""
    if started is None:
        return None
    for month in ((NOW.year, NOW.month), (NOW.year, NOW.month - 1), (NOW.year, NOW.month - 2)):
        day = started.replace(year=month[0], month=month[1], day=min(started.day, _days_in(month[1])))
        if day <= NOW:
            return day.date()
    raise AssertionError


def _days_in(month: int) -> int:
    return {1: 31, 2: 28, 3: 31, 4: 30}[month]


@QUICK
@given(FACTS, stories | turns, ZONES, ZONES, BILLS, st.sampled_from([0, 2, 1_000]))
def test_a_person_and_an_account_are_known_as_they_are_measured(
    facts: list[Events | Sequence], story: list[Did], zone: str, own_zone: str, started: Any, most: int
) -> None:
    """Whether all their times are read, those of who did little, or none (`most`)."""
    bill = bill_of(started)
    billed = {"period_started_at": started, "billing_period": "month" if started else ""}
    with a_world(zone, own_zone, **billed) as world, patch.object(stored_events, "MOST_TIMES", most):
        world.store(story)
        acme = world.accounts["acme"].pk
        subjects = [(name, Subject(person.pk, acme)) for name, person in world.people.items()]
        found = load([Asked(subject, frozenset(facts)) for _, subject in subjects], NOW)
    there = seen(zone, bill)
    for (name, _), known in zip(subjects, found, strict=True):
        here = seen((own_zone if name == "ana" else "") or zone, bill)
        assert known.zone == here.zone
        for fact in facts:
            own = fact.of is Of.PERSON
            expected = slowly(fact, of_person(story, name) if own else of_acme(story), here if own else there)
            value = known.values.get(fact)
            assert (value, type(value)) == (expected, type(expected)), fact


@QUICK
@given(drawn.sequences, stories | turns, st.sampled_from([{"tier"}, {"tier", "n", "cart.total"}]))
def test_a_sequence_is_known_where_postgresql_cannot_say_all_of_it(
    fact: Sequence, story: list[Did], unsaid: set[str]
) -> None:
    predicate = where_path.predicate
    some = lambda where: None if where.path in unsaid else predicate(where)  # noqa: E731
    with a_world() as world, patch.object(where_path, "predicate", some):
        world.store(story)
        subject = Subject(world.people["ana"].pk, world.accounts["acme"].pk)
        (known,) = load([Asked(subject, frozenset([fact]))], NOW)
    events = of_person(story, "ana") if fact.of is Of.PERSON else of_acme(story)
    assert known.values == {fact: measuring.of_sequence(fact, events, seen(""))}


TIMED = (Measure.COUNT, Measure.DAYS, Measure.SESSION, Measure.MINUTES)


@QUICK
@given(
    st.lists(visits, min_size=1, max_size=14),
    st.lists(drawn.names, min_size=1, max_size=2, unique=True).map(tuple),
    drawn.windows,
    st.integers(1, 10),
    ZONES,
)
def test_what_only_needs_times_is_measured_by_one_look(
    story: list[Did], names: tuple[str, ...], window: Window, gap: int, zone: str
) -> None:
    facts: list[Fact] = [Events(names, window, one, of, gap=gap) for one in TIMED for of in Of]
    facts += [Sequence((*names, "Module Opened"), window, of) for of in Of]
    with a_world(zone, "") as world:
        world.store(story)
        subject = Subject(world.people["ana"].pk, world.accounts["acme"].pk)
        (known,) = load([Asked(subject, frozenset(facts))], NOW)
    for fact in facts:
        assert isinstance(fact, Events | Sequence)
        mine = of_person(story, "ana") if fact.of is Of.PERSON else of_acme(story)
        assert known.values.get(fact) == slowly(fact, mine, seen(zone, None)), fact


@QUICK
@given(
    stories | turns,
    st.lists(drawn.names, max_size=2, unique=True).map(tuple),
    st.lists(drawn.windows, min_size=1, max_size=2),
    st.sampled_from(["tier", "n", "cart.total"]),
    st.lists(drawn.properties, max_size=1).map(tuple),
    st.sampled_from([0, 1, 1_000]),
)
def test_what_is_asked_of_one_property_is_measured_by_one_look(
    story: list[Did],
    names: tuple[str, ...],
    windows: list[Window],
    path: str,
    where: tuple[Where, ...],
    most: int,
) -> None:
    """Where each value came last is enough, where all are (`most`), and where they do not say who switched."""
    facts: list[Fact] = [
        Events(names, window, measure, of, path, where)
        for window in windows
        for measure in (Measure.DISTINCT, Measure.SWITCHES)
        for of in Of
    ]
    with a_world() as world, patch.object(stored_events, "MOST_TIMES", most):
        world.store(story)
        subject = Subject(world.people["ana"].pk, world.accounts["acme"].pk)
        (known,) = load([Asked(subject, frozenset(facts))], NOW)
    for fact in facts:
        assert isinstance(fact, Events)
        mine = of_person(story, "ana") if fact.of is Of.PERSON else of_acme(story)
        assert known.values.get(fact) == slowly(fact, mine, seen("")), fact


@pytest.mark.parametrize(
    ("modules", "distinct", "switches", "statements"),
    [
        ("aaa", 1, 0, 1),
        ("aba", 2, 2, 2),
        ([None, {}, {"a": 1}], 0, 0, 1),
        ([1, None, 1.0], 1, 0, 1),
        ([["a", "b"], ["b", "a", 1], ["a", "b"]], 1, 0, 2),
        ([["a", "b"], ["a"], {}], 2, 1, 2),
    ],
)
def test_switches_are_looked_for_only_where_there_may_be_more_than_one_value(
    modules: Any, distinct: int, switches: int, statements: int
) -> None:
    window, names = Window(Unit.DAYS, 1), ("Module Opened",)
    facts = [Events(names, window, one, path="module") for one in (Measure.DISTINCT, Measure.SWITCHES)]
    with a_world() as world:
        person = world.people["ana"]
        for n, module in enumerate(modules):
            an_event(person, names[0], clock.now() - NOW + timedelta(minutes=n + 1), module=module)
        subject = Subject(person.pk, world.accounts["acme"].pk)
        with patch.object(stored_events, "_ask", wraps=stored_events._ask) as asked:
            (known,) = load([Asked(subject, frozenset(facts))], NOW)
    assert [known.values[fact] for fact in facts] == [distinct, switches]
    assert asked.call_count == statements


@pytest.mark.parametrize("most", [0, 1_000])
def test_a_visit_goes_on_for_as_long_as_the_gap_and_ends_after_it(most: int) -> None:
    """Also where there is too much of somebody to be sent."""
    window = Window(Unit.DAYS, 1)
    minutes = (0, 5, 10, 40, 45)
    story = [
        Did("ana", None, "track", Happened(NOW - timedelta(minutes=ago), "Feature Used", {}))
        for ago in minutes
    ]
    expected: dict[Fact, Any] = {}
    for gap, visit, spent in ((4, 1, 0), (5, 3, 15), (30, 5, 45)):
        expected[Events(("Feature Used",), window, Measure.SESSION, gap=gap)] = visit
        expected[Events(("Feature Used",), window, Measure.MINUTES, gap=gap)] = spent
    with a_world("", "") as world, patch.object(stored_events, "MOST_TIMES", most):
        world.store(story)
        subject = Subject(world.people["ana"].pk, world.accounts["acme"].pk)
        (known,) = load([Asked(subject, frozenset(expected))], NOW)
    assert known.values == expected


@QUICK
@given(drawn.events | drawn.sequences, stories | turns)
def test_the_events_behind_a_fact_are_those_that_were_measured(
    fact: Events | Sequence, story: list[Did]
) -> None:
    with a_world("Europe/Berlin") as world:
        world.store(story)
        acme = world.accounts["acme"].pk
        subject = Subject(world.people["ana"].pk, acme)
        (ids,) = ids_of([(subject, fact)], NOW)
        rows = {event.pk: event for event in world_events(ids)}
        events = of_person(story, "ana") if fact.of is Of.PERSON else of_acme(story)
    assert len(ids) <= MOST_IDS
    times = [rows[id].occurred_at for id in ids]
    assert times == sorted(times, reverse=True)
    since = seen("Europe/Berlin")
    if isinstance(fact, Sequence):
        assert len(ids) == measuring.of_sequence(fact, events, since) * len(fact.names)
        oldest = sorted(rows.values(), key=lambda row: (row.occurred_at, row.name, row.pk))
        whole = [Happened(row.occurred_at, row.name, row.properties) for row in oldest]
        assert measuring.completed(fact, whole) == [*range(len(ids))]
    else:
        counted = Events(fact.names, fact.window, of=fact.of, where=fact.where)
        assert len(ids) == measuring.of_events(counted, events, since)
        again = [Happened(row.occurred_at, row.name, row.properties) for row in rows.values()]
        assert all(measuring.fits(fact.where, one) for one in again)


def world_events(ids: list[int]) -> Any:
    return Event.objects.filter(pk__in=ids)


CHANGES = st.builds(
    Changed,
    turn=st.sampled_from(Turn),
    names=st.lists(drawn.names, max_size=1).map(tuple),
    span=st.sampled_from(Span),
    of=st.sampled_from(Of),
    where=st.lists(drawn.properties, max_size=1).map(tuple),
)


@QUICK
@given(
    st.lists(CHANGES, min_size=1, max_size=3), st.lists(st.integers(0, 3), min_size=20, max_size=70), ZONES
)
def test_a_change_is_found_as_in_the_daily_counts(facts: list[Changed], days: list[int], zone: str) -> None:
    story = [
        Did(
            "ana",
            "acme",
            "track",
            Happened(NOW - timedelta(days=back, minutes=7 * n), "Feature Used", {"n": n}),
        )
        for back, often in enumerate(days)
        for n in range(often * (9 if back < 7 else 1))
    ]
    with a_world(zone) as world:
        world.store(story)
        subject = Subject(world.people["ana"].pk, world.accounts["acme"].pk)
        (known,) = load([Asked(subject, frozenset(facts))], NOW)
    since = seen(zone)
    for fact in facts:
        assert known.values.get(fact) is changed(fact, [did.what for did in story], since)


def changed(fact: Changed, events: list[Happened], since: Seen) -> bool | None:
    here = ZoneInfo(since.zone)
    amounts = [
        (one.at.astimezone(here).date(), 1.0)
        for one in events
        if one.at <= NOW and (not fact.names or one.name in fact.names) and measuring.fits(fact.where, one)
    ]
    today = NOW.astimezone(here).date()
    if fact.turn is Turn.DROP:
        found = baseline.change(amounts, today - timedelta(days=1), fact.span.value)
    else:
        found = baseline.change(amounts, today, fact.span.value, whole=False)
    return None if found.verdict == "too_little_history" else found.verdict == fact.turn.value


def test_nothing_is_asked_of_nobody() -> None:
    with CaptureQueriesContext(connection) as sent:
        assert load([], NOW) == []
        assert ids_of([], NOW) == []
    assert len(sent) == 0
