"""Rules as JSON: read back as they were written, refused with every place and reason, said as sentences."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules import drawn
from upsell_project.lib.rules import reading, wording, writing
from upsell_project.lib.rules.reading import Unreadable
from upsell_project.lib.rules.tree import Rule

FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
NEAR = {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8}
PREMIUM = {
    "fact": "events",
    "names": ["Feature Used"],
    "window": {"days": 14},
    "op": "at_least",
    "value": 5,
    "where": [{"path": "tier", "op": "is", "value": "premium"}],
}


@given(drawn.rules)
def test_what_is_written_is_read_back_as_the_same(rule: Rule) -> None:
    assert reading.read(json.loads(json.dumps(writing.written(rule)))) == rule
    assert wording.sentence(rule)


nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "any", "not", *FREE, *PREMIUM]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(nonsense)
def test_nonsense_is_refused_and_never_fails(raw: Any) -> None:
    try:
        reading.read(raw)
    except Unreadable as error:
        assert error.problems


@given(drawn.rules, st.data())
def test_one_broken_member_is_found(rule: Rule, data: st.DataObject) -> None:
    raw = json.loads(json.dumps(writing.written(rule)))
    place = raw
    while "fact" not in place:
        place = place["not"] if "not" in place else data.draw(st.sampled_from(next(iter(place.values()))))
    place[data.draw(st.sampled_from(["op", "fact"]))] = ["?"]
    with pytest.raises(Unreadable):
        reading.read(raw)


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (7, [("", "must be an object")]),
        ({"all": []}, [("all", "must be a list with at least one condition")]),
        ({"all": [FREE], "any": [FREE]}, [("any", "has no place beside all")]),
        (FREE | {"of": "dog"}, [("of", "must be one of person, account")]),
        (FREE | {"colour": 1}, [("colour", "is not known for trait")]),
        (NEAR | {"value": "much"}, [("value", "must be a number")]),
        (NEAR | {"value": float("nan")}, [("value", "must be a number")]),
        (
            {"any": [FREE, {"not": PREMIUM | {"window": {"days": 0}}}]},
            [("any[1].not.window", 'must be {"days": 1 to 730}, {"hours": 1 to 744} or {"this": "month"}')],
        ),
        (PREMIUM | {"measure": "distinct"}, [("path", "is missing: distinct needs a property")]),
        (
            PREMIUM | {"where": [{"path": "", "op": "is", "value": 1}]},
            [("where[0].path", "must be a text of at most 200 characters")],
        ),
        (FREE | {"op": "within", "value": [3, 1]}, [("value", "must be the smaller number first")]),
        ({"fact": "segment", "op": "is", "value": True}, [("slug", "is missing")]),
    ],
)
def test_every_fault_is_named_with_its_place(raw: Any, problems: list[tuple[str, str]]) -> None:
    with pytest.raises(Unreadable) as refused:
        reading.read(raw)
    assert refused.value.problems == problems


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(Unreadable) as refused:
        reading.read({"all": [FREE | {"op": "?"}, NEAR | {"share": "half"}, 3]})
    assert [path for path, _ in refused.value.problems] == ["all[0].op", "all[1].share", "all[2]"]


def test_it_is_bounded() -> None:
    deep: Any = FREE
    for _ in range(9):
        deep = {"not": deep}
    for raw in (deep, {"all": [FREE] * 101}):
        with pytest.raises(Unreadable):
            reading.read(raw)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            {"all": [NEAR, FREE]},
            "Exports used, of the limit, >= 80 %, and account plan is free",
        ),
        (NEAR | {"value": 1}, "Exports used, of the limit, >= 100 %"),
        (PREMIUM, "Times Feature Used with tier is premium in 14 days >= 5"),
        (
            {"any": [{"not": FREE}, {"all": [FREE, NEAR]}]},
            "Not: account plan is free, or (account plan is free, and exports used, of the limit, >= 80 %)",
        ),
        (
            {"fact": "trait", "of": "account", "name": "renews_at", "op": "within", "value": [-45, 0]},
            "Account renews at is at most 45 days ahead",
        ),
        ({"fact": "segment", "slug": "vips", "op": "is", "value": True}, "In the segment vips"),
        ({"fact": "segment", "slug": "vips", "op": "is_not", "value": True}, "Not in the segment vips"),
    ],
)
def test_it_reads_as_a_sentence(raw: Any, said: str) -> None:
    assert wording.sentence(reading.read(raw)) == said
