"""The segments of the starter pack: each reads, fits somebody, and stays as staff left it."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import starter_pack
from signals_app.models import Segment
from signals_app.segments import sound
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from tests.signals.segments_world import everything, refreshed
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def test_each_is_sound_and_described() -> None:
    starter_pack.load()
    for one in Segment.objects.all():
        assert sound.problems(one.slug, one.kind, one.rule) == []
        assert one.description and one.live and not one.edited


def test_each_takes_in_whom_it_names(time: Time) -> None:
    starter_pack.load()
    now = clock.now()
    accounts: dict[str, dict[str, Any]] = {
        "free-plan": {"plan": "free"},
        "in-trial": {"trial_ends_at": now + timedelta(days=9)},
        "in-trial-2": {"subscription_status": "trialing"},
        "vip": {"tier": "vip"},
        "at-renewal": {"renews_at": now + timedelta(days=44)},
        "cancelled": {"renews_at": now + timedelta(days=44), "cancelling": True},
        "over": {"trial_ends_at": now - timedelta(days=1)},
    }
    for slug, facts in accounts.items():
        a_person(slug, an_account(slug, **{"plan": "pro", **facts}))
    a_person("team-admins", an_account(plan="pro"), role="owner")
    busy, hasty = (a_person(user, an_account(plan="pro")) for user in ("power-users", "hasty"))
    for number in range(20):
        an_event(busy, "Feature Used", timedelta(days=number % 9))
        an_event(hasty, "Feature Used", timedelta(minutes=number))
    refreshed()
    assert everything() == {
        "free-plan": {"free-plan"},
        "in-trial": {"in-trial", "in-trial-2"},
        "vip": {"vip"},
        "team-admins": {"team-admins"},
        "power-users": {"power-users"},
        "at-renewal": {"at-renewal"},
    }


def test_what_staff_changed_stays_and_a_newer_pack_is_judged_anew(time: Time) -> None:
    starter_pack.load()
    refreshed()
    assert not [one for one in starter_pack.load().updated if one.startswith("segment ")]
    assert not Segment.objects.filter(refreshed_at=None)
    Segment.objects.filter(slug="vip").update(rule={}, edited=True)
    Segment.objects.filter(slug="free-plan").update(rule={"fact": "trait"})
    summary = starter_pack.load()
    assert "segment vip" in summary.kept
    assert "segment free-plan" in summary.updated
    assert Segment.objects.get(slug="vip").rule == {}
    free = Segment.objects.get(slug="free-plan")
    assert (free.version, free.refreshed_at) == (2, None)
