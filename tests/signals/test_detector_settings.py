"""Settings of every kind of detector: what they mean as a rule, and what is said of those that are wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals_app.detectors import DETECTORS
from signals_app.detectors.settings import problems
from signals_app.detectors.shared.checks import faults
from signals_app.detectors.shared.fields import Sort
from tests.signals.sound_settings import ACCOUNT, ACTIVE, DATED, LEFT, PERSON, RATIO, RENEWS, SOUND
from tests.signals.wrong_settings import WRONG
from upsell_project.lib.rules import reading, wording, writing
from upsell_project.lib.rules.facts import Changed, Events
from upsell_project.lib.rules.judging import At, judge
from upsell_project.lib.rules.tree import Rule
from upsell_project.lib.rules.tree import facts as facts_of


@pytest.mark.parametrize(("kind", "config", "rule", "rearm"), SOUND)
def test_settings_stand_for_a_rule(kind: str, config: Any, rule: Rule, rearm: Rule | None) -> None:
    assert problems(kind, config) == []
    assert DETECTORS[kind].rule(config, ACCOUNT, "exports") == rule
    assert DETECTORS[kind].rearm(config, ACCOUNT, "exports") == rearm
    assert all(reading.read(writing.written(one)) == one for one in (rule, rearm) if one)
    assert len(wording.sentence(rule)) > 10


def test_every_kind_is_tried() -> None:
    assert {kind for kind, *_ in SOUND} == set(DETECTORS)


def test_events_are_the_persons_own_where_the_definition_is_about_a_person() -> None:
    for kind, config, *_ in SOUND:
        if kind not in ("composite", "rule"):
            facts = facts_of(DETECTORS[kind].rule(config, PERSON, "exports"))
            assert {fact.of for fact in facts if isinstance(fact, Events | Changed)} <= {PERSON}


FIELDS = [(kind, field) for kind, detector in DETECTORS.items() for field in detector.FIELDS]


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_every_setting_has_help_and_an_example_and_a_default_that_are_sound(kind: str, field: Any) -> None:
    assert field.help[0].isupper() or field.help[0] == "`"
    assert field.help.endswith(".")
    assert faults((field,), {field.name: field.example}, "config") == []
    if field.default is not None:
        assert faults((replace(field, required=False),), {field.name: field.default}, "config") == []


def test_required_settings_have_no_default_and_names_are_told_once() -> None:
    for detector in DETECTORS.values():
        names = [field.name for field in detector.FIELDS]
        assert len(names) == len(set(names))
        assert not [field for field in detector.FIELDS if field.required and field.default is not None]


@pytest.mark.parametrize(("kind", "config", "sentence"), WRONG)
def test_what_is_wrong_is_said_with_its_path(kind: str, config: Any, sentence: str) -> None:
    assert any(found.startswith(sentence) for found in problems(kind, config)), problems(kind, config)


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems("threshold", {"fire_at": "x", "b": 1, "a": 1})
    assert [one.partition(":")[0] for one in found] == [
        "config.resources",
        "config.fire_at",
        "config.rearm_below",
        "config.a",
        "config.b",
    ]


def test_of_a_kind_that_there_is_not_nothing_is_said() -> None:
    assert problems("magic", {}) == []


BOUNDS = [
    ("threshold", {"resources": ["*"], "fire_at": 10, "rearm_below": 10}),
    ("frequency", {"event": "A", "count": 1_000_000, "days": 730}),
    ("forecast", {"resources": ["*"], "within": 366, "rearm_above": 366}),
    ("calendar", DATED | {"from": -730, "to": 730}),
    ("calendar", DATED | {"from": 3, "to": 3}),
    ("explicit", {"events": ["A"], "hours": 744, "label": "leaving", "confidence": 1}),
    ("score", {"name": "health", "at_least": 1, "rearm": 1}),
]


@pytest.mark.parametrize(("kind", "config"), BOUNDS)
def test_bounds_belong_to_what_is_allowed(kind: str, config: Any) -> None:
    assert problems(kind, config) == []


NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = At(NOW, date(2026, 3, 2))


@pytest.mark.parametrize(("ahead", "events", "found"), [(45, 10, True), (46, 10, False), (45, 9, False)])
def test_a_renewal_ahead_is_found_only_with_activity(ahead: int, events: int, found: bool) -> None:
    known: dict[Any, Any] = {RENEWS: NOW + timedelta(days=ahead), ACTIVE.fact: events}
    assert judge(DETECTORS["calendar"].rule(DATED, ACCOUNT, ""), known, AT) is found
    rearm = DETECTORS["calendar"].rearm(DATED, ACCOUNT, "")
    assert rearm is not None
    assert judge(rearm, known, AT) is (ahead > 45)
    assert judge(rearm, {}, AT) is True


def test_a_forecast_is_silent_once_the_limit_is_reached() -> None:
    rule = DETECTORS["forecast"].rule({"resources": ["*"], "within": 7}, ACCOUNT, "exports")
    assert judge(rule, {LEFT: 7, RATIO: Decimal("0.99")}, AT) is True
    assert judge(rule, {LEFT: 0, RATIO: Decimal(1)}, AT) is False


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(SOUND), junk, st.data())
def test_junk_is_refused_in_sentences_and_what_is_not_refused_stands_for_a_rule(
    sound: Any, rubbish: Any, data: Any
) -> None:
    kind, config = sound[:2]
    names = [field.name for field in DETECTORS[kind].FIELDS]
    changed = data.draw(
        st.dictionaries(st.sampled_from(names), junk | st.sampled_from([1, ["A"], {}]), max_size=3)
    )
    left_out = data.draw(st.sets(st.sampled_from(names), max_size=2))
    tried = {name: value for name, value in (config | changed).items() if name not in left_out}
    for one in (tried, rubbish):
        found = problems(kind, one)
        assert all(sentence.startswith(("config.", "config: ")) for sentence in found)
        if not found:
            DETECTORS[kind].rearm(one, PERSON, "exports")
            assert wording.sentence(DETECTORS[kind].rule(one, PERSON, "exports"))


def test_sorts_are_all_used() -> None:
    assert {field.sort for _, field in FIELDS} == set(Sort)
