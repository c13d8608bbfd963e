"""Rules as JSON: read back as they were written, refused with every place and reason, said as sentences."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules import drawn
from upsell_project.lib import seasons
from upsell_project.lib.rules import judging, reading, wording, writing
from upsell_project.lib.rules.facts import Changed, Events, Fact, Measure, Member, Op, Season, Trait, Value
from upsell_project.lib.rules.reading import Unreadable
from upsell_project.lib.rules.tree import Rule, Test

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
SEASON = {"fact": "season", "name": "black_friday", "op": "is", "value": "during"}
IN_TURN = {
    "fact": "sequence",
    "names": ["Trial Started", "Feature Denied"],
    "window": {"days": 14},
    "where": [[], [{"path": "feature", "op": "is", "value": "exports"}]],
    "op": "at_least",
    "value": 1,
}
DROP = {"fact": "change", "turn": "drop", "op": "is", "value": True}
VIP = {"fact": "segment", "slug": "vips", "op": "is", "value": True}
WEIGHED = {"weighed": [{"weight": 3, "if": FREE}, {"weight": 2, "if": VIP}], "at_least": 0.6}
SAID = {"fact": "intent", "label": "value_doubt", "window": {"days": 30}, "op": "at_least", "value": 0.6}


@given(drawn.rules)
def test_what_is_written_is_read_back_as_the_same(rule: Rule) -> None:
    assert reading.read(json.loads(json.dumps(writing.written(rule)))) == rule
    assert wording.sentence(rule)


nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "weighed", "at_least", "weight", "if", *FREE, *PREMIUM]),
            inner,
            max_size=4,
        )
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
        place = place.get("if", place)
    place[data.draw(st.sampled_from(["op", "fact"]))] = ["?"]
    with pytest.raises(Unreadable):
        reading.read(raw)


BY_DAYS = "must be 0 to 366 days"
FITTING = "does not fit {}: must be one of {}"
NUMBERS = "is, is_not, one_of, known, unknown, at_least, more_than, at_most, less_than, between"
PROPERTIES = "is, is_not, one_of, contains, contains_word, at_least, more_than, at_most, less_than, between,"
PROPERTIES += " known, unknown"


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
            [("where[0].path", "must not be empty")],
        ),
        (FREE | {"op": "within", "value": [3, 1]}, [("value", "must be the smaller number first")]),
        ({"fact": "segment", "op": "is", "value": True}, [("slug", "is missing")]),
        ({"op": "is"}, [("fact", f"must be one of {', '.join(reading.KINDS)}")]),
        (SEASON | {"name": "easter"}, [("name", f"must be one of {', '.join(get_args(seasons.Name))}")]),
        (SEASON | {"before": 367, "after": -1}, [("before", BY_DAYS), ("after", BY_DAYS)]),
        (SEASON | {"before": True}, [("before", BY_DAYS)]),
        (SEASON | {"value": "soon"}, [("value", "must be one of before, during, after, none")]),
        (SEASON | {"value": "before"}, [("before", "must be at least 1 where the value is before")]),
        (
            {"not": SEASON | {"before": 3, "op": "one_of", "value": ["before", "after"]}},
            [("not.after", "must be at least 1 where the value is after")],
        ),
        (
            SEASON | {"op": "contains"},
            [("op", FITTING.format("season", "is, is_not, one_of, known, unknown"))],
        ),
        (DROP | {"op": "known"}, [("op", FITTING.format("change", "is, is_not"))]),
        (DROP | {"value": 1}, [("value", "must be true or false")]),
        (DROP | {"span": "month"}, [("span", "must be one of day, week")]),
        ({"fact": "change", "op": "is", "value": True}, [("turn", "is missing")]),
        (VIP | {"op": "at_least", "value": 1}, [("op", FITTING.format("segment", "is, is_not"))]),
        (VIP | {"value": "yes"}, [("value", "must be true or false")]),
        (
            PREMIUM | {"op": "within", "value": [0, 1]},
            [("op", FITTING.format("the count of events", NUMBERS))],
        ),
        (PREMIUM | {"op": "is", "value": "5"}, [("value", "must be a number")]),
        (PREMIUM | {"op": "one_of", "value": [1, True]}, [("value[1]", "must be a number")]),
        (
            PREMIUM | {"measure": "last", "path": "n", "op": "within", "value": [0, 1]},
            [("op", FITTING.format("the last of events", PROPERTIES))],
        ),
        (
            PREMIUM | {"where": [{"path": "on", "op": "within", "value": [0, 1]}]},
            [("where[0].op", "compares dates, which properties are not")],
        ),
        (
            {"all": [IN_TURN | {"where": [[], [{"path": "n", "op": "at_least", "value": "x"}]]}]},
            [("all[0].where[1][0].value", "must be a number")],
        ),
        (
            IN_TURN | {"where": [[{"op": "known"}], 7]},
            [
                ("where[0][0].path", "must be a text of at most 200 characters"),
                ("where[1]", "must be a list of at most 20 properties"),
            ],
        ),
        (
            IN_TURN | {"where": [{"path": "n", "op": "known"}]},
            [("where[0]", "must be a list of at most 20 properties")],
        ),
        (IN_TURN | {"where": {}}, [("where", "must be a list of a list of properties for each event")]),
        (IN_TURN | {"where": [[]]}, [("where", "must have a list of properties for each event")]),
        (IN_TURN | {"where": [[]] * 3}, [("where", "must have a list of properties for each event")]),
        (NEAR | {"op": "contains"}, [("op", FITTING.format("entitlement", NUMBERS))]),
        (SAID | {"value": 60}, [("value", "must be a number from 0 to 1")]),
        (SAID | {"op": "between", "value": [0.5, 1.5]}, [("value[1]", "must be a number from 0 to 1")]),
        (FREE | {"op": "within", "value": [0, 3661]}, [("value[1]", "must be a whole number of days")]),
        (WEIGHED | {"at_least": 0}, [("at_least", "must be a share above 0, at most 1")]),
        (WEIGHED | {"at_least": 1.01}, [("at_least", "must be a share above 0, at most 1")]),
        (WEIGHED | {"at_least": float("nan")}, [("at_least", "must be a share above 0, at most 1")]),
        (WEIGHED | {"at_least": True}, [("at_least", "must be a share above 0, at most 1")]),
        ({"weighed": WEIGHED["weighed"]}, [("at_least", "must be a share above 0, at most 1")]),
        (WEIGHED | {"weighed": []}, [("weighed", "must be a list with at least one condition")]),
        (WEIGHED | {"op": "is"}, [("op", "has no place beside weighed")]),
        ({"not": FREE, "at_least": 1}, [("at_least", "has no place beside not")]),
        (
            {
                "all": [
                    WEIGHED | {"weighed": [{"weight": 0, "if": FREE}, {"weight": 1}, {"weight": 1, "if": 7}]}
                ]
            },
            [
                ("all[0].weighed[0].weight", "must be a number above 0, at most 1000000"),
                ("all[0].weighed[1]", "must be an object of weight and if"),
                ("all[0].weighed[2].if", "must be an object"),
            ],
        ),
        (
            WEIGHED | {"weighed": [{"weight": float("inf"), "if": FREE | {"op": "?"}}]},
            [
                ("weighed[0].weight", "must be a number above 0, at most 1000000"),
                ("weighed[0].if.op", f"must be one of {', '.join(Op)}"),
            ],
        ),
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


def nested(levels: int, inner: Any) -> Any:
    for level in range(levels):
        inner = {"not": inner} if level % 2 else {"weighed": [{"weight": 1, "if": inner}], "at_least": 1}
    return inner


def test_it_is_bounded() -> None:
    for raw in (nested(8, FREE), {"all": [FREE] * 101}):
        with pytest.raises(Unreadable):
            reading.read(raw)
    for raw in (nested(7, FREE), {"all": [FREE] * 100}):
        reading.read(raw)


@given(drawn.wild_tests)
def test_what_is_read_can_be_answered(test: Test) -> None:
    """Where no answer of its kind would ever decide it, it is refused."""
    try:
        read = reading.read(json.loads(json.dumps(writing.written(test))))
    except Unreadable:
        return
    here = judging.at(drawn.NOW, "UTC")
    answers = {judging.judge(read, {test.fact: answer}, here) for answer in some(test.fact)}
    assert answers - {None}


def some(fact: Fact) -> list[Value]:
    """Answers as there are."""
    if isinstance(fact, Changed | Member):
        return [True, False]
    if isinstance(fact, Season):
        return ["before", "during", "after", "none"]
    if isinstance(fact, Trait):
        return ["free", 1, True, frozenset({"free"}), drawn.NOW]
    if isinstance(fact, Events) and fact.measure is Measure.LAST:
        return ["free", 1, True]
    return [0, 1]


@pytest.mark.parametrize("raw", [WEIGHED, IN_TURN, DROP | {"names": ["Report Exported"], "of": "person"}])
def test_what_is_read_is_written_as_it_was(raw: Any) -> None:
    assert json.dumps(writing.written(reading.read(raw)), sort_keys=True) == json.dumps(raw, sort_keys=True)


def test_an_unknown_trait_is_fine() -> None:
    """Whatever was said of an account is a trait of it."""
    reading.read(FREE | {"name": "shoe_size", "op": "at_least", "value": 43})
