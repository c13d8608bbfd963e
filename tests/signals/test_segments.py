"""Who is in a segment, by its rule: live with what comes in, hourly with time, and never by what is not known."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from people_app.models import Person
from signals_app import knowing
from signals_app.models import Segment, SegmentMember, Source
from signals_app.segments import judge, refresh
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.databases import empty
from tests.engine import receive
from tests.examples import slow
from tests.signals.segments_world import (
    ADMIN,
    FREE,
    a_segment,
    belonging,
    everything,
    group,
    identify,
    inside,
    refreshed,
    track,
    used,
    within,
)
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def server(time: Time) -> Source:
    return a_source("http")


def test_it_works(server: Source) -> None:
    a_segment("free", FREE)
    receive(server, group("ana", "acme", plan="free"), group("bob", "globex", plan="pro"))
    assert inside("free") == {"ana"}
    receive(server, group("ana", "acme", plan="pro"), group("bob", "globex", plan="free"))
    assert inside("free") == {"bob"}


def test_since_stays_while_they_are_in_it(server: Source, time: Time) -> None:
    a_segment("free", FREE)
    receive(server, group("ana", "acme", plan="free"))
    since = SegmentMember.objects.get().since
    time.move(hours=3)
    receive(server, group("ana", "acme", plan="free", industry="retail"))
    refreshed()
    assert SegmentMember.objects.get().since == since


def test_a_new_segment_is_judged_for_everybody_by_the_job(server: Source) -> None:
    receive(server, group("ana", "acme", plan="free"), group("bob", "globex", plan="pro"))
    a_segment("free", FREE)
    assert refresh.waiting()
    refreshed()
    assert inside("free") == {"ana"}
    assert not refresh.waiting()
    assert Segment.objects.get().counted == 1


def test_what_only_time_changes_is_seen_within_the_hour(server: Source, time: Time) -> None:
    a_segment("busy", used(2, days=1))
    receive(server, track("ana"), track("ana"))
    assert inside("busy") == {"ana"}
    refreshed()
    time.move(hours=24, minutes=1)
    assert refresh.waiting()
    refreshed()
    assert inside("busy") == set()


def test_it_is_not_due_again_within_the_hour(server: Source, time: Time) -> None:
    a_segment("free", FREE)
    refreshed()
    time.move(minutes=59)
    assert not refresh.waiting()
    time.move(minutes=1)
    assert refresh.waiting()


def test_what_is_not_known_keeps_out(server: Source) -> None:
    a_segment("not-free", {"not": FREE})
    receive(server, identify("ana", role="admin"), group("bob", "globex", plan="pro"))
    refreshed()
    assert inside("not-free") == {"bob"}


def test_of_several_accounts_none_is_guessed(server: Source) -> None:
    a_segment("free", FREE)
    receive(server, group("ana", "acme", plan="free"))
    assert inside("free") == {"ana"}
    receive(server, group("ana", "globex", plan="free"))
    assert inside("free") == set()


def test_nameless_erased_and_merged_people_are_in_none(server: Source, time: Time) -> None:
    a_segment("anybody", {"fact": "trait", "of": "person", "name": "role", "op": "unknown"})
    receive(
        server, {"type": "track", "anonymousId": "x", "event": "Feature Used"}, track("ana"), track("bob")
    )
    assert inside("anybody") == {"ana", "bob"}
    Person.objects.filter(user_id="ana").update(erased_at=clock.now())
    Person.objects.filter(user_id="bob").update(merged_into=Person.objects.get(user_id="ana"))
    time.move(hours=1)
    refreshed()
    assert inside("anybody") == set()


def test_a_segment_may_refer_to_others(server: Source) -> None:
    a_segment("deciders", {"all": [within("free"), within("friends"), {"not": within("busy")}]})
    a_segment("free", FREE)
    a_segment("friends", ADMIN)
    a_segment("busy", used(2))
    receive(server, group("ana", "acme", plan="free"), identify("ana", role="admin"))
    assert inside("deciders") == {"ana"}
    receive(server, track("ana"), track("ana"))
    assert inside("deciders") == set()


def test_who_refers_to_a_segment_follows_its_refresh(server: Source, time: Time) -> None:
    a_segment("calm", {"not": within("busy")})
    a_segment("busy", used(2, days=1))
    receive(server, track("ana"), track("ana"))
    refreshed()
    assert (inside("busy"), inside("calm")) == ({"ana"}, set())
    time.move(hours=25)
    Segment.objects.filter(slug="calm").update(refreshed_at=clock.now())
    refreshed()
    assert (inside("busy"), inside("calm")) == (set(), {"ana"})


def test_a_pass_goes_on_where_it_was_stopped(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "CHUNK", 2)
    acme = an_account("acme", plan="free")
    people = [a_person(f"u{number}", acme) for number in range(5)]
    segment = a_segment("free", FREE)
    assert refresh.step()
    assert inside("free") == {"u0", "u1"}
    segment.refresh_from_db()
    assert (segment.upto, segment.refreshed_at) == (people[1].pk, None)
    percent = refresh.percent(segment)
    assert percent is not None
    assert 0 <= percent < 100
    refreshed()
    segment.refresh_from_db()
    assert inside("free") == {f"u{number}" for number in range(5)}
    assert (segment.upto, segment.refreshed_at, segment.counted) == (0, clock.now(), 5)
    assert refresh.percent(segment) is None


def test_segments_that_are_due_together_are_judged_by_one_look_at_each_person(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    load = knowing.load_each

    def noted(wanted: Any, now: Any) -> Any:
        asked.extend(one.subject.person for one in wanted)
        return load(wanted, now)

    acme = an_account("acme", plan="pro")
    people = [a_person(f"u{number}", acme).pk for number in range(3)]
    for slug, rule in {"free": FREE, "admins": ADMIN, "either": {"any": [within("free"), ADMIN]}}.items():
        a_segment(slug, rule)
    monkeypatch.setattr(knowing, "load_each", noted)
    refreshed()
    assert asked == people * 2, "once for the two, then for the one that refers to them"
    a_segment("late", FREE)
    time.move(minutes=40)
    asked.clear()
    refreshed()
    assert asked == people, "the two that are due soon go along with the new one"
    time.move(minutes=20)
    asked.clear()
    refreshed()
    assert asked == people, "only the one that refers to them is an hour old"


def test_a_rule_that_changes_meanwhile_begins_afresh(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "CHUNK", 2)
    acme = an_account("acme", plan="free")
    for number in range(5):
        a_person(f"u{number}", acme, role="admin" if number % 2 else "")
    segment = a_segment("some", FREE)
    refresh.step()
    Segment.objects.update(rule=ADMIN, version=2)
    refresh.anew(segment.pk)
    refreshed()
    assert inside("some") == {"u1", "u3"}


def test_nobody_is_in_a_segment_that_was_switched_off(server: Source) -> None:
    a_segment("free", FREE)
    receive(server, group("ana", "acme", plan="free"))
    Segment.objects.update(live=False)
    assert refresh.waiting()
    refreshed()
    assert inside("free") == set()
    assert not refresh.waiting()
    receive(server, group("bob", "acme"))
    assert inside("free") == set()


def test_a_rule_that_can_no_longer_be_read_lets_nobody_in(server: Source, time: Time) -> None:
    a_segment("free", FREE)
    receive(server, group("ana", "acme", plan="free"))
    Segment.objects.update(rule={"fact": "moon"})
    time.move(hours=1)
    refreshed()
    assert inside("free") == set()


MEMBERS = st.sampled_from(["ana", "bob", "cem", "dee"])
ACCOUNTS = st.sampled_from(["acme", "globex"])
CHANGES = st.one_of(
    st.builds(group, MEMBERS, ACCOUNTS, plan=st.sampled_from(["free", "pro"])),
    st.builds(identify, MEMBERS, role=st.sampled_from(["admin", "user"])),
    st.builds(track, MEMBERS, st.sampled_from(["Feature Used", "Opened"]), st.sampled_from(["", "acme"])),
    st.just({"type": "track", "anonymousId": "x", "event": "Feature Used"}),
    st.builds(lambda user: {"type": "identify", "userId": user, "anonymousId": "x"}, MEMBERS),
    st.builds(lambda a, b: {"type": "alias", "userId": a, "previousId": b}, MEMBERS, MEMBERS),
)
RULES = {
    "free": FREE,
    "admins": ADMIN,
    "busy": used(2),
    "busy-team": used(3, of="account"),
    "quiet": {"not": used(1)},
    "no-role": {"fact": "trait", "of": "person", "name": "role", "op": "unknown"},
    "free-admins": {"all": [within("free"), within("admins")]},
    "others": {"all": [{"not": within("free-admins")}, {"any": [within("busy"), within("quiet")]}]},
}


@given(
    batches=st.lists(st.lists(CHANGES, min_size=1, max_size=4), min_size=1, max_size=5),
    hours=st.integers(1, 200),
)
@examples(
    max_examples=slow(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_it_is_as_if_everybody_were_judged_one_by_one(
    time: Time, batches: list[list[dict[str, Any]]], hours: int
) -> None:
    """What comes in is judged at once; after time went by, a refresh."""
    empty()
    server = a_source("http")
    for slug, rule in RULES.items():
        a_segment(slug, rule)
    for batch in batches:
        receive(server, *batch)
        assert everything() == belonging(*RULES)
    time.set(clock.now() + timedelta(hours=hours))
    refreshed()
    assert everything() == belonging(*RULES)
