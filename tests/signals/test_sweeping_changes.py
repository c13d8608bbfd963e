"""Drops and spikes: one pass over all events leaves out nobody whom the baseline says to have changed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app import sweeping
from signals_app.models import Event, SignalDefinition
from signals_app.sweeping import changes, zones
from signals_app.sweeping.asking import Asking
from tests.build import a_source, an_account
from tests.examples import slow
from tests.signals import sweeping_world as world
from upsell_project.lib.rules.facts import Changed, Of, Span, Turn

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
ZONES = ("", "Asia/Kolkata", "America/New_York", "Pacific/Chatham")
ACCOUNTS = 24


def histories(draw: random.Random, turn: Turn, span: Span) -> None:
    """Accounts that come and go, week by week and day by day, most of them at the edge of a change."""
    source = a_source("http").pk
    rows: list[Event] = []
    for _ in range(ACCOUNTS):
        account = an_account(timezone=draw.choice(ZONES)).pk
        rows += [
            Event(
                source_id=source, message_id="m", kind="track", name="Exported", account_id=account,
                occurred_at=at, received_at=at,
            )
            for at in _happened(draw, turn, 7 if span is Span.WEEK else 1)
        ]  # fmt: skip
    Event.objects.bulk_create(rows)


def _happened(draw: random.Random, turn: Turn, length: int) -> Iterator[datetime]:
    days = draw.choice((20, 34, 40, 55, 63))
    usual, noise = draw.choice((2, 5, 9)), draw.choice((0.0, 0.3))
    last = draw.choice((0.0, 0.4, 0.7)) if turn is Turn.DROP else draw.choice((1.5, 2.5, 6.0))
    quiet = draw.choice((-1, -1, draw.randrange(1, 9)))
    for back in range(days):
        factor = last if back <= length else 0.2 if back // 7 == quiet else 1 + draw.uniform(-noise, noise)
        for _ in range(round(usual * factor)):
            yield NOW - timedelta(days=back, minutes=draw.randrange(1440))


def a_change(turn: Turn, span: Span) -> SignalDefinition:
    config = {"turn": turn.value, "span": span.value, "events": ["Exported"]}
    return world.a_definition("change", config, detector="change", about="account")


@pytest.mark.parametrize("span", list(Span))
@pytest.mark.parametrize("turn", list(Turn))
@settings(max_examples=slow(4))
@given(seed=st.integers(0, 10**6))
def test_whoever_changed_is_a_candidate(turn: Turn, span: Span, seed: int) -> None:
    with transaction.atomic():
        histories(random.Random(seed), turn, span)
        one, part = world.a_part(a_change(turn, span))
        whose = world.subjects(Of.ACCOUNT)
        verdicts = world.verdicts(part, whose, NOW)
        changed = {world.key(who) for who, verdict in zip(whose, verdicts, strict=True) if verdict}
        candidates = {id for ids in sweeping.ids(one, None, NOW) for id in ids}
        transaction.set_rollback(True)
    assert changed <= candidates


def test_the_steady_are_left_out() -> None:
    """Two in a day, day after day: no candidates."""
    source, account = a_source("http").pk, an_account().pk
    times = (NOW - timedelta(days=back, hours=hour) for back in range(60) for hour in (1, 2))
    for at in times:
        Event.objects.create(
            source_id=source, message_id="m", kind="track", name="Exported", account_id=account,
            occurred_at=at, received_at=at,
        )  # fmt: skip
    for turn in Turn:
        for span in Span:
            SignalDefinition.objects.all().delete()
            one, _ = world.a_part(a_change(turn, span))
            assert list(sweeping.ids(one, None, NOW)) == []


@pytest.mark.parametrize("span", list(Span))
@pytest.mark.parametrize("turn", list(Turn))
def test_days_begin_at_midnight_in_each_zone_there_is(turn: Turn, span: Span) -> None:
    """Zones that are alike are told together; none is left out or has another's days."""
    fact = Changed(turn, ("Exported",), span)
    told = changes._bounds(fact, Asking(Of.ACCOUNT, NOW, None))
    found = {zone: one["bounds"] for one in told for zone in one["zones"]}
    assert found.keys() == zones.every().keys() and len(told) < len(found) / 4
    assert sum(len(one["zones"]) for one in told) == len(found)
    for name, zone in zones.every().items():
        begins = [datetime.fromisoformat(text) for text in found[name][1:-1].split(",")]
        days = [begin.astimezone(zone).date() for begin in begins]
        # By seconds: a midnight that is left out, or comes twice, is equal to no moment elsewhere.
        midnights = [datetime.combine(day, datetime.min.time(), zone).timestamp() for day in days]
        assert [begin.timestamp() for begin in begins] == midnights
        today = NOW.astimezone(zone).date()
        assert days[-1] == today + timedelta(days=turn is Turn.SPIKE)
        assert {later - day for day, later in pairwise(days)} == {
            timedelta(days=7 if span is Span.WEEK else 1)
        }
