"""Rules and histories as hypothesis draws them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Measure,
    Member,
    Metered,
    Of,
    Op,
    Said,
    Score,
    Season,
    Sequence,
    Share,
    Span,
    Trait,
    Turn,
    Unit,
    Where,
    Window,
)
from upsell_project.lib.rules.measuring import Happened, Seen
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

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
SAME = (Op.IS, Op.IS_NOT)
WHETHER_KNOWN = (Op.KNOWN, Op.UNKNOWN)


Compared = tuple[Op, Any]


def compared(ops: Iterable[Op], with_: st.SearchStrategy[Any]) -> st.SearchStrategy[Compared]:
    """One of the ops and what it is compared with, made of `with_`."""
    pairs = st.tuples(with_, with_).map(lambda drawn: tuple(sorted(drawn)))
    days = st.tuples(st.integers(-50, 50), st.integers(-50, 50)).map(lambda drawn: tuple(sorted(drawn)))
    wanted = {
        Op.WITHIN: days,
        Op.BETWEEN: pairs,
        Op.ONE_OF: st.lists(with_, min_size=1, max_size=3).map(tuple),
        Op.KNOWN: st.none(),
        Op.UNKNOWN: st.none(),
    }
    return st.sampled_from(list(ops)).flatmap(lambda op: st.tuples(st.just(op), wanted.get(op, with_)))


ordered = compared((*ORDERED, Op.BETWEEN), numbers)
like_properties = (
    compared((*SAME, Op.ONE_OF, Op.CONTAINS, Op.CONTAINS_WORD, *WHETHER_KNOWN), values) | ordered
)
anyhow = like_properties | compared([Op.WITHIN], numbers)
like_numbers = ordered | compared((*SAME, Op.ONE_OF, *WHETHER_KNOWN), numbers)
shares = st.decimals(0, 1, places=2).map(lambda n: Decimal(str(float(n)))) | st.integers(0, 1)
like_shares = compared((*ORDERED, Op.BETWEEN, *SAME, Op.ONE_OF, *WHETHER_KNOWN), shares)
like_truths = compared(SAME, st.booleans())
PHASES = ("before", "during", "after", "none")


def phases(season: Season) -> st.SearchStrategy[Compared]:
    """Those that there can be."""
    days = {"before": season.before, "after": season.after}
    possible = [phase for phase in PHASES if days.get(phase) != 0]
    return compared((*SAME, Op.ONE_OF, *WHETHER_KNOWN), st.sampled_from(possible))


properties = st.tuples(st.sampled_from(["tier", "n", "cart.total"]), like_properties).map(
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


def _sequences(
    names: st.SearchStrategy[str], where: st.SearchStrategy[tuple[Where, ...]]
) -> st.SearchStrategy[Sequence]:
    return st.builds(
        lambda steps, window, of: Sequence(
            tuple(name for name, _ in steps), window, of, tuple(one for _, one in steps)
        ),
        st.lists(st.tuples(names, where), min_size=2, max_size=3),
        windows,
        st.sampled_from(Of),
    )


TURNS = st.sampled_from(["Report Exported", "Feature Used"])
TIERS = ("premium", "Pro")
# Of these whole ones are found in `turns`.
often = _sequences(TURNS, st.sampled_from([(), *((Where("tier", Op.IS, one),) for one in TIERS)]))
sequences = (
    _sequences(names, st.just(())) | _sequences(names, st.lists(properties, max_size=2).map(tuple)) | often
)
changes = st.builds(
    Changed,
    turn=st.sampled_from(Turn),
    names=st.lists(names, max_size=2, unique=True).map(tuple),
    span=st.sampled_from(Span),
    of=st.sampled_from(Of),
    where=st.lists(properties, max_size=2).map(tuple),
)
seasons = st.builds(
    Season,
    name=st.sampled_from(["black_friday", "tax_season"]),
    before=st.sampled_from([0, 3, 30]),
    after=st.sampled_from([0, 7]),
)
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Trait, name=texts, of=st.sampled_from(Of)),
    st.builds(Entitlement, resource=texts, share=st.sampled_from(Share)),
    st.builds(Metered, resource=texts, window=windows),
    events,
    sequences,
    changes,
    seasons,
    st.builds(Found, slug=texts, window=windows),
    st.builds(Answered, answer=texts, window=windows, offer=st.sampled_from(["", "pro"])),
    st.builds(Member, slug=texts),
    st.builds(Said, label=texts, window=windows),
    st.builds(Score, name=texts),
)


def _fitting(fact: Fact) -> st.SearchStrategy[Compared]:
    """How a fact can be compared so that there is an answer."""
    match fact:
        case Trait():
            return anyhow
        case Events(measure=Measure.LAST):
            return like_properties
        case Changed() | Member():
            return like_truths
        case Season():
            return phases(fact)
        case Found() | Said() | Score():
            return like_shares
    return like_numbers


tests = facts.flatmap(lambda fact: _fitting(fact).map(lambda drawn: Test(fact, *drawn)))
# Any question with any comparison: much of this is refused where it is read.
wild_tests = st.builds(lambda fact, drawn: Test(fact, *drawn), facts, anyhow)
weights = st.sampled_from([Decimal(n) for n in ("1", "2", "3", "0.1", "0.5", "0.7", "2.5")])


def _more(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    groups = st.lists(inner, min_size=1, max_size=3).map(tuple)
    weighed = st.lists(st.tuples(weights, inner), min_size=1, max_size=4).map(tuple)
    least = st.sampled_from([Decimal(n) for n in ("0.01", "0.3", "0.5", "0.6", "0.75", "1")])
    return st.one_of(
        st.builds(AllOf, groups),
        st.builds(AnyOf, groups),
        st.builds(Not, inner),
        st.builds(Weighed, weighed, least),
    )


def grown(leaves: st.SearchStrategy[Test]) -> st.SearchStrategy[Rule]:
    """Rules of these questions."""
    return st.recursive(leaves, _more, max_leaves=8)


rules, wild_rules = grown(tests), grown(wild_tests)
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
            "n": st.sampled_from([0, 1, 2.5, "2", None, float(3), -2]),
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
turns = st.lists(
    st.builds(
        lambda minutes, name, tier: Happened(NOW - timedelta(minutes=minutes), name, {"tier": tier}),
        st.integers(0, 240),
        TURNS,
        st.sampled_from(TIERS),
    ),
    min_size=6,
    max_size=14,
)
seens = st.builds(
    Seen,
    now=st.just(NOW),
    zone=st.sampled_from(ZONES),
    billing_from=st.none() | st.integers(1, 40).map(lambda days: NOW - timedelta(days=days)),
)
# Also where clocks change and where February ends.
days = st.integers(0, 1_000).map(lambda number: timedelta(days=number)) | st.sampled_from(
    [date(2026, 10, 25), date(2027, 2, 28), date(2028, 2, 29), date(2027, 1, 1)]
).map(lambda day: datetime.combine(day, time(1), UTC) - NOW)
