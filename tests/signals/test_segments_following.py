"""Whoever something new concerns is in a segment, or out of it, at once."""

from typing import Any

import pytest

from people_app.models import Account, Membership
from signals_app import knowing
from signals_app.models import Source
from signals_app.segments import following
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive
from tests.signals.segments_world import (
    FREE,
    a_segment,
    group,
    inside,
    refreshed,
    track,
    used,
)

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def server(time: Time) -> Source:
    return a_source("http")


def test_a_colleague_who_did_nothing_follows_the_account(server: Source) -> None:
    a_segment("busy-team", used(2, of="account"))
    a_segment("free", FREE)
    receive(server, group("ana", "acme", plan="free"), group("bob", "acme"))
    assert inside("free") == {"ana", "bob"}
    receive(server, track("ana", account="acme"), track("ana", account="acme"))
    assert inside("busy-team") == {"ana", "bob"}
    receive(server, group("ana", "acme", plan="pro"))
    assert inside("free") == set()


def test_of_very_many_colleagues_the_others_follow_within_the_hour(
    server: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_COLLEAGUES", 2)
    a_segment("free", FREE)
    people = ["ana", "bob", "cyd", "dan"]
    receive(server, *(group(one, "acme") for one in people))
    receive(server, group("dan", "acme", plan="free"))
    assert inside("free") == {"ana", "bob", "dan"}, "whoever said it, and two more"
    time.move(hours=1)
    refreshed()
    assert inside("free") == {*people}


def test_somebody_new_may_be_in_by_what_they_did_not_do(server: Source) -> None:
    a_segment("quiet", {"not": used(1)})
    receive(server, track("ana", "Opened"))
    assert inside("quiet") == {"ana"}
    receive(server, track("ana"))
    assert inside("quiet") == set()


def test_nobody_is_judged_whom_nothing_new_concerns(
    server: Source, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    load = knowing.load_each

    def noted(*given: Any) -> Any:
        asked.append(given)
        return load(*given)

    monkeypatch.setattr(knowing, "load_each", noted)
    receive(server, track("ana"))
    a_segment("busy", used(2))
    a_segment("free", FREE)
    time.move(minutes=5)
    asked.clear()
    receive(server, track("ana", "Opened"))
    assert asked == [], "ana was known before, and nothing that a segment reads has come"
    receive(server, track("ana"))
    assert inside("busy") == {"ana"}
    ((wanted, _),) = asked
    assert len(wanted) == 1


def test_whoever_leaves_the_only_account_is_judged_again(server: Source, time: Time) -> None:
    a_segment("free", FREE)
    receive(server, group("ana", "acme", plan="free"))
    Membership.objects.all().delete()
    Account.objects.filter(group_id="acme").update(plan="pro")
    time.move(hours=1)
    refreshed()
    assert inside("free") == set()
