"""The newest event of each that fits is the one that is found by looking at every event."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from signals_app.doers import Doers, Wheres
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Of, Op, Where
from upsell_project.lib.rules.measuring import Happened, fits

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VALUES = st.sampled_from(["a", "b", "1", 1, True, 1.0, 0, None, ["a"], {"deep": "a"}])
PATHS = st.sampled_from(["tier", "n", "n.deep"])
WHERES = st.lists(
    st.lists(
        st.builds(Where, PATHS, st.sampled_from([Op.IS, Op.IS_NOT]), st.sampled_from(["a", "b", 1, True]))
        | st.builds(lambda path: Where(path, Op.UNKNOWN, None), PATHS),
        min_size=1,
        max_size=2,
    ).map(tuple),
    min_size=1,
    max_size=2,
).map(tuple)
DID = st.tuples(
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, 7, 8]),
    st.dictionaries(st.sampled_from(["tier", "n"]), VALUES),
)


Did = tuple[int | None, int | None, dict[str, object]]


def stored(did: list[Did]) -> list[Stored]:
    """In their order, a minute apart."""
    return [
        Stored(
            n, 1, Incoming("track", str(n), NOON + timedelta(minutes=n), "Opened", properties=said), *whose
        )
        for n, (*whose, said) in enumerate(did, 1)
    ]


@given(st.lists(DID, max_size=12), st.none() | WHERES, st.sampled_from(Of))
def test_the_newest_that_fits_is_found(did: list[Did], wheres: Wheres | None, of: Of) -> None:
    events = stored(did)
    expected: dict[Subject, Stored] = {}
    for one in events:
        event = Happened(one.item.occurred_at, one.item.name, one.item.properties)
        person = one.person_id if of is Of.PERSON else None
        if not (person if of is Of.PERSON else one.account_id):
            continue
        if wheres is None or any(fits(where, event) for where in wheres):
            expected[Subject(person, one.account_id)] = one
    assert Doers(events).newest(wheres, of) == expected


def test_of_several_values_that_fit_the_newest_counts() -> None:
    events = stored([(1, 7, {"tier": tier}) for tier in ("a", "b", "a", "c")])
    wheres = ((Where("tier", Op.IS_NOT, "c"),),)
    assert Doers(events).newest(wheres, Of.PERSON) == {Subject(1, 7): events[2]}
    assert Doers(events).newest(wheres, Of.ACCOUNT) == {Subject(None, 7): events[2]}


def test_true_is_not_one() -> None:
    events = stored([(1, 7, {"n": n}) for n in (True, 1, "1")])
    for value, found in ((True, 0), (1, 1), ("1", 2)):
        newest = Doers(events).newest(((Where("n", Op.IS, value),),), Of.PERSON)
        assert newest == {Subject(1, 7): events[found]}


def test_what_cannot_be_compared_at_once_is_compared_one_by_one() -> None:
    events = stored([(1, 7, {"n": n}) for n in ("a", ["a"], {"deep": "a"}, "b")])
    assert Doers(events).newest(((Where("n", Op.IS, "a"),),), Of.PERSON) == {Subject(1, 7): events[1]}
    assert Doers(events).newest(((Where("n.deep", Op.IS, "a"),),), Of.PERSON) == {Subject(1, 7): events[2]}
