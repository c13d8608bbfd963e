"""Runs move on: at their timers, many at once, and one that fails never holds up the others."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from campaigns_app import advance, enroll, outbox, plan, playbook_files
from campaigns_app.models import Cooldown, Delivery, Enrollment, Playbook, StaffTask, Step
from offers_app.models import Placement, Proposition
from people_app.models import Person
from signals_app.models import Signal
from tests.build import an_account
from tests.conftest import Time
from tests.engine import MORNING, act, begun, enrolled, offer_of, somebody, touches, work
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
TEMPLATES = {"usage-limit-near": "smart-nudge"}


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def message(channel: str = "in_app", placement: str = "app-banner", **more: Any) -> dict[str, Any]:
    config = {"channel": channel, "offers": ["pro-plan"], "templates": TEMPLATES, **more}
    return {"message": config | ({"placement": placement} if channel == "in_app" else {})}


def at_the_end_of_a_lane(step: dict[str, Any]) -> dict[str, Any]:
    return {"branch": {"lanes": [{"when": "otherwise", "steps": [step]}]}}


def playing(*steps: dict[str, Any], **fields: Any) -> Playbook:
    """The power user playbook with other steps."""
    playbook = Playbook.objects.get(slug="power-user-upsell")
    playbook_files.publish(playbook, {"goal_event": "Plan Upgraded", "steps": steps, **fields})
    return playbook


def a_run(**fields: Any) -> tuple[Person, Enrollment]:
    person = somebody(**fields)
    return person, begun(person)


def end_of(run: Enrollment) -> str:
    run.refresh_from_db()
    return run.end_reason


def test_it_works() -> None:
    _, run = a_run()
    assert run.step
    assert (run.step.kind, run.wake_at) == ("wait_until", MORNING + timedelta(hours=12))
    assert (run.lease_until, run.attempts, run.error) == (None, 0, "")
    assert not advance.waiting()


def test_steps_of_a_lane_go_on_where_their_parent_does() -> None:
    inner = {"branch": {"lanes": [{"when": "otherwise", "steps": [{"wait_until": {"hours": 1}}]}]}}
    version = playing(
        {"branch": {"lanes": [{"when": "high_value", "steps": [inner]}, {"when": "otherwise"}]}},
        {"exit": {"reason": "at the end"}},
    ).live_version
    assert version
    plan.of.cache_clear()
    graph = plan.of(version.pk)
    end = version.steps.get(kind="exit").pk
    assert graph.first
    first = graph.nodes[graph.first]
    nested, empty = first.ways[0].first, first.ways[1].first
    assert nested
    assert empty == end, "an empty lane leads on"
    wait = graph.nodes[nested].ways[0].first
    assert wait
    assert graph.nodes[wait].after == end
    assert graph.nodes[end].after is None


@pytest.mark.parametrize(("mrr", "tier", "high"), [(500, "", True), (499.99, "", False), (None, "vip", True)])
def test_a_branch_takes_its_first_lane_that_holds(mrr: float | None, tier: str, high: bool) -> None:
    yes, no = ([{"exit": {"reason": reason}}] for reason in ("high", "low"))
    playing({"branch": {"lanes": [{"when": "high_value", "steps": yes}, {"when": "otherwise", "steps": no}]}})
    _, run = a_run(account=an_account(caps={"exports": 20}, mrr=mrr, tier=tier))
    assert end_of(run) == ("high" if high else "low")


def test_a_wait_ends_early_when_something_happens_and_late_otherwise(time: Time) -> None:
    clicked = [{"exit": {"reason": "clicked"}}]
    lanes = [{"when": "clicked", "steps": clicked}, {"when": "otherwise"}]
    playing(message(), {"wait_until": {"hours": 12, "lanes": lanes}}, {"exit": {"reason": "late"}})
    (ana, first), (_, second) = a_run(), a_run()
    time.move(hours=1)
    act(ana, offer_of(first), "clicked")
    work()
    assert (end_of(first), end_of(second)) == ("clicked", "")
    time.move(hours=11)
    work()
    assert end_of(second) == "late"


def test_a_message_as_the_last_step_is_delivered_and_stays_with_its_run(time: Time) -> None:
    playing(message(), {"wait_until": {"hours": 1}}, at_the_end_of_a_lane(message("email")))
    person, run = a_run()
    time.move(hours=1)
    work()
    assert [channel for channel, _ in touches(person)] == ["in_app", "email"]
    assert Delivery.objects.get(channel="email").state == "accepted"
    assert (end_of(run), Proposition.objects.filter(state="live").count()) == ("", 2)
    time.move(days=7)
    work()
    assert end_of(run) == "completed"
    assert len(touches(person)) == 2
    assert not Proposition.objects.filter(state="live").exists()


def test_a_run_that_ended_on_a_message_is_over_with_its_answer() -> None:
    playing(at_the_end_of_a_lane(message()))
    person, run = a_run()
    assert end_of(run) == ""
    act(person, offer_of(run), "dismissed")
    work()
    assert end_of(run) == "completed"
    assert Cooldown.objects.get().outcome == "dismissed"


def test_by_default_a_dismissal_is_followed_by_nothing(time: Time) -> None:
    playing(message(), {"wait_until": {"hours": 1}}, message("email"), {"exit": {"reason": "end"}})
    person, run = a_run()
    act(person, offer_of(run), "dismissed")
    time.move(hours=1)
    work()
    assert (len(touches(person)), end_of(run)) == (1, "end")


@pytest.mark.parametrize(
    ("channel", "placement", "follows"),
    [
        ("in_app", "app-sidebar", True),
        ("email", "", True),
        ("in_app", "app-modal", False),
        ("in_app", "top", False),
        ("in_app", "rail", True),
        ("chat", "", False),
    ],
)
def test_after_a_dismissal_nothing_is_more_intrusive(
    time: Time, channel: str, placement: str, follows: bool
) -> None:
    """Also of a version that was published before such a step was refused, and where staff named the place."""
    Placement.objects.create(slug="top", name="Top", format="modal")
    Placement.objects.create(slug="rail", name="Rail", format="sidebar")
    then = message(channel, placement)
    playbook = playing(message(), {"wait_until": {"hours": 25}}, then, {"wait_until": {"hours": 1}})
    later = Step.objects.get(version=playbook.live_version, position=3)
    Step.objects.filter(pk=later.pk).update(config={**later.config, "after_dismissal": True})
    person, run = a_run()
    act(person, offer_of(run), "dismissed")
    time.set(MORNING + timedelta(hours=28))
    work()
    time.move(hours=1)
    assert (len(touches(person)) == 2) is follows


def test_a_placement_that_became_a_modal_counts_as_one(time: Time) -> None:
    then = message("in_app", "app-sidebar", after_dismissal=True)
    playing(message(), {"wait_until": {"hours": 25}}, then, {"wait_until": {"hours": 1}})
    person, run = a_run()
    act(person, offer_of(run), "dismissed")
    Placement.objects.filter(slug="app-sidebar").update(format="modal")
    time.set(MORNING + timedelta(hours=28))
    work()
    assert len(touches(person)) == 1


def test_a_dismissal_overtakes_what_is_held_unless_it_may_follow(time: Time) -> None:
    time.set(MORNING + timedelta(hours=4))
    playing(message(), {"wait_until": {"hours": 12}}, message("email"), {"wait_until": {"hours": 1}})
    person, run = a_run()
    time.move(hours=12)
    work()
    assert Delivery.objects.get(channel="email").state == "held"
    act(person, Proposition.objects.get(channel="in_app"), "dismissed")
    work()
    assert Delivery.objects.get(channel="email").state == "skipped"
    assert end_of(run) == ""


def test_a_pause_is_as_long_as_the_longer_of_playbook_and_policy(time: Time) -> None:
    playing({"action": {"pause_days": 1}}, {"exit": {"reason": "short"}})
    _, run = a_run()
    assert Cooldown.objects.get(enrollment=run).until == MORNING + timedelta(days=21)
    playing({"action": {"pause_days": 40}}, {"exit": {"reason": "long"}})
    _, longer = a_run()
    assert Cooldown.objects.get(enrollment=longer).until == MORNING + timedelta(days=40)


def test_a_held_chat_becomes_a_task_when_its_hours_come(time: Time) -> None:
    playing(message("chat"), {"wait_until": {"hours": 1}})
    person, _ = a_run()
    assert Delivery.objects.get().state == "held"
    assert not StaffTask.objects.exists()
    time.set(MORNING + timedelta(hours=2))
    work()
    chat = Delivery.objects.get()
    assert (chat.state, chat.sent_at) == ("accepted", clock.now())
    assert StaffTask.objects.get().delivery == chat
    assert len(touches(person)) == 1


def test_a_poisonous_run_is_parked_after_five_attempts_and_its_neighbors_go_on() -> None:
    poisoned, well = enrolled(somebody()), enrolled(somebody())
    Signal.objects.filter(pk=poisoned.signal_id).update(evidence=[])
    for attempt in range(1, 6):
        Enrollment.objects.update(lease_until=None)
        advance.due()
        poisoned.refresh_from_db()
        assert poisoned.attempts == attempt
        assert poisoned.error.startswith("AttributeError")
    assert poisoned.state == "parked"
    well.refresh_from_db()
    assert (well.state, Delivery.objects.count()) == ("active", 1)
    assert not advance.waiting()


def test_a_parked_run_blocks_its_account_no_longer(time: Time) -> None:
    time.set(MORNING + timedelta(hours=4))
    _, run = a_run()
    time.move(hours=12)
    advance.due()
    assert Delivery.objects.get(channel="email").state == "held"
    Signal.objects.filter(pk=run.signal_id).update(evidence=[])
    for _ in range(5):
        Enrollment.objects.update(lease_until=None, wake_at=clock.now())
        advance.due()
    assert Enrollment.objects.get().state == "parked"
    assert not Proposition.objects.filter(state="live").exists()
    assert Delivery.objects.get(channel="email").state == "skipped"
    account = run.account
    assert begun(somebody(account=account)).state == "active"
    assert Proposition.objects.filter(account=account, state="live").count() == 1


def test_what_is_noted_of_a_database_error_quotes_no_row(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    person = somebody()
    run = enrolled(person)

    def collide(*_: object) -> None:
        with transaction.atomic():
            Person.objects.create(user_id=person.user_id, first_seen_at=MORNING, last_seen_at=MORNING)

    monkeypatch.setattr(advance, "_move", collide)
    advance.due()
    assert "collide" in caplog.text, "where it happened is told"
    assert str(person.user_id) not in caplog.text
    run.refresh_from_db()
    assert run.error.startswith("IntegrityError: duplicate key")
    assert str(person.user_id) not in run.error


def test_a_run_that_kills_its_workers_is_parked_too() -> None:
    killer, well = enrolled(somebody()), enrolled(somebody())
    Enrollment.objects.filter(pk=killer.pk).update(attempts=5)
    advance.due()
    killer.refresh_from_db()
    assert (killer.state, Delivery.objects.get().enrollment) == ("parked", well)


def test_what_a_dead_worker_held_is_taken_over_when_its_lease_is_over() -> None:
    run = enrolled(somebody())
    Enrollment.objects.filter(pk=run.pk).update(lease_until=clock.real() + timedelta(seconds=5))
    assert (advance.waiting(), advance.due()) == (False, 0)
    Enrollment.objects.filter(pk=run.pk).update(lease_until=clock.real() - timedelta(seconds=1))
    assert (advance.waiting(), advance.due()) == (True, 1)


def test_to_wake_is_to_look_now_and_not_to_skip_a_wait(time: Time) -> None:
    person, run = a_run()
    time.move(hours=3)
    enroll.wake(run.pk)
    assert advance.due() == 1
    run.refresh_from_db()
    assert run.wake_at == MORNING + timedelta(hours=12)
    assert len(touches(person)) == 1


def test_the_number_of_statements_does_not_grow_with_the_runs(django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        enrolled(somebody())
    with django_assert_max_num_queries(50):
        advance.due()
    assert Delivery.objects.count() == 12
    assert outbox.send() == 0
