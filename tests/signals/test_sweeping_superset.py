"""Nobody is left out: whoever a rule can be true of by time alone is among the candidates, whatever the rule."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app import sweeping
from signals_app.compiled import Compiled
from signals_app.models import MeterTotal, SignalDefinition
from signals_app.sweeping import reach
from tests.examples import slow
from tests.signals import sweeping_world as world
from tests.signals.sweeping_rules import rules
from tests.signals.sweeping_world import LAST, NOW
from upsell_project.lib.rules import timing, writing
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import Rule

pytestmark = pytest.mark.django_db
SEEDS = (1, 2)
COUNTED = 2
"""Of the world of this seed events are counted for everybody, where they would be looked up for each."""


@pytest.fixture(scope="module", autouse=True, params=SEEDS)
def somewhere(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Once for all examples: each test's transaction lies inside this one."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        world.make(request.param)
        if request.param == COUNTED:
            patch.setattr(reach, "MOST", "SELECT 1000000 AS count")
        yield
        transaction.set_rollback(True)


def definition(rule: Rule, of: Of) -> SignalDefinition:
    SignalDefinition.objects.filter(slug="drawn").delete()
    return world.a_definition("drawn", {"rule": writing.written(rule)}, about=of.value)


def found(one: Compiled, since: datetime | None, now: datetime) -> set[int]:
    return {id for ids in sweeping.ids(one, since, now) for id in ids}


@settings(max_examples=slow(60))
@given(rule=rules, of=st.sampled_from(Of))
def test_whoever_it_holds_for_is_a_candidate(rule: Rule, of: Of) -> None:
    one, part = world.a_part(definition(rule, of))
    if not timing.rises(part.rule):
        assert found(one, NOW - timedelta(hours=1), NOW) == set(), (
            "but at the first look time has nothing to do"
        )
    whose = world.subjects(of)
    holds = {
        world.key(subject)
        for subject, verdict in zip(whose, world.verdicts(part, whose, NOW), strict=True)
        if verdict
    }
    assert holds <= found(one, None, NOW)


@settings(max_examples=slow(60))
@given(
    rule=rules,
    of=st.sampled_from(Of),
    hours=st.sampled_from([0.25, 1, 1, 5, 30, 200]),
    at=st.integers(0, 40),
)
def test_whoever_it_begins_to_hold_for_is_a_candidate(rule: Rule, of: Of, hours: float, at: int) -> None:
    # Use that is dated later than it was counted would make rules hold that time alone cannot.
    MeterTotal.objects.filter(period__gt=LAST.date()).delete()
    one, part = world.a_part(definition(rule, of))
    now = LAST + timedelta(hours=hours + at / 2)
    since = now - timedelta(hours=hours)
    whose = world.subjects(of)
    then, later = world.verdicts(part, whose, since), world.verdicts(part, whose, now)
    risen = {
        world.key(subject)
        for subject, before, after in zip(whose, then, later, strict=True)
        if after and not before
    }
    assert risen <= found(one, since, now)
