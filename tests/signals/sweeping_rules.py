"""Rules that ask for what the small world of the sweeps knows, as hypothesis draws them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.rules import drawn
from tests.signals.sweeping_world import NAMES
from upsell_project.lib.rules import facts as f
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

columns = st.sampled_from(
    ["plan", "industry", "mrr", "seats_used", "prepaid", "cancelling", "addons", "renews_at", "trial_ends_at"]
)
moments = st.sampled_from(["renews_at", "trial_ends_at", "created_at", "free", "n", "owner.n"])
traits = st.builds(
    f.Trait, name=columns | st.sampled_from(["free", "n", "owner", "owner.n"]), of=st.just(Of.ACCOUNT)
)
of_people = st.builds(
    f.Trait,
    name=st.sampled_from(["role", "locale", "last_seen_at", "free", "n", "owner.n"]),
    of=st.just(Of.PERSON),
)
names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple)
resources = st.sampled_from(["exports", "free", "seats"])
seasons = st.builds(
    f.Season,
    name=st.sampled_from(["tax_season", "fiscal_year_end", "public_holiday"]),
    before=st.sampled_from([3, 30]),
    after=st.sampled_from([7]),
)
changes = st.builds(
    f.Changed,
    turn=st.sampled_from(f.Turn),
    names=names,
    span=st.sampled_from(f.Span),
    of=st.sampled_from(Of),
    where=st.sampled_from([(), (), (f.Where("tier", f.Op.IS, "Pro"),), (f.Where("n", f.Op.CONTAINS, "2"),)]),
)
few = drawn.compared((*drawn.ORDERED, *drawn.SAME), st.integers(0, 3))
NUMBERS = drawn.like_numbers | few


def _test(fact: Any, compared: Any) -> st.SearchStrategy[Rule]:
    return st.builds(lambda one, drawn_: Test(one, *drawn_), fact, compared)


events = st.builds(
    f.Events,
    names=names,
    window=drawn.windows,
    measure=st.sampled_from(f.Measure),
    of=st.sampled_from(Of),
    path=st.sampled_from(["tier", "n"]),
    where=st.lists(drawn.properties, max_size=1).map(tuple),
)
last = events.filter(lambda one: one.measure is f.Measure.LAST)
counted = events.filter(lambda one: one.measure is not f.Measure.LAST)
tests: st.SearchStrategy[Rule] = st.one_of(
    _test(traits | of_people, drawn.anyhow),
    _test(st.builds(f.Trait, name=moments, of=st.just(Of.ACCOUNT)), drawn.compared([f.Op.WITHIN], st.none())),
    _test(st.builds(f.Entitlement, resource=resources, share=st.sampled_from(f.Share)), NUMBERS),
    _test(
        st.builds(
            f.Metered, resource=st.sampled_from(["exports", "free", "n", "gone"]), window=drawn.windows
        ),
        NUMBERS,
    ),
    _test(counted, NUMBERS),
    _test(last, drawn.like_properties),
    _test(
        st.builds(
            f.Sequence,
            names=st.just(NAMES[:2]),
            window=drawn.windows,
            of=st.sampled_from(Of),
            where=st.just(()) | st.tuples(*[st.lists(drawn.properties, max_size=1).map(tuple)] * 2),
        ),
        NUMBERS,
    ),
    _test(changes, drawn.like_truths),
    seasons.flatmap(lambda one: _test(st.just(one), drawn.phases(one))),
    _test(
        st.builds(f.Found, slug=st.sampled_from(["rest-person", "rest-account"]), window=drawn.windows),
        drawn.like_shares,
    ),
    _test(st.builds(f.Answered, answer=st.just("free"), window=drawn.windows), NUMBERS),
    _test(st.builds(f.Member, slug=st.just("free")), drawn.like_truths),
    _test(st.builds(f.Said, label=st.just("more_capacity"), window=drawn.windows), drawn.like_shares),
    _test(st.builds(f.Score, name=st.just("free")), drawn.like_shares),
)


def _more(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    groups = st.lists(inner, min_size=1, max_size=3).map(tuple)
    weights = st.lists(st.tuples(st.integers(1, 3).map(Decimal), inner), min_size=1, max_size=3).map(tuple)
    shares = st.sampled_from([Decimal("0.3"), Decimal("0.5"), Decimal(1)])
    return st.one_of(
        st.builds(AllOf, groups),
        st.builds(AnyOf, groups),
        st.builds(Not, inner),
        st.builds(Weighed, weights, shares),
    )


rules: st.SearchStrategy[Rule] = st.recursive(tests, _more, max_leaves=5)
