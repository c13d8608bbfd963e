"""What is ready is shown only while nothing speaks against it, in any of the person's accounts."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import serve
from offers_app.models import HoldoutAssignment, Offer, Product
from people_app.models import Account, Membership, Person
from signals_app.models import Ticket
from tests.build import a_source, an_account
from tests.conftest import Time
from tests.engine import MORNING, account_of, begun, offer_of, somebody
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def shown(person: Person) -> int:
    return len(serve.offers(str(person.user_id), None, None, 5, clock.now()))


def test_it_works() -> None:
    person = somebody()
    offer = offer_of(begun(person))
    (found,) = serve.offers(str(person.user_id), None, None, 5, clock.now())
    assert found["proposition_id"] == str(offer.pk)


def test_what_they_own_by_now_is_not_shown() -> None:
    person = somebody()
    begun(person)
    Account.objects.update(plan="PRO")
    assert shown(person) == 0
    Account.objects.update(plan="free")
    assert shown(person) == 1
    Offer.objects.update(product=Product.objects.get(slug="combined-bundle"))
    assert shown(person) == 1
    Account.objects.update(addons=["Integrations"])
    assert shown(person) == 0, "they have a part of the bundle, in whatever case"
    Offer.objects.update(product=None)
    assert shown(person) == 1, "what is not for sale cannot be owned"


def test_a_lower_plan_is_not_shown_to_who_has_a_higher_one_by_now() -> None:
    person = somebody()
    begun(person)
    pro = Product.objects.get(slug="pro-plan")
    above, _ = Product.objects.get_or_create(slug="top", name="Top", kind="plan", code="Top")
    Account.objects.update(plan="tOP")
    assert (pro.rank, shown(person)) == (10, 1), "no rank, no order"
    for rank, seen in ((10, 0), (11, 0), (9, 1)):
        Product.objects.filter(pk=above.pk).update(rank=rank)
        assert shown(person) == seen
    Product.objects.filter(pk=above.pk).update(rank=11)
    Product.objects.filter(pk=pro.pk).update(rank=None)
    assert shown(person) == 1
    Product.objects.filter(pk=pro.pk).update(rank=10)
    Product.objects.filter(pk=above.pk).update(kind="addon")
    assert shown(person) == 1, "only plans have an order"
    Product.objects.filter(pk=above.pk).update(kind="plan")
    Offer.objects.update(product=Product.objects.get(slug="team-reporting"))
    assert shown(person) == 1, "an add-on is none"


def test_a_plan_that_nothing_can_be_known_by_is_nobodys() -> None:
    person = somebody()
    begun(person)
    Product.objects.create(slug="top", name="Top", kind="plan", code="", rank=99)
    Account.objects.update(plan="")
    assert shown(person) == 1, "an account of which no plan is known has none"


def test_an_offer_that_ended_meanwhile_is_not_shown(time: Time) -> None:
    person = somebody()
    begun(person)
    Offer.objects.update(valid_until=MORNING + timedelta(hours=1))
    assert shown(person) == 1
    time.move(hours=1)
    assert shown(person) == 0


@pytest.mark.parametrize(
    "trouble",
    [
        {"cancelling": True},
        {"invoice_status": "past_due"},
        {"subscription_status": "unpaid"},
        {"plan": "pro"},
    ],
)
@pytest.mark.parametrize("which", ["own", "other"])
def test_trouble_in_any_of_their_accounts_hides_it(which: str, trouble: dict[str, Any]) -> None:
    person = somebody()
    begun(person)
    other = an_account()
    Membership.objects.create(person=person, account=other, joined_at=MORNING)
    assert shown(person) == 1
    account = account_of(person) if which == "own" else other
    Account.objects.filter(pk=account.pk).update(**trouble)
    owned_elsewhere = which == "other" and "plan" in trouble
    assert shown(person) == owned_elsewhere


def test_a_control_group_or_a_problem_of_another_account_hides_it() -> None:
    person = somebody()
    begun(person)
    other = an_account()
    Membership.objects.create(person=person, account=other, joined_at=MORNING)
    ticket = Ticket.objects.create(
        source=a_source(), external_id="1", account=other, problem=True, opened_at=MORNING
    )
    assert shown(person) == 0
    Ticket.objects.filter(pk=ticket.pk).update(solved_at=MORNING + timedelta(hours=1))
    assert shown(person) == 1
    HoldoutAssignment.objects.create(account=other, held_out=True, percent=10, assigned_at=MORNING)
    assert shown(person) == 0


def test_trouble_of_strangers_hides_nothing() -> None:
    person = somebody()
    begun(person)
    stranger = an_account(cancelling=True)
    Membership.objects.create(person=somebody(), account=stranger, joined_at=MORNING)
    assert shown(person) == 1
