"""Rules and histories as hypothesis draws them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from upsell_project.lib.rules.facts import (
    Answered,
    Entitlement,
    Events,
    Found,
    Measure,
    Member,
    Of,
    Op,
    Said,
    Score,
    Sequence,
    Share,
    Trait,
    Unit,
    Where,
    Window,
)
from upsell_project.lib.rules.measuring import Happened, Seen
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test

# Around the change to summer time in Europe and in America, and the end of a month.
NOW = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham", "UTC")
names = st.sampled_from(["Report Exported", "Feature Used", "Module Opened"])
texts = st.sampled_from(["free", "Pro", "straße"])
numbers = st.integers(-3, 9) | st.decimals(-1, 2, places=2).map(lambda n: Decimal(str(float(n))))
values = texts | numbers | st.booleans()
windows = st.one_of(
    st.integers(1, 40).map(lambda n: Window(Unit.DAYS, n)),
    st.integers(1, 60).map(lambda n: Window(Unit.HOURS, n)),
    st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.BILLING]).map(Window),
)
ORDERED = (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN)


@st.composite
def compared(draw: Any, *, dates: bool = True) -> tuple[Op, Any]:
    op = draw(st.sampled_from([one for one in Op if dates or one is not Op.WITHIN]))
    if op in (Op.KNOWN, Op.UNKNOWN):
        return op, None
    if op is Op.WITHIN:
        return op, tuple(sorted(draw(st.tuples(st.integers(-50, 50), st.integers(-50, 50)))))
    if op is Op.BETWEEN:
        return op, tuple(sorted(draw(st.tuples(numbers, numbers))))
    if op is Op.ONE_OF:
        return op, tuple(draw(st.lists(values, min_size=1, max_size=3)))
    return op, draw(numbers if op in ORDERED else values)


properties = st.tuples(st.sampled_from(["tier", "n", "cart.total"]), compared(dates=False)).map(
    lambda drawn: Where(drawn[0], *drawn[1])
)
events = st.builds(
    Events,
    names=st.lists(names, max_size=2, unique=True).map(tuple),
    window=windows,
    measure=st.sampled_from(Measure),
    of=st.sampled_from(Of),
    path=st.sampled_from(["tier", "n", "cart.total"]),
    where=st.lists(properties, max_size=2).map(tuple),
    gap=st.integers(1, 90),
)
sequences = st.builds(
    Sequence, names=st.lists(names, min_size=2, max_size=3).map(tuple), window=windows, of=st.sampled_from(Of)
)
facts = st.one_of(
    st.builds(Trait, name=texts, of=st.sampled_from(Of)),
    st.builds(Entitlement, resource=texts, share=st.sampled_from(Share)),
    events,
    sequences,
    st.builds(Found, slug=texts, window=windows),
    st.builds(Answered, answer=texts, window=windows, offer=st.sampled_from(["", "pro"])),
    st.builds(Member, slug=texts),
    st.builds(Said, label=texts, window=windows),
    st.builds(Score, name=texts),
)
tests = st.builds(lambda fact, drawn: Test(fact, *drawn), facts, compared())


def _more(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    groups = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, groups), st.builds(AnyOf, groups), st.builds(Not, inner))


rules: st.SearchStrategy[Rule] = st.recursive(tests, _more, max_leaves=8)
known_values = st.one_of(
    values,
    st.none(),
    st.frozensets(texts, max_size=2),
    st.dates(date(2026, 2, 1), date(2026, 6, 1)),
    st.integers(-2000, 2000).map(lambda hours: NOW + timedelta(hours=hours)),
)
happened = st.builds(
    Happened,
    at=st.integers(-50 * 24 * 60, 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    name=names,
    properties=st.fixed_dictionaries(
        {},
        optional={
            "tier": st.sampled_from(["premium", "Pro", True, 1]),
            "n": st.sampled_from([0, 1, 2.5, "2", None, float(3)]),
            "cart": st.sampled_from([{"total": 5}, {"total": "x"}, {}, 7]),
        },
    ),
)
# Many of them close together, so that there are visits.
histories = st.lists(happened, max_size=12) | st.lists(
    st.builds(
        lambda one, minutes: Happened(NOW - timedelta(minutes=minutes), one.name, one.properties),
        happened,
        st.integers(0, 240),
    ),
    max_size=12,
)
seens = st.builds(
    Seen,
    now=st.just(NOW),
    zone=st.sampled_from(ZONES),
    billing_from=st.none() | st.integers(1, 40).map(lambda days: NOW - timedelta(days=days)),
)
