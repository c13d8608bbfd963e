"""What people do with offers teaches the choice, through the whole engine; and one offer an account stays one."""

import uuid
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns_app import advance, enroll, interact, privacy
from campaigns_app.models import Enrollment
from offers_app import arms, in_force, learn, replayed
from offers_app.models import Arm, Lesson, Offer, Proposition
from people_app.models import Person
from signals_app.models import Segment, SegmentMember
from signals_app.segments import refresh
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


NEGATIVE = ["dismissed", "snoozed", "declined", "opted_out", "feedback"]
DECLINED = {"fact": "answer", "answer": "declined", "window": {"days": 30}, "op": "at_least", "value": 1}
MOVES: list[dict[str, Any]] = [
    {"any": [DECLINED | {"answer": kind} for kind in (*NEGATIVE, "intrusive")]},
    {"not": {"fact": "segment", "slug": "content", "op": "is", "value": True}},
]


def propensity(person: Person) -> float:
    """Of the next such offer to them."""
    offer = Offer.objects.get(slug="pro-plan")
    known = arms.load({person.pk}, {offer.pk}, {"smart-nudge"}, in_force.policy(), clock.now())
    alpha, beta = known.posterior(offer.pk, "smart-nudge", "in_app", known.segments.get(person.pk, ""))
    return alpha / (alpha + beta)


def keeps(person: Person, slug: str, counted: int, successes: float, rule: Any = None) -> None:
    """A segment in which such offers were taken so often, of 200 times."""
    kind = "rule" if rule else "list"
    segment = Segment.objects.create(slug=slug, name=slug, kind=kind, rule=rule or {}, counted=counted)
    if rule is None:
        SegmentMember.objects.create(segment=segment, person=person, since=MORNING)
    offer = Offer.objects.get(slug="pro-plan")
    figures = {"successes": successes, "failures": 200 - successes, "updated_at": MORNING}
    Arm.objects.create(offer=offer, template="smart-nudge", channel="in_app", segment=slug, **figures)


@pytest.mark.parametrize("kind", NEGATIVE)
@pytest.mark.parametrize("rule", MOVES)
@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.floats(0, 20), after=st.floats(20, 200))
def test_a_negative_act_never_raises_the_propensity_whatever_segment_it_moves_them_to(
    kind: str, rule: dict[str, Any], before: float, after: float
) -> None:
    with transaction.atomic():
        person = somebody()
        keeps(person, "customers", 1_000, before)
        offer = offer_of(begun(person))
        content = {"all": [{"not": MOVES[0]}]}
        Segment.objects.create(slug="content", name="Content", rule=content)
        keeps(person, "moved", 0, after, rule)
        refresh.run()
        was = propensity(person)
        act(person, offer, kind)
        learn.run()
        refresh.run()
        assert SegmentMember.objects.filter(segment__slug="moved", person=person).exists()
        assert propensity(person) <= was
        transaction.set_rollback(True)


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
