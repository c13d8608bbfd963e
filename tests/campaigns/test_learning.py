"""What people do with offers teaches the choice, through the whole engine; and one offer an account stays one."""

import uuid
from typing import Any

import pytest

from campaigns_app import advance, enroll, interact, privacy
from campaigns_app.models import Enrollment
from offers_app import learn, replayed
from offers_app.models import Arm, Lesson, Proposition
from people_app.models import Person
from tests.build import a_source, an_account
from tests.conftest import Time
from tests.engine import MORNING, account_of, act, begun, enrolled, last_decision, offer_of, receive, somebody
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
Level = Lesson.Level


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def learned(run: Enrollment) -> list[int]:
    rows = Lesson.objects.filter(proposition__enrollment_id=run.pk).order_by("at")
    return [row.level for row in rows]


def test_it_works() -> None:
    person = somebody()
    run = begun(person)
    decision = last_decision(person)
    (candidate,) = [one for one in decision.candidates if one.get("chosen")]
    assert (candidate["offer"], candidate["chosen"], candidate["chance"]) == ("pro-plan", True, 1.0)
    assert replayed.again(decision) == "pro-plan"
    act(person, offer_of(run), "declined")
    learn.run()
    arm = Arm.objects.get(offer__slug="pro-plan", template="smart-nudge", segment="")
    assert (arm.channel, arm.successes, arm.failures) == ("in_app", 0, 1)


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ("accepted", Level.YES),
        ("dismissed", Level.LET_PASS),
        ("snoozed", Level.LET_PASS),
        ("declined", Level.NO),
        ("opted_out", Level.NO),
    ],
)
def test_each_answer_teaches_what_it_says(kind: str, level: int) -> None:
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), kind)
    assert learned(run) == [level]


@pytest.mark.parametrize("kind", ["viewed", "clicked"])
def test_looking_teaches_nothing_while_the_run_goes_on(kind: str) -> None:
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), kind)
    assert learned(run) == []


@pytest.mark.parametrize(("answer", "levels"), [("intrusive", [Level.NO]), ("helpful", [])])
def test_feedback_teaches_where_it_was_negative(answer: str, levels: list[int]) -> None:
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), "feedback", answer=answer)
    assert learned(run) == levels


def test_the_same_act_twice_teaches_once() -> None:
    person = somebody()
    run = begun(person)
    id = uuid.uuid4()
    for _ in range(2):
        interact.record(offer_of(run).pk, person.pk, "declined", id=id, at=clock.now(), how="widget")
        learn.run()
    assert Arm.objects.get(template="", offer__slug="pro-plan").failures == 1


@pytest.mark.parametrize(
    ("acts", "reason", "levels"),
    [
        (["viewed"], "no_engagement", [Level.LET_PASS]),
        (["viewed", "clicked"], "clicked", [Level.LET_PASS]),
        ([], "no_engagement", []),
        (["viewed"], "converted", []),
        (["viewed"], "accepted_elsewhere", []),
        (["accepted"], "no_engagement", [Level.YES]),
    ],
)
def test_the_end_of_a_run_teaches_of_what_was_seen_and_let_pass(
    acts: list[str], reason: str, levels: list[int]
) -> None:
    person = somebody()
    run = begun(person)
    for kind in acts:
        act(person, offer_of(run), kind)
    enroll.exit_one(run.pk, reason)
    assert learned(run) == levels


def bought(person: Person) -> None:
    event = {"type": "track", "userId": person.user_id, "event": "Plan Upgraded"}
    receive(a_source(), {**event, "context": {"groupId": account_of(person).group_id}})


def test_a_purchase_that_comes_after_the_end_turns_a_failure_into_a_success(time: Time) -> None:
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), "clicked")
    enroll.exit_one(run.pk, "clicked")
    learn.run()
    time.move(days=3)
    bought(person)
    learn.run()
    assert learned(run) == [Level.YES]
    arm = Arm.objects.get(template="", offer__slug="pro-plan")
    assert (arm.successes, arm.failures) == (1, 0)


def test_a_stop_on_a_page_of_the_recipients_teaches_too() -> None:
    person = somebody()
    run = begun(person)
    interact.note(offer_of(run), interact.Kind.OPTED_OUT, "preferences")
    interact.note(offer_of(run), interact.Kind.OPTED_OUT, "preferences")
    assert learned(run) == [Level.NO]


def test_an_erased_person_leaves_the_counts_and_no_candidates(time: Time) -> None:
    person = somebody()
    begun(person)
    privacy.ask(person)
    privacy.carry_out()
    decision = last_decision(person)
    assert decision.candidates == []
    with pytest.raises(replayed.NotKept):
        replayed.again(decision)


def test_of_colleagues_who_are_due_together_one_gets_the_offer(time: Time) -> None:
    account = an_account(caps={"exports": 20})
    people = [somebody(account=account) for _ in range(3)]
    for person in people:
        enrolled(person)
    advance.due()
    live = Proposition.objects.filter(account=account, state="live")
    assert live.count() == 1
    gates = [last_decision(person).gate for person in people if person.pk != live.get().person_id]
    assert gates == ["account_busy", "account_busy"]


def test_once_it_is_answered_the_account_is_free_for_a_colleague(time: Time) -> None:
    account = an_account(caps={"exports": 20})
    first, second = somebody(account=account), somebody(account=account)
    act(first, offer_of(begun(first)), "declined")
    time.move(days=1)
    begun(second)
    assert Proposition.objects.filter(account=account, state="live").get().person_id == second.pk
