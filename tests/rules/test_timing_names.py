"""Which events, by their names, are a reason to judge again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules import drawn
from tests.rules.drawn import NOW
from tests.rules.test_timing import COUNT, USED, WEEK, busy
from upsell_project.lib.rules import measuring, timing
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Events,
    Fact,
    Found,
    Member,
    Of,
    Op,
    Said,
    Score,
    Season,
    Sequence,
    Trait,
    Turn,
)
from upsell_project.lib.rules.measuring import Happened, Seen
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Test, Weighed

anything = st.builds(Events, names=st.lists(drawn.names, max_size=2).map(tuple), window=drawn.windows)


@given(anything | drawn.events | drawn.sequences, busy, drawn.names, drawn.seens)
def test_an_event_of_another_name_changes_nothing(
    fact: Events | Sequence, history: list[Happened], name: str, seen: Seen
) -> None:
    read = timing.names(Test(fact, Op.AT_LEAST, 1), frozenset({"Ticket Created"}))
    before, after = (
        measuring.of_events(fact, events, seen)
        if isinstance(fact, Events)
        else measuring.of_sequence(fact, events, seen)
        for events in (history, [*history, Happened(NOW, name, {"n": 9, "tier": "Pro"})])
    )
    assert before == after or read is None or name in read


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        ([COUNT], {"E"}),
        ([Sequence(("A", "B"), WEEK), Changed(Turn.DROP, ("C",))], {"A", "B", "C"}),
        ([COUNT, Said("value_doubt", WEEK)], {"E", "Ticket Created"}),
        ([COUNT, Events((), WEEK)], None),
        ([COUNT, Changed(Turn.SPIKE)], None),
        # Whoever changes these asks again; seasons come by the calendar.
        ([COUNT, Trait("plan", Of.ACCOUNT), USED, Season("black_friday")], {"E"}),
        ([USED], set()),
        ([COUNT, Found("s", WEEK)], {"E"}),
        ([COUNT, Answered("a", WEEK)], {"E"}),
        ([COUNT, Member("m")], {"E"}),
        ([COUNT, Score("s")], {"E"}),
    ],
)
def test_it_says_whose_arrival_matters(facts: list[Fact], names: set[str] | None) -> None:
    tests = tuple(Test(fact, Op.KNOWN) for fact in facts)
    for rule in (
        AllOf(tests),
        Not(AnyOf(tests)),
        Weighed(tuple((Decimal(1), one) for one in tests), Decimal(1)),
    ):
        assert timing.names(rule, frozenset({"Ticket Created"})) == names
