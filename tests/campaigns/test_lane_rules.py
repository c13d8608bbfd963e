"""Lanes that ask by a rule: taken where it holds, not where it does not or nobody knows; told with the next message."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import advance, explain, outline, playbook_files
from campaigns_app.models import Enrollment
from tests.campaigns.rules import BANNER, EXPORTED, FREE, PAID, SAAS, TABLE, publish
from tests.conftest import Time
from tests.engine import MORNING, begun, enrolled, somebody, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time) -> None:
    time.set(MORNING)


def branch(*lanes: tuple[Any, list[Any]]) -> dict[str, Any]:
    return {"branch": {"lanes": [{"when": when, "steps": steps} for when, steps in lanes]}}


def leave(reason: str) -> list[Any]:
    return [{"exit": {"reason": reason}}]


@pytest.mark.parametrize(("rule", "holds"), TABLE)
def test_it_is_taken_where_it_holds(rule: Any, holds: bool | None) -> None:
    publish([branch(({"rule": rule}, leave("taken")), ("otherwise", leave("passed by")))])
    assert begun(somebody()).end_reason == ("taken" if holds else "passed by")


def test_the_first_that_holds_is_taken_and_older_conditions_stand_beside_it() -> None:
    publish(
        [
            branch(
                ("clicked", leave("clicked")),
                ({"rule": PAID}, leave("paid")),
                ({"rule": FREE}, leave("free")),
                ({"rule": {"not": EXPORTED}}, leave("calm")),
                ("otherwise", leave("other")),
            )
        ]
    )
    assert begun(somebody()).end_reason == "free"


def test_explain_says_by_which_rules_it_came_to_a_message() -> None:
    publish(
        [branch(({"rule": {"all": [FREE, SAAS]}}, []), ("otherwise", [BANNER])), {"wait_until": {"hours": 1}}]
    )
    person = somebody()
    run = begun(person)
    (said,) = explain.evaluations(person)
    gate = next(one for one in said["gates"] if one["gate"] == "lane_rule")
    assert gate["passed"]
    assert gate["input"]["lane"] == "otherwise"
    (asked,) = gate["input"]["asked"]
    assert (asked["lane"], asked["holds"]) == ("Account plan is free, and account industry is saas", None)
    assert [(one["condition"], one["value"], one["holds"]) for one in asked["conditions"]] == [
        ("Account plan is free", "free", True),
        ("Account industry is saas", None, None),
    ]
    assert run.lane_gates == [], "told once"


def test_what_was_asked_is_kept_until_a_message_later_tells_it(time: Time) -> None:
    steps = [branch(({"rule": FREE}, [{"wait_until": {"hours": 2}}]), ("otherwise", [])), BANNER]
    publish([*steps, {"wait_until": {"hours": 1}}])
    person = somebody()
    run = begun(person)
    assert [one["gate"] for one in run.lane_gates] == ["lane_rule"]
    time.move(hours=2)
    work()
    (said,) = explain.evaluations(person)
    assert [one["gate"] for one in said["gates"]].count("lane_rule") == 1


def test_many_runs_ask_for_their_facts_once() -> None:
    counts = []
    for when in ("high_value", {"rule": {"all": [EXPORTED, FREE]}}):
        publish([branch((when, leave("a")), ("otherwise", leave("b")))])
        for _ in range(15):
            enrolled(somebody())
        with CaptureQueriesContext(connection) as captured:
            assert advance.due() == 15
        counts.append(len(captured))
    assert Enrollment.objects.filter(state="finished").count() == 30
    assert counts[1] <= counts[0] + 5


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"rule": {"any": [{**FREE, "op": "x"}]}}, r"lanes\[0\]\.when\.rule\.any\[0\]\.op must be one of"),
        ({"rule": {}}, r"lanes\[0\]\.when\.rule\.fact must be"),
        ({"rule": FREE, "more": 1}, "an object of rule alone"),
        ("rule", "`when` is one of"),
        (None, "`when` is one of"),
    ],
)
def test_a_lane_that_asks_wrongly_is_refused_with_its_place(when: Any, said: str) -> None:
    with pytest.raises(playbook_files.Invalid, match=said):
        publish([branch((when, []), ("otherwise", []))])


def test_it_reads_as_a_sentence_and_is_written_back_as_it_was() -> None:
    steps = [branch(({"rule": FREE}, leave("x")), ("otherwise", []))]
    version = publish(steps, entry=SAAS, exit_when=PAID, minimum_confidence=0.75)
    assert playbook_files.same(version, {"steps": steps, "entry": SAAS, "exit_when": PAID})
    (line,) = outline.of(version)
    assert line.sentence == "Go by whether account plan is free"
    assert [one.label for one in line.branches] == ["If account plan is free", "Otherwise"]
    version.refresh_from_db()
    assert outline.rules(version) == [
        "Signals of at least 75 % confidence may start it",
        "Only for whom this holds: Account industry is saas",
        "Ends at once when this holds: Not: account plan is free",
    ]
