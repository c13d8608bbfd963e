"""What is asked of events, compared with a slow definition over all of them, in zones whose clocks change."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from tests.rules import drawn
from tests.rules.drawn import NOW
from tests.rules.test_judging import compare
from upsell_project.lib.rules import measuring, windows
from upsell_project.lib.rules.facts import Events, Measure, Op, Sequence, Unit, Where, Window
from upsell_project.lib.rules.measuring import Happened, Seen

HOUR = timedelta(hours=1)


def inside(window: Window, at: datetime, seen: Seen) -> bool:
    """By the wall clock: whether it is the same local day, week or month."""
    if at > seen.now:
        return False
    if window.unit in (Unit.HOURS, Unit.DAYS):
        return seen.now - at < HOUR * window.length * (24 if window.unit is Unit.DAYS else 1)
    if window.unit is Unit.BILLING and seen.billing_from:
        return at >= seen.billing_from
    then, today = (moment.astimezone(ZoneInfo(seen.zone)).date() for moment in (at, seen.now))
    if window.unit is Unit.DAY:
        return then == today
    if window.unit is Unit.WEEK:
        return then.isocalendar()[:2] == today.isocalendar()[:2]
    return (then.year, then.month) == (today.year, today.month)


def property_of(event: Happened, path: str) -> Any:
    found: Any = event.properties
    for part in path.split("."):
        found = found[part] if isinstance(found, dict) and part in found else None
    if isinstance(found, float):
        return Decimal(str(found))
    return found if isinstance(found, str | bool | int) else None


def holds(where: Where, event: Happened) -> bool:
    """As conditions of rules are compared there."""
    found = property_of(event, where.path)
    if where.op in (Op.KNOWN, Op.UNKNOWN):
        return (found is not None) == (where.op is Op.KNOWN)
    return found is not None and compare(where.op, found, where.value) is True


def moved(events: list[Happened], seen: Seen, by: timedelta) -> tuple[list[Happened], Seen]:
    """All of it on another day."""
    billing = seen.billing_from and seen.billing_from + by
    later = [Happened(one.at + by, one.name, one.properties) for one in events]
    return later, replace(seen, now=seen.now + by, billing_from=billing)


def slowly(fact: Events, events: list[Happened], seen: Seen) -> Any:
    mine = [one for one in events if inside(fact.window, one.at, seen)]
    mine = [one for one in mine if one.name in fact.names or not fact.names]
    mine = [one for one in mine if all(holds(where, one) for where in fact.where)]
    mine.sort(key=lambda one: (one.at, one.name))
    found = [value for one in mine if (value := property_of(one, fact.path)) is not None]
    times = [one.at for one in mine]
    gaps = [(later - earlier) for earlier, later in pairwise(times)]
    near = [gap <= timedelta(minutes=fact.gap) for gap in gaps]
    match fact.measure:
        case Measure.COUNT:
            return len(mine)
        case Measure.DISTINCT:
            return len(Counter(repr(int(v) if v == int_of(v) else v) for v in found))
        case Measure.SUM:
            return sum((v for v in found if not isinstance(v, bool | str)), Decimal(0))
        case Measure.LAST:
            return found[-1] if found else None
        case Measure.DAYS:
            return len({at.astimezone(ZoneInfo(seen.zone)).date() for at in times})
        case Measure.SWITCHES:
            pairs = pairwise(found)
            return sum((type(a) is bool, a) != (type(b) is bool, b) for a, b in pairs)
        case Measure.SESSION:
            runs = "".join("x" if one else " " for one in near).split(" ")
            return max(len(run) for run in runs) + 1 if mine else 0
        case Measure.MINUTES:
            return sum((gap for gap, one in zip(gaps, near, strict=True) if one), timedelta(0)) // (HOUR / 60)


def int_of(value: Any) -> Any:
    """For numbers that are whole; nothing for others."""
    whole = isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)
    return int(value) if whole else object()


@given(drawn.events, drawn.histories, drawn.seens, drawn.days)
def test_it_measures_as_the_slow_definition_does(
    fact: Events, events: list[Happened], seen: Seen, by: timedelta
) -> None:
    events, seen = moved(events, seen, by)
    found = measuring.of_events(fact, events, seen)
    if fact.measure is Measure.LAST and len({(one.at, one.name) for one in events}) < len(events):
        return  # two of one moment and one name
    if fact.measure is Measure.SWITCHES and len({(one.at, one.name) for one in events}) < len(events):
        return
    assert found == slowly(fact, events, seen)
    assert isinstance(found, bool) == isinstance(slowly(fact, events, seen), bool)


@given(drawn.sequences, drawn.histories | drawn.turns, drawn.seens, drawn.days)
def test_a_sequence_is_found_as_often_as_it_fits(
    fact: Sequence, events: list[Happened], seen: Seen, by: timedelta
) -> None:
    events, seen = moved(events, seen, by)
    mine = [one for one in events if inside(fact.window, one.at, seen)]
    line = sorted(mine, key=lambda one: (one.at, one.name))
    assert measuring.of_sequence(fact, events, seen) == most_often(fact, line)


def most_often(fact: Sequence, line: list[Happened]) -> int:
    """How far any choice of events gets in copies of the sequence that are laid end to end."""
    reached = {0}
    for one in line:
        for place in [*reached]:
            number = place % len(fact.names)
            wanted = fact.where[number] if fact.where else ()
            if one.name == fact.names[number] and all(holds(where, one) for where in wanted):
                reached.add(place + 1)
    return max(reached) // len(fact.names)


def test_each_event_of_a_sequence_has_properties_of_its_own() -> None:
    plan, feature = Where("plan", Op.IS, "pro"), Where("feature", Op.IS, "exports")
    fact = Sequence(("Trial Started", "Feature Denied"), Window(Unit.DAYS, 2), where=((plan,), (feature,)))
    told = (
        ("Feature Denied", {"feature": "exports"}),
        ("Trial Started", {"plan": "pro"}),
        ("Trial Started", {"plan": "free"}),
        ("Feature Denied", {"feature": "maps", "plan": "pro"}),
        ("Feature Denied", {"feature": "exports"}),
        ("Feature Denied", {"feature": "exports"}),
    )
    events = [Happened(NOW - HOUR * (9 - place), *one) for place, one in enumerate(told)]
    seen = Seen(NOW, "UTC")
    assert measuring.completed(fact, events) == [1, 4]
    assert measuring.of_sequence(fact, events, seen) == 1
    assert measuring.of_sequence(replace(fact, where=((feature,), (plan,))), events, seen) == 0


def test_a_sequence_without_properties_is_one_however_it_is_written() -> None:
    without = Sequence(("A", "B"), Window(Unit.DAYS, 2))
    assert replace(without, where=((), ())) == without
    assert without.steps == (("A", ()), ("B", ()))


def test_the_order_in_which_events_were_read_does_not_matter() -> None:
    events = [Happened(NOW - HOUR * n, "E", {"n": n % 2}) for n in range(4)]
    fact = Events(("E",), Window(Unit.DAYS, 1), Measure.SWITCHES, path="n")
    seen = Seen(NOW, "UTC")
    assert {measuring.of_events(fact, order, seen) for order in permutations(events)} == {3}


@pytest.mark.parametrize(
    ("unit", "zone", "now", "begins"),
    [
        # 23 hours: clocks went forward at two.
        (Unit.DAY, "Europe/Berlin", "2026-03-29T20:00", "2026-03-28T23:00"),
        # 25 hours: clocks went back at three.
        (Unit.DAY, "Europe/Berlin", "2026-10-25T22:30", "2026-10-24T22:00"),
        (Unit.MONTH, "Europe/Berlin", "2026-04-01T05:00", "2026-03-31T22:00"),
        (Unit.MONTH, "America/New_York", "2026-04-01T03:59", "2026-03-01T05:00"),
        (Unit.WEEK, "Pacific/Chatham", "2026-04-06T00:00", "2026-04-05T11:15"),
        (Unit.MONTH, "UTC", "2028-02-29T12:00", "2028-02-01T00:00"),
    ],
)
def test_days_weeks_and_months_begin_at_local_midnight(unit: Unit, zone: str, now: str, begins: str) -> None:
    found = windows.start(Window(unit), datetime.fromisoformat(now).replace(tzinfo=UTC), zone)
    assert found == datetime.fromisoformat(begins).replace(tzinfo=UTC)


@given(drawn.windows, drawn.seens)
def test_no_window_reaches_back_further_than_is_said(window: Window, seen: Seen) -> None:
    assert seen.now - windows.start(window, seen.now, seen.zone, seen.billing_from) <= windows.longest(window)


def test_a_property_that_is_not_there_is_not_another() -> None:
    event = Happened(NOW, "E", {"tier": "free", "deep": {"er": [1]}, "a.b": 5})
    assert not measuring.fits([Where("nothing", Op.IS_NOT, "x")], event)
    assert measuring.fits([Where("nothing", Op.UNKNOWN, None), Where("a.b", Op.IS, 5)], event)
    assert not measuring.fits([Where("deep", Op.KNOWN, None)], event)


def test_true_is_not_1_in_what_a_property_must_be() -> None:
    true, one = Where("x", Op.IS, True), Where("x", Op.IS, 1)
    assert true != one
    assert (
        len({true, one, Where("x", Op.IS, True), Where("x", Op.ONE_OF, (True,)), Where("x", Op.ONE_OF, (1,))})
        == 4
    )
    assert one == Where("x", Op.IS, 1)
    assert hash(one) == hash(Where("x", Op.IS, 1))
