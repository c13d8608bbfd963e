"""Playbook 1 at its exact times, under the default caps."""

from datetime import timedelta

import pytest

from campaigns_app.models import Cooldown, DemoMail, Enrollment, Interaction, StaffTask
from consent_app.models import Pause
from offers_app.models import Proposition
from people_app.models import Account
from tests.build import an_account
from tests.conftest import Time
from tests.engine import MORNING, act, begun, enrolled, offer_of, somebody, touches, used, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
H = timedelta(hours=1)


@pytest.fixture(autouse=True)
def morning(time: Time, settings: pytest.FixtureRequest) -> None:
    settings.HOLDOUT_PERCENT = 0  # type: ignore[attr-defined]
    time.set(MORNING)


def live_through(time: Time, until: timedelta, step: timedelta = timedelta(hours=1)) -> None:
    """Hour by hour, as a dispatcher would look."""
    work()
    while time.now < MORNING + until:
        time.move(hours=step / H)
        work()


def rich() -> Account:
    return an_account(caps={"exports": 20}, mrr=500)


def test_nothing_happens_at_all(time: Time) -> None:
    person = somebody()
    run = enrolled(person)
    live_through(time, 11 * H)
    assert touches(person) == [("in_app", MORNING)]
    time.move(minutes=59, seconds=59)
    work()
    assert touches(person) == [("in_app", MORNING)]
    time.move(seconds=1)
    work()
    assert touches(person) == [("in_app", MORNING), ("email", MORNING + 12 * H)]
    assert DemoMail.objects.count() == 1
    live_through(time, 35 * H)
    assert Enrollment.objects.get(pk=run.pk).state == "active"
    live_through(time, 36 * H)
    run.refresh_from_db()
    assert (run.state, run.end_reason, run.ended_at) == ("finished", "no_engagement", MORNING + 36 * H)
    assert touches(person) == [("in_app", MORNING), ("email", MORNING + 12 * H)]


def test_the_end_is_21_days_of_peace_and_do_not_disturb(time: Time) -> None:
    person = somebody()
    run = enrolled(person)
    live_through(time, 36 * H)
    end = MORNING + 36 * H
    peace = Cooldown.objects.get(person=person, outcome="no_engagement")
    assert peace.until == end + timedelta(days=21)
    pause = Pause.objects.get(person=person)
    assert (pause.kind, pause.until) == ("do_not_disturb", end + timedelta(days=21))
    assert not Cooldown.objects.filter(outcome="ignored").exists(), "never seen is not ignored"
    assert not Interaction.objects.exists()
    assert not Proposition.objects.filter(enrollment_id=run.pk, state="live").exists()


def test_seen_and_unanswered_is_also_ignored_for_14_days(time: Time) -> None:
    person = somebody()
    run = enrolled(person)
    work()
    act(person, offer_of(run), "viewed")
    live_through(time, 36 * H)
    ignored = Cooldown.objects.get(person=person, outcome="ignored")
    assert ignored.until == MORNING + 36 * H + timedelta(days=14)
    assert Interaction.objects.filter(kind="ignored").count() == 1


def test_a_dismissal_brings_the_mail_at_its_time_and_not_sooner(time: Time) -> None:
    person = somebody(account=rich())
    run = enrolled(person)
    live_through(time, 1 * H)
    act(person, offer_of(run), "dismissed")
    live_through(time, 11 * H)
    assert touches(person) == [("in_app", MORNING)]
    live_through(time, 12 * H)
    assert touches(person)[1:] == [("email", MORNING + 12 * H)]
    live_through(time, 24 * 7 * H, 4 * H)
    assert len(touches(person)) == 2, "after a dismissal one more step, and never the chat"
    assert not StaffTask.objects.exists()
    run.refresh_from_db()
    assert run.end_reason == "no_engagement"
    assert set(Cooldown.objects.values_list("outcome", flat=True)) == {"no_engagement", "dismissed"}


def test_a_high_value_account_that_opened_gets_a_chat_as_a_task(time: Time) -> None:
    person = somebody(account=rich())
    account = person.memberships.get().account
    account.account_manager = {"email": "mia@corp.test"}
    account.save()
    run = enrolled(person)
    live_through(time, 36 * H)
    assert touches(person) == [
        ("in_app", MORNING),
        ("email", MORNING + 12 * H),
        ("chat", MORNING + 36 * H),
    ]
    task = StaffTask.objects.get()
    assert (task.person, task.assignee, task.created_at) == (person, "mia@corp.test", MORNING + 36 * H)
    live_through(time, 83 * H)
    assert Enrollment.objects.get(pk=run.pk).state == "active"
    live_through(time, 84 * H)
    run.refresh_from_db()
    assert (run.end_reason, run.ended_at) == ("no_engagement", MORNING + 84 * H)


def test_without_the_mail_nobody_can_have_opened_it_so_no_chat_follows(time: Time) -> None:
    person = somebody(account=rich(), consent=("chat",))
    run = enrolled(person)
    live_through(time, 40 * H)
    assert touches(person) == [("in_app", MORNING)]
    assert not StaffTask.objects.exists()
    run.refresh_from_db()
    assert run.end_reason == "no_engagement"


def test_revenue_in_another_currency_is_not_compared(time: Time) -> None:
    person = somebody(account=an_account(caps={"exports": 20}, mrr=90_000, currency="USD"))
    enrolled(person)
    live_through(time, 40 * H)
    assert [channel for channel, _ in touches(person)] == ["in_app", "email"]


def test_begun_in_the_evening_the_mail_waits_for_the_morning_and_everything_after_it_moves(
    time: Time,
) -> None:
    person = somebody(account=rich())
    time.set(MORNING + 4 * H)  # 11:00: twelve hours later it is night
    run = begun(person)
    time.set(MORNING + 16 * H)
    work()
    assert [channel for channel, _ in touches(person)] == ["in_app"]
    morning = MORNING + 25 * H  # 08:00 in Berlin
    time.set(morning)
    work()
    assert touches(person)[1:] == [("email", morning)]
    time.set(morning + 24 * H)  # 08:00: too early for a chat, which may begin at nine
    work()
    assert len(touches(person)) == 2
    assert not StaffTask.objects.exists()
    time.set(morning + 25 * H)
    work()
    assert touches(person)[2:] == [("chat", morning + 25 * H)]
    assert StaffTask.objects.count() == 1, "a held task is made when its hours come"
    assert Enrollment.objects.get(pk=run.pk).state == "active"


@pytest.mark.parametrize("at", [1, 13])
def test_a_click_stops_the_pressure_whichever_touch_it_was_on(time: Time, at: int) -> None:
    person = somebody(account=rich())
    run = enrolled(person)
    work()
    banner = offer_of(run)
    live_through(time, at * H)
    act(person, banner, "clicked")
    before = touches(person)
    live_through(time, 24 * 5 * H, 4 * H)
    assert touches(person) == before
    live_through(time, 24 * 9 * H, 4 * H)
    run.refresh_from_db()
    assert run.end_reason == "clicked"
    assert not Cooldown.objects.exists(), "who clicked is not left in peace: they were interested"


def test_usage_that_fell_stops_it(time: Time) -> None:
    person = somebody()
    run = enrolled(person)
    live_through(time, 1 * H)
    used(person.memberships.get().account, 13)
    live_through(time, 12 * H)
    run.refresh_from_db()
    assert (run.state, run.end_reason) == ("finished", "no_longer_relevant")
    assert len(touches(person)) == 1
