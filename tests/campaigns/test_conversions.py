"""A purchase counts once, for the offer that led to it, and never for somebody who declined."""

from datetime import datetime
from typing import Any

import pytest

from campaigns_app import enroll
from campaigns_app.models import Interaction
from offers_app.models import Lesson, Proposition
from people_app.models import Account, Person
from tests.build import a_source, an_account
from tests.campaigns.deciding import Server, noticed
from tests.conftest import Time
from tests.engine import MORNING, account_of, act, begun, offer_of, receive, somebody, used
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
TOLD = [
    ("Trial Started", {"product": "pro"}),
    ("Order Completed", {"revenue": "49", "currency": "EUR"}),
    ("Plan Upgraded", {"plan": "pro"}),
    ("Order Completed", {"revenue": "49", "currency": "EUR"}),
]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def told(time: Time, person: Person, name: str, at: datetime | None = None, /, **properties: Any) -> None:
    """An hour later, as of now or of `at`."""
    time.move(hours=1)
    group = {"context": {"groupId": account_of(person).group_id}}
    event = {"type": "track", "event": name, "userId": person.user_id, "properties": properties}
    when = {"timestamp": (at - clock.offset()).isoformat()} if at else {}
    receive(a_source(), {**event, **group, **when})


def credited() -> list[Proposition]:
    rows = Interaction.objects.filter(kind="converted").select_related("proposition").order_by("at")
    return [row.proposition for row in rows]


@pytest.fixture
def account() -> Account:
    return an_account(caps={"exports": 20})


def test_it_works(time: Time) -> None:
    person = noticed()
    offer = Server().offered(person)
    act(person, offer, "clicked")
    told(time, person, "Plan Upgraded", plan="pro")
    assert credited() == [offer]
    assert Lesson.objects.get().level == Lesson.Level.YES


def test_a_purchase_that_four_events_tell_of_counts_once(time: Time) -> None:
    person = noticed()
    offer = Server().offered(person)
    act(person, offer, "clicked")
    counts = []
    for name, properties in TOLD:
        told(time, person, name, **properties)
        counts.append(len(credited()))
    assert counts == [0, 1, 1, 1], "a trial is no purchase"


@pytest.mark.parametrize("revenue", [0, "0.00"])
def test_an_order_of_nothing_is_no_purchase(time: Time, revenue: Any) -> None:
    person = noticed()
    act(person, Server().offered(person), "clicked")
    told(time, person, "Order Completed", revenue=revenue)
    assert credited() == []


def test_it_counts_for_the_offer_of_a_run_or_for_one_on_request_but_not_for_both(time: Time) -> None:
    person = noticed()
    asked = Server().offered(person)
    act(person, asked, "clicked")
    time.move(days=8)
    used(account_of(person), 17)
    Proposition.objects.filter(pk=asked.pk).update(state="ended")
    own = offer_of(begun(person))
    act(person, own, "clicked")
    for name, properties in TOLD[1:]:
        told(time, person, name, **properties)
    assert len(credited()) == 1


def test_several_events_count_once_for_a_run_that_has_ended(time: Time) -> None:
    person = somebody()
    run = begun(person)
    enroll.exit_one(run.pk, "no_engagement")
    for _ in range(2):
        told(time, person, "Plan Upgraded", plan="pro")
    assert credited() == [offer_of(run)]


def test_of_two_runs_with_the_same_goal_one_is_credited(time: Time, account: Account) -> None:
    ana, ben = somebody(account=account), somebody(account=account)
    first = offer_of(begun(ana))
    Proposition.objects.filter(pk=first.pk).update(state="ended")
    time.move(hours=1)
    second = offer_of(begun(ben))
    told(time, ana, "Plan Upgraded", plan="pro")
    assert credited() == [second]


@pytest.mark.parametrize("no", ["declined", "opted_out", "feedback"])
def test_who_followed_an_offer_and_then_said_no_was_not_led_by_it(time: Time, no: str) -> None:
    person = noticed()
    offer = Server().offered(person)
    act(person, offer, "clicked")
    act(person, offer, no)
    colleague = somebody(account=account_of(person))
    told(time, colleague, "Plan Upgraded", plan="pro")
    assert credited() == []


def test_nor_was_who_declined_the_offer_of_a_run(time: Time) -> None:
    person = somebody()
    act(person, offer_of(begun(person)), "declined")
    told(time, person, "Plan Upgraded", plan="pro")
    assert credited() == []


def test_unless_the_event_names_the_offer(time: Time) -> None:
    person = noticed()
    offer = Server().offered(person)
    act(person, offer, "declined")
    for _ in range(2):
        told(time, person, "Plan Upgraded", plan="pro", proposition_id=str(offer.pk))
    assert credited() == [offer]


def test_the_no_of_a_colleague_is_not_theirs(time: Time, account: Account) -> None:
    ana, ben = somebody(account=account), noticed(account=account)
    act(ana, offer_of(begun(ana)), "declined")
    offer = Server().offered(ben)
    act(ben, offer, "clicked")
    told(time, ben, "Plan Upgraded", plan="pro")
    assert credited() == [offer]


def test_another_purchase_counts_for_an_offer_that_was_made_after_the_first(time: Time) -> None:
    person = somebody()
    first = offer_of(begun(person))
    told(time, person, "Plan Upgraded", plan="starter")
    time.move(days=40)
    used(account_of(person), 17)
    second = offer_of(begun(person))
    told(time, person, "Plan Upgraded", plan="pro")
    assert credited() == [first, second]


@pytest.mark.parametrize("no", ["declined", "opted_out", "feedback"])
@pytest.mark.parametrize("told_first", [True, False])
@pytest.mark.parametrize("requested", [True, False])
def test_a_no_after_the_purchase_takes_nothing_back_whatever_arrives_first(
    time: Time, no: str, told_first: bool, requested: bool
) -> None:
    person, offer = _followed(requested)
    time.move(hours=1)
    bought = clock.now()
    if told_first:
        told(time, person, "Plan Upgraded", bought, plan="pro")
    time.move(hours=1)
    act(person, offer, no)
    told(time, person, "Plan Upgraded", bought, plan="pro")
    assert credited() == [offer]


@pytest.mark.parametrize("requested", [True, False])
def test_a_weaker_no_before_the_purchase_counts_beside_a_stronger_one_after_it(
    time: Time, requested: bool
) -> None:
    person, offer = _followed(requested)
    act(person, offer, "declined")
    time.move(hours=1)
    bought = clock.now()
    time.move(hours=1)
    act(person, offer, "opted_out")
    told(time, person, "Plan Upgraded", bought, plan="pro")
    offer.refresh_from_db()
    assert offer.answers == {"declined", "opted_out"} and credited() == []


def _followed(requested: bool) -> tuple[Person, Proposition]:
    """Somebody who clicked on an offer: one that was asked for, or one of a run."""
    person = noticed() if requested else somebody()
    offer = Server().offered(person) if requested else offer_of(begun(person))
    act(person, offer, "clicked")
    return person, offer
