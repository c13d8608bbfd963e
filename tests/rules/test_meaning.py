"""What rules refer to and compare: a typing error is told with its place, and with what may have been meant."""

from typing import Any

import pytest
from hypothesis import given

from signals_app import columns
from tests.rules import drawn
from upsell_project.lib.rules import meaning, reading, tree, writing
from upsell_project.lib.rules.meaning import There
from upsell_project.lib.rules.tree import Rule

THERE = There(
    {
        "segment": frozenset({"vips", "sleeping"}),
        "signal": frozenset({"at-risk"}),
        "score": frozenset({"health"}),
        "offer": frozenset({"pro-plan"}),
        "intent": frozenset({"leaving"}),
        "answer": frozenset({"accepted", "declined"}),
    },
    {"segment": frozenset({"sleeping"})},
    columns.ANSWERS,
)
WINDOW = {"window": {"days": 30}}


def found(rule: Any) -> list[tuple[str, str]]:
    return meaning.problems(reading.read(rule), THERE)


def trait(name: str, op: str, *value: Any, of: str = "account") -> dict[str, Any]:
    return {"fact": "trait", "of": of, "name": name, "op": op} | ({"value": value[0]} if value else {})


def test_what_is_not_there_is_told_with_its_place_and_what_may_have_been_meant() -> None:
    rule = {
        "all": [
            {"not": {"fact": "segment", "slug": "vipp", "op": "is", "value": True}},
            {"any": [{"fact": "score", "name": "helth", "op": "at_least", "value": 0.5}]},
            {
                "weighed": [
                    {"weight": 1, "if": {"fact": "signal", "slug": "x", **WINDOW, "op": "at_least", "value": 0.1}}
                ],
                "at_least": 1,
            },
            {"fact": "intent", "label": "quitting", **WINDOW, "op": "at_least", "value": 0.5},
            {"fact": "answer", "answer": "acepted", "offer": "pro", **WINDOW, "op": "at_least", "value": 1},
        ]
    }  # fmt: skip
    assert found(rule) == [
        ("all[0].not.slug", "There is no segment “vipp”. Did you mean “vips”?"),
        ("all[1].any[0].name", "There is no score “helth”. Did you mean “health”?"),
        ("all[2].weighed[0].if.slug", "There is no signal “x”."),
        ("all[3].label", "There is no intent “quitting”. There are leaving."),
        ("all[4].answer", "There is no answer “acepted”. Did you mean “accepted”?"),
        ("all[4].offer", "There is no offer “pro”."),
    ]


def test_what_is_there_is_fine_and_what_is_switched_off_is_told() -> None:
    assert found({"fact": "segment", "slug": "vips", "op": "is", "value": True}) == []
    assert found({"fact": "answer", "answer": "accepted", **WINDOW, "op": "at_least", "value": 1}) == []
    ((path, sentence),) = found({"fact": "segment", "slug": "sleeping", "op": "is", "value": False})
    assert (path, sentence) == ("slug", "The segment “sleeping” is switched off, so nobody is in it.")


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (trait("mrr", "is", "x"), "value"),
        (trait("mrr", "one_of", [5, "x"]), "value"),
        (trait("mrr", "contains", "5"), "op"),
        (trait("trial_ends_at", "at_least", 5), "op"),
        (trait("renews_at", "is", "2026-01-01"), "op"),
        (trait("plan", "within", [0, 5]), "op"),
        (trait("plan", "at_least", 5), "op"),
        (trait("plan", "is", 5), "value"),
        (trait("plan", "is_not", True), "value"),
        (trait("cancelling", "is", "no"), "value"),
        (trait("seats_used", "is", True), "value"),
        (trait("role", "between", [1, 2], of="person"), "op"),
    ],
)
def test_what_can_never_hold_for_a_column_is_told(rule: Any, path: str) -> None:
    ((where, sentence),) = found(rule)
    assert where == path
    assert rule["name"] in sentence


@pytest.mark.parametrize(
    "rule",
    [
        trait("mrr", "is", 5),
        trait("mrr", "between", [1, 2.5]),
        trait("trial_ends_at", "within", [-7, 0]),
        trait("trial_ends_at", "unknown"),
        trait("plan", "one_of", ["free", "pro"]),
        trait("plan", "contains", 5),
        trait("addons", "is", "sso"),
        trait("prepaid", "known"),
        trait("cancelling", "is", False),
        trait("score_of_ours", "at_least", 5),
        trait("mrr", "is", "x", of="person"),
    ],
)
def test_what_can_hold_is_not(rule: Any) -> None:
    assert found(rule) == []


def test_the_sentences_tell_the_fix() -> None:
    assert found(trait("mrr", "is", "x")) == [
        ("value", "What the account's mrr is compared with must be a number.")
    ]
    ((_, sentence),) = found(trait("plan", "within", [0, 5]))
    assert sentence.startswith("“within” can never hold for the account's plan: compare it by one of is, ")


@given(drawn.rules)
def test_each_question_has_the_place_where_it_is_written(rule: Rule) -> None:
    written = writing.written(rule)
    placed = list(meaning.placed(rule))
    assert [test for _, test in placed] == list(tree.tests(rule))
    for path, test in placed:
        assert reading.read(at(written, path)) == test


def at(raw: Any, path: str) -> Any:
    for part in path.split(".") if path else ():
        name, _, place = part.partition("[")
        raw = raw[name][int(place[:-1])] if place else raw[name]
    return raw


@given(drawn.rules)
def test_names_are_the_same_in_json_as_in_the_rule(rule: Rule) -> None:
    said = {name for test in tree.tests(rule) for _, name in meaning.named(test.fact)}
    open_ended = {name for name in said if name[0] not in ("intent", "answer")}
    assert set(meaning.named_in(writing.written(rule))) == open_ended
