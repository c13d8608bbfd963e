"""Of rules that cannot hold by what is known without them no events are read, and nobody can tell the difference."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from signals_app import compiled, judged
from signals_app.compiled import Compiled
from signals_app.knowing import stored_events
from signals_app.models import SignalDefinition
from signals_app.subjects import Subject
from signals_app.triggered import Asked
from tests.build import a_person, an_account, an_event
from tests.signals.knowing_world import QUICK
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
NAMES = ("Report Exported", "Module Opened", "Plan Upgraded")
EXPORTED = NAMES[0]
ACTIVE = {"events": [EXPORTED], "at_least": 2, "days": 30}
PRO = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "pro"}
OFTEN = {"fact": "events", "names": [EXPORTED], "window": {"days": 7}, "op": "at_least", "value": 2}
RARELY = OFTEN | {"op": "at_most", "value": 1}
MODULES = OFTEN | {"measure": "distinct", "path": "module"}
TRIAL = {"trait": "trial_ends_at", "from": -3, "to": 7, "activity": ACTIVE}
SEATS = {"resources": ["seats"], "fire_at": 0.8, "rearm_below": 0.5}
RENEWS = {"trait": "renews_at", "from": -45, "to": 0, "activity": ACTIVE}
TAX = {"season": "tax_season", "before": 30, "activity": ACTIVE}
CONFIGS: list[tuple[str, Any, Any]] = [
    ("calendar", RENEWS, {}),
    ("calendar", RENEWS, {"any": [PRO, OFTEN]}),
    ("calendar", TAX, {}),
    ("lifecycle", TRIAL, {}),
    ("lifecycle", TRIAL | {"unless": ["Plan Upgraded"]}, {}),
    ("lifecycle", TRIAL | {"events": ["Module Opened"]}, {}),
    ("lifecycle", TRIAL | {"events": ["Module Opened"]}, PRO),
    ("threshold", SEATS, {}),
    ("threshold", SEATS, OFTEN),
    ("threshold", SEATS, {"any": [PRO, RARELY]}),
    ("threshold", SEATS, {"not": MODULES}),
    ("composite", {"mode": "all", "parts": [{"if": PRO}, {"if": OFTEN}]}, {}),
]


def made(detector: str, config: Any, condition: Any, about: str) -> Compiled:
    slug = f"{detector}-{config}-{condition}-{about}"
    return compiled.of(
        SignalDefinition(slug=slug, detector=detector, config=config, condition=condition, about=about)
    )


ALL = st.lists(
    st.builds(
        lambda one, about: (*one, about), st.sampled_from(CONFIGS), st.sampled_from(["person", "account"])
    ),
    min_size=1,
    max_size=6,
)
DAYS = st.none() | st.integers(-60, 60)


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, Any]:
    """What is known of an account without looking at events."""
    fields: dict[str, Any] = {"plan": draw(st.sampled_from(["free", "pro", ""]))}
    for name in ("renews_at", "trial_ends_at"):
        days = draw(DAYS)
        fields[name] = None if days is None else clock.now() + timedelta(days=days)
    fields["industry"] = draw(st.sampled_from(["accounting", "retail", ""]))
    fields["country"] = draw(st.sampled_from(["US", "DE", ""]))
    fields["caps"] = draw(st.sampled_from([{}, {"seats": 10}]))
    fields["seats_used"] = draw(st.none() | st.integers(0, 12))
    return fields


STORIES = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 40), st.sampled_from("ab")), max_size=8)


@QUICK
@given(ALL, accounts(), STORIES)
def test_what_is_not_read_changes_nothing(
    definitions: list[Any], account: dict[str, Any], story: list[tuple[str, int, str]]
) -> None:
    with transaction.atomic():
        person = a_person(account=an_account(**account))
        for name, days, module in story:
            an_event(person, name, timedelta(days=days), module=module)
        home = person.memberships.get().account_id
        asked = [
            Asked(one, Subject(person.pk if one.of == "person" else None, home), {}, None)
            for one in (made(*each) for each in definitions)
        ]
        spared, _ = judged.judge(asked, clock.now())
        whole, _ = judged.judge(asked, clock.now(), whole=True)
        transaction.set_rollback(True)
    assert [told(one) for one in spared] == [told(one) for one in whole]


def told(one: judged.Judged) -> Any:
    """All that becomes of it: of what holds also what it rests on."""
    holds = one.moment.verdict is True
    values = {fact: one.known.values.get(fact) for fact in one.moment.part.asks} if holds else {}
    return holds, one.moment.rearmed, one.moment.period, values


@pytest.mark.parametrize(
    ("detector", "config", "condition", "reads"),
    [
        ("calendar", RENEWS, {}, False),
        ("calendar", RENEWS | {"to": 20, "from": -90}, {}, True),
        ("lifecycle", TRIAL, {}, False),
        ("lifecycle", TRIAL | {"events": ["Module Opened"]}, PRO, True),
        ("threshold", SEATS, OFTEN, False),
        ("threshold", SEATS | {"fire_at": 0.6}, OFTEN, True),
    ],
)
def test_no_events_are_read_for_what_cannot_hold(
    detector: str, config: Any, condition: Any, reads: bool
) -> None:
    """Where events arm it again they are read whatever else is known."""
    facts: dict[str, Any] = {
        "renews_at": clock.now() + timedelta(days=80),
        "caps": {"seats": 10},
        "seats_used": 7,
    }
    person = a_person(account=an_account(**facts))
    subject = Subject(person.pk, person.memberships.get().account_id)
    one = Asked(made(detector, config, condition, "person"), subject, {}, None)
    with patch.object(stored_events, "_ask", wraps=stored_events._ask) as asked:
        judged.judge([one], clock.now())
    assert asked.called is reads
