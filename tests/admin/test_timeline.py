"""`timeline.entries`: everything about one person, newest first, page by page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import timeline
from tests.admin.world import a_world, an_interaction
from tests.build import a_permission, a_person, an_event
from tests.conftest import Time

pytestmark = pytest.mark.django_db
KINDS = {"event", "signal", "enrollment", "decision", "delivery", "interaction", "consent"}


def test_it_holds_every_kind_newest_first(time: Time) -> None:
    world = a_world()
    time.move(hours=1)
    a_permission(world.person, "email", granted=False)
    entries, cursor = timeline.entries(world.person)
    assert {entry.kind for entry in entries} == KINDS
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert entries[0].summary == "Withdrew marketing on E-mail, every topic"
    assert cursor is None


def test_at_one_moment_effects_stand_above_their_causes(time: Time) -> None:
    world = a_world()
    kinds = [entry.kind for entry in timeline.entries(world.person)[0]]
    firsts = [
        kinds.index(kind) for kind in ("interaction", "delivery", "decision", "enrollment", "signal", "event")
    ]
    assert firsts == sorted(firsts)


def test_pages_join_without_gap_or_repetition_although_times_are_equal(time: Time) -> None:
    world = a_world()
    for _ in range(5):
        an_event(world.person, "Report Exported")
        an_interaction(world.delivery, "viewed")
    whole, _ = timeline.entries(world.person)
    assert len(whole) > 15
    found, cursor = timeline.entries(world.person, limit=2)
    while cursor:
        page, cursor = timeline.entries(world.person, limit=2, before=cursor)
        assert 1 <= len(page) <= 2
        found += page
    assert found == whole


def test_what_happens_meanwhile_does_not_move_the_pages(time: Time) -> None:
    world = a_world()
    whole, _ = timeline.entries(world.person)
    first, cursor = timeline.entries(world.person, limit=3)
    time.move(minutes=1)
    an_event(world.person, "Later")
    rest, _ = timeline.entries(world.person, before=cursor)
    assert first + rest == whole


def test_both_ends_of_an_enrollment_are_told(time: Time) -> None:
    world = a_world()
    time.move(hours=2)
    world.enrollment.state, world.enrollment.end_reason = "finished", "opted_out"
    world.enrollment.ended_at = time.now
    world.enrollment.save()
    entries, _ = timeline.entries(world.person)
    told = [entry.summary for entry in entries if entry.kind == "enrollment"]
    assert told == ["Left Power user upsell: opted out", "Entered Power user upsell, version 1"]


def test_seven_statements_whatever_the_length(time: Time) -> None:
    world = a_world()
    for number in range(30):
        an_event(world.person, "Report Exported", ago=timedelta(minutes=number))
    with CaptureQueriesContext(connection) as queries:
        _, cursor = timeline.entries(world.person, limit=10)
        assert len(queries) <= 7
        timeline.entries(world.person, limit=10, before=cursor)
    assert len(queries) <= 14


def test_nobody_elses_life_is_told(time: Time) -> None:
    world = a_world()
    other = a_person("u2", world.person.memberships.get().account)
    assert timeline.entries(other) == ([], None)


def test_addresses_are_masked(time: Time) -> None:
    person = a_person("u1")
    an_event(person, "Invited", email="anna@example.com", friends=[{"phone": "+4915112345678"}])
    data = timeline.entries(person)[0][0].data["properties"]
    assert data == {"email": "a***@e***.com", "friends": [{"phone": "+49***78"}]}


@pytest.mark.parametrize("cursor", ["x", "bm9uZQ", "W10", "é", "WyIyMDI2LTAxLTAxIiwgMCwgIjEiXQ"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor is not valid"):
        timeline.entries(a_person("u1"), before=cursor)
