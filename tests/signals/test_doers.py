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


@given(st.lists(DID, max_size=12), st.none() | WHERES, st.sampled_from(Of))
def test_the_newest_that_fits_is_found(
    did: list[tuple[int | None, int | None, dict[str, object]]], wheres: Wheres | None, of: Of
) -> None:
    events = [
        Stored(n, 1, Incoming("track", str(n), NOON + timedelta(minutes=n), "Opened", properties=said), *who)
        for n, (*who, said) in enumerate(did, 1)
    ]
    expected: dict[Subject, Stored] = {}
    for one in events:
        event = Happened(one.item.occurred_at, one.item.name, one.item.properties)
        person = one.person_id if of is Of.PERSON else None
        if not (person if of is Of.PERSON else one.account_id):
            continue
        if wheres is None or any(fits(where, event) for where in wheres):
            expected[Subject(person, one.account_id)] = one
    assert Doers(events).newest(wheres, of) == expected
