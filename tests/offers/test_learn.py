"""Answers are noted once and counted by a job; what was learned changes the next choice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import dispatch
from offers_app import arms, decide, learn
from offers_app.models import Arm, Lesson, Offer, Proposition
from offers_app.policy import Policy
from people_app.models import Person
from signals_app.models import Segment, SegmentMember
from tests.build import a_person, an_account
from tests.conftest import Time
from tests.offers import logged

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture(autouse=True)
def catalog(time: Time) -> None:
    time.set(NOW)
    logged.a_catalog()


def offered(person: Person | None = None, at: datetime = NOW) -> Proposition:
    person = person or a_person(account=an_account())
    ask = logged.an_ask(person, person.memberships.get().account)
    choice = decide.offer(ask, decide.catalog([ask], at))
    return logged.a_proposition(logged.a_decision(choice, person, at), choice)


def told(*answers: tuple[Proposition, str]) -> None:
    for proposition, answer in answers:
        learn.outcome([(proposition.pk, answer)], NOW)
        learn.run()


def overall(slug: str = "pro") -> tuple[float, float]:
    arm = Arm.objects.get(offer__slug=slug, template="", segment="")
    return arm.successes, arm.failures


def in_segment(person: Person, slug: str, counted: int = 1) -> None:
    segment, _ = Segment.objects.get_or_create(
        slug=slug, defaults={"name": slug, "kind": "list", "counted": counted}
    )
    SegmentMember.objects.create(segment=segment, person=person, since=NOW)


def test_it_works() -> None:
    person = a_person(account=an_account())
    in_segment(person, "admins")
    told((offered(person), "accepted"))
    rows = Arm.objects.order_by("pk").values_list("template", "channel", "segment", "successes", "failures")
    assert sorted(rows) == [
        ("", "", "", 1, 0),
        ("nudge", "in_app", "", 1, 0),
        ("nudge", "in_app", "admins", 1, 0),
    ]
    assert not learn.waiting() and "learning" in dispatch.DUE


@pytest.mark.parametrize(
    ("answers", "successes", "failures"),
    [
        (["accepted", "accepted"], 1, 0),
        (["accepted", "converted"], 1, 0),
        (["ignored", "converted"], 1, 0),
        (["converted", "ignored"], 1, 0),
        (["dismissed", "accepted"], 1, 0),
        (["accepted", "declined"], 0, 1),
        (["declined", "accepted"], 0, 1),
        (["snoozed", "opted_out", "dismissed"], 0, 1),
        (["feedback"], 0, 1),
    ],
)
def test_a_proposition_counts_once_whatever_is_heard_of_it_and_in_any_order(
    answers: list[str], successes: int, failures: int
) -> None:
    proposition = offered()
    told(*((proposition, answer) for answer in answers))
    assert overall() == (successes, failures)


def test_several_answers_of_one_proposition_in_one_call_are_its_strongest() -> None:
    proposition = offered()
    learn.outcome([(proposition.pk, "declined"), (proposition.pk, "accepted")], NOW)
    assert Lesson.objects.get().level == Lesson.Level.NO


def test_what_was_noted_and_not_yet_counted_waits() -> None:
    learn.outcome([(offered().pk, "accepted")], NOW)
    assert learn.waiting()
    assert not Arm.objects.exists()
    assert (learn.count(), learn.count(), learn.waiting()) == (1, 0, False)


def test_any_number_of_answers_takes_as_many_statements() -> None:
    counts = []
    for number in (1, 12):
        pairs = [(offered().pk, "declined") for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            learn.outcome(pairs, NOW)
            noted = len(captured)
            learn.count()
        counts.append((noted, len(captured)))
    assert counts[0] == counts[1]
    assert counts[0][0] == 1


def test_answers_fade_by_when_the_offer_was_made() -> None:
    told((offered(at=NOW - timedelta(days=90)), "accepted"), (offered(), "accepted"))
    assert overall() == pytest.approx((1.5, 0))


def test_the_smallest_segment_is_learned_of_and_others_start_from_the_offer() -> None:
    person = a_person(account=an_account())
    in_segment(person, "everybody", 500)
    in_segment(person, "newcomers", 3)
    told((offered(person), "declined"))
    assert set(Arm.objects.values_list("segment", flat=True)) == {"", "newcomers"}
    pro = Offer.objects.get(slug="pro").pk
    known = arms.load([person.pk], [pro], ["nudge"], Policy(), NOW)
    means = [
        alpha / (alpha + beta)
        for alpha, beta in (known.posterior(pro, "nudge", "in_app", s) for s in ("newcomers", "", "other"))
    ]
    assert means[0] < means[1] == means[2] < Policy().base_rate


def test_what_was_learned_changes_who_is_first() -> None:
    assert offered().offer.slug == "pro", "nothing is known: by name"
    for _ in range(5):
        told((offered(), "declined"))
    assert offered().offer.slug != "pro"


def test_what_is_gone_teaches_nothing() -> None:
    gone = offered()
    Proposition.objects.filter(pk=gone.pk).delete()
    told((gone, "accepted"))
    assert not Lesson.objects.exists()
