"""Somebody in two accounts: what they did is one moment, what their accounts have is one of each."""

from typing import Any

import pytest

from campaigns_app import sweeps
from signals_app.models import DetectorState, Envelope, Event, Meter, Signal, SignalDefinition
from tests.build import a_source
from tests.campaigns.test_noticed_at_once import a_definition
from tests.conftest import Time
from tests.engine import receive

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "alone")]


@pytest.fixture
def alone(time: Time) -> None:
    SignalDefinition.objects.update(live=False)


def did(account: str, name: str = "Report Exported") -> dict[str, Any]:
    return {"type": "track", "event": name, "userId": "ana", "context": {"groupId": account}}


def limits(account: str, exports: int) -> dict[str, Any]:
    return {"type": "group", "userId": "ana", "groupId": account, "traits": {"limits": {"exports": exports}}}


def a_threshold(**fields: Any) -> None:
    meter = {"label": "reports", "verb": "exported", "event": "Report Exported"}
    Meter.objects.update_or_create(resource="exports", defaults=meter)
    a_definition("threshold", {"resources": ["exports"], "fire_at": 0.5, "rearm_below": 0.4}, about="person")
    SignalDefinition.objects.filter(slug="moment").update(cooldown_hours=336, **fields)


def found() -> list[str]:
    return sorted(str(signal.account.group_id) for signal in Signal.objects.all() if signal.account)


@pytest.mark.parametrize("hold", [0, 1])
def test_what_they_did_in_both_at_once_is_found_once(hold: int) -> None:
    a_definition("frequency", {"event": "Report Exported", "count": 4, "days": 14}, "person")
    SignalDefinition.objects.filter(slug="moment").update(hold_hours=hold)
    source = a_source("http")
    for _ in range(2):
        receive(source, did("a"), did("b"))
    assert not Envelope.objects.exclude(state="done").exists()
    assert Event.objects.filter(name="Report Exported").count() == 4
    assert Signal.objects.count() == (0 if hold else 1)
    assert DetectorState.objects.count() == 1


def test_an_account_with_room_does_not_arm_what_another_one_without_found(time: Time) -> None:
    a_threshold()
    source = a_source("http")
    receive(source, limits("a", 20), limits("b", 1_000), *[did("a")] * 9)
    for _ in range(5):
        receive(source, did("a"))
        receive(source, did("b"))
    assert found() == ["a"]
    receive(source, *[did("b")] * 600)
    assert found() == ["a", "b"]


def test_an_account_where_it_does_not_hold_does_not_end_the_wait_in_another_one(time: Time) -> None:
    free = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
    a_definition("frequency", {"event": "Report Exported", "count": 1, "days": 14}, "person")
    SignalDefinition.objects.filter(slug="moment").update(hold_hours=2, condition=free)
    source = a_source("http")
    for account, plan in (("a", "free"), ("b", "pro")):
        receive(source, limits(account, 20) | {"traits": {"plan": plan}})
    for _ in range(4):
        for account in ("a", "b"):
            receive(source, did(account))
            time.move(minutes=30)
    assert found() == ["a"]


def test_what_was_kept_before_it_read_the_account_counts_in_each(time: Time) -> None:
    a_threshold()
    source = a_source("http")
    receive(source, limits("a", 20), *[did("a")] * 12)
    DetectorState.objects.update(account=None)
    receive(source, did("a"))
    assert found() == ["a"]


def test_what_was_found_for_one_of_two_who_are_one_is_not_found_again() -> None:
    """Each in an account of their own, of which one becomes the other."""
    nothing = {"fact": "trait", "of": "account", "name": "plan", "op": "unknown"}
    a_definition("frequency", {"event": "Report Exported", "count": 1, "days": 14}, "person")
    SignalDefinition.objects.filter(slug="moment").update(cooldown_hours=336, condition=nothing)
    source = a_source("http")
    alone = {"type": "track", "event": "Report Exported"}
    receive(source, alone | {"userId": "old"}, {"type": "identify", "userId": "ana"})
    receive(source, {"type": "alias", "previousId": "old", "userId": "ana"})
    receive(source, alone | {"userId": "ana"})
    sweeps.run()
    assert Signal.objects.count() == 1


def test_whoever_used_a_limit_in_one_request_is_told_not_only_who_did_last() -> None:
    a_threshold()
    source = a_source("http")
    receive(source, limits("a", 20), *[did("a") | {"userId": user} for user in ("ben", "cleo")])
    assert found() == []
    receive(source, *[did("a") | {"userId": user} for user in ("ana", "ben", "ben", "cleo", "ana") * 2])
    people = {signal.person.user_id for signal in Signal.objects.all() if signal.person}
    assert people == {"ana", "ben", "cleo"}
