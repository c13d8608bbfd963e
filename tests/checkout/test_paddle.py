"""What Paddle is asked for: one transaction, found again where its answer was lost."""

import re
from typing import Any

import pytest

from offers_app.checkout import work
from offers_app.models import Checkout, CheckoutAccount, CheckoutPrice, OfferCheckout, Proposition
from people_app.models import AccountName, Person
from tests.checkout.doubles import LOST, PADDLE_KEY, PaddleDouble
from tests.checkout.shop import OWN, Buyer, an_account, an_offer_for, due, the
from upsell_project.lib import clock


@pytest.fixture
def offered(person: Person, paddle: PaddleDouble) -> Proposition:
    proposition = an_offer_for(person, an_account(paddle), quantity=2)
    proposition.account = person.memberships.get().account
    proposition.save()
    return proposition


@pytest.fixture
def customer(person: Person) -> None:
    AccountName.objects.create(
        kind="paddle_customer_id", value="ctm_9", account=person.memberships.get().account
    )


def bought(buyer: Buyer, proposition: Proposition) -> Buyer:
    buyer.click(proposition)
    due()
    return buyer.refreshed() if "Refresh" in buyer.headers else buyer


def test_it_works(buyer: Buyer, offered: Proposition, paddle: PaddleDouble) -> None:
    assert bought(buyer, offered).at == "https://shop.test/pay?_ptxn=txn_1"
    assert buyer.clicks == 1
    (asked,) = paddle.posts("/transactions")
    assert asked.said == {
        "items": [{"price_id": "pri_pro", "quantity": 2}],
        "collection_mode": "automatic",
        "currency_code": "EUR",
        "custom_data": {
            "proposition_id": str(offered.pk),
            "offer_id": offered.offer.slug,
            "account_id": "acct_9",
            "user_id": "u_9",
        },
    }
    for _ in range(3):
        assert bought(buyer, offered).at.endswith("txn_1")
    assert len(paddle.made) == 1


@pytest.mark.parametrize(("price", "currency"), [("4900", "JPY"), ("65000", "KRW"), ("4.250", "KWD")])
def test_no_amount_is_sent_so_no_minor_unit_can_be_wrong(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, price: str, currency: str
) -> None:
    terms = {**offered.content["terms"], "price": price, "currency": currency}
    Proposition.objects.update(content={**offered.content, "terms": terms})
    CheckoutPrice.objects.update(currency=currency, external_id="pri_there")
    paddle.charges("pri_there", price.replace(".", ""), currency)
    bought(buyer, offered)
    (asked,) = paddle.posts("/transactions")
    assert (asked.said["items"], asked.said["currency_code"]) == (
        [{"price_id": "pri_there", "quantity": 2}],
        currency,
    )
    assert not re.search("amount|unit_price", asked.body)


@pytest.mark.parametrize("troubles", [[LOST], [LOST, 503], [500, LOST], [429]])
def test_a_lost_answer_is_looked_for_before_another_transaction_is_made(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, troubles: list[int]
) -> None:
    paddle.troubles = troubles
    buyer.click(offered)
    for _ in range(4):
        due()
    assert buyer.refreshed().at.endswith("txn_1")
    assert len(paddle.made) == 1 and the(offered).external_id == "txn_1"


def test_a_worker_that_died_after_the_transaction_leaves_it_to_be_found_also_with_another_key(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, customer: None, monkeypatch: Any
) -> None:
    buyer.click(offered)
    with monkeypatch.context() as dying:
        dying.setattr(work, "_ready", lambda *_: None)
        due()
    account = CheckoutAccount.objects.get()
    account.secret_key = "wrong"
    account.save()
    due()
    assert (the(offered).state, the(offered).unsure) == ("failed", True)
    account.secret_key = PADDLE_KEY
    account.save()
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("txn_1") and len(paddle.made) == 1


@pytest.mark.parametrize("trouble", [400, 404])
def test_a_refusal_after_a_lost_answer_does_not_say_that_nothing_was_made(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, trouble: int, customer: None
) -> None:
    paddle.troubles = [0, LOST, trouble]
    buyer.click(offered)
    due()
    due()
    assert (the(offered).state, the(offered).unsure) == ("failed", True)
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("txn_1") and len(paddle.made) == 1


def test_what_was_looked_for_and_is_refused_may_be_ordered_anew(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble
) -> None:
    price = CheckoutPrice.objects.get()
    CheckoutPrice.objects.update(external_id="gone")
    paddle.charges("gone", "4900")
    paddle.troubles = [503]
    buyer.click(offered)
    due()
    due()
    assert (the(offered).state, the(offered).unsure) == ("refused", False)
    price.save()
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("txn_1") and len(paddle.made) == 1


def test_what_they_seem_to_have_after_a_lost_answer_does_not_make_a_second_transaction(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, customer: None
) -> None:
    line = {"price": {"id": "pri_pro"}, "quantity": 2}
    paddle.troubles = [0, LOST]
    buyer.click(offered)
    due()
    paddle.subscriptions = [{"customer_id": "ctm_9", "status": "active", "items": [line]}]
    due()
    assert (the(offered).state, the(offered).unsure) == ("owned", True)
    paddle.subscriptions = []
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("txn_1") and len(paddle.made) == 1


def test_who_is_led_elsewhere_after_a_lost_answer_comes_back_to_the_first_transaction(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, customer: None
) -> None:
    paddle.troubles = [0, LOST]
    buyer.click(offered)
    due()
    other = {"price": {"id": "pri_free"}, "quantity": 1}
    paddle.subscriptions = [{"customer_id": "ctm_9", "status": "active", "items": [other]}]
    due()
    assert buyer.refreshed().at == OWN and the(offered).unsure
    paddle.subscriptions = []
    Checkout.objects.update(expires_at=clock.real())
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("txn_1") and len(paddle.made) == 1


def test_somebody_elses_transaction_is_not_theirs(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble
) -> None:
    paddle.troubles = [500]
    checkout = {"url": "https://shop.test/pay?_ptxn=txn_x"}
    paddle.made = [{"id": "txn_x", "checkout": checkout, "custom_data": {"proposition_id": "other"}}]
    buyer.click(offered)
    due()
    due()
    assert buyer.refreshed().at.endswith("txn_2")


def test_who_subscribes_already_is_not_sold_a_second_subscription(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, customer: None
) -> None:
    other = {
        "customer_id": "ctm_9",
        "status": "active",
        "items": [{"price": {"id": "pri_free"}, "quantity": 1}],
    }
    paddle.subscriptions = [other]
    assert bought(buyer, offered).at == OWN and paddle.made == []
    paddle.subscriptions = [other | {"status": "canceled"}]
    the(offered).delete()
    assert bought(buyer, offered).at.endswith("txn_1")
    assert paddle.posts("/transactions")[0].said["customer_id"] == "ctm_9"


def test_what_they_have_is_not_sold_again(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, customer: None
) -> None:
    line = {"price": {"id": "pri_pro"}, "quantity": 2}
    paddle.subscriptions = [{"customer_id": "ctm_9", "status": "trialing", "items": [line]}]
    assert "Das haben Sie schon" in bought(buyer, offered).page and paddle.made == []


def test_the_portal_opens_for_who_is_in_the_app(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, customer: None
) -> None:
    OfferCheckout.objects.update(existing="portal")
    Proposition.objects.update(channel="in_app")
    assert bought(buyer, offered).at == "https://portal.paddle.test/ctm_9"


def test_a_seller_without_a_payment_page_is_told_so(
    buyer: Buyer, offered: Proposition, paddle: PaddleDouble, monkeypatch: Any
) -> None:
    monkeypatch.setattr(
        paddle, "_transaction", lambda said: (201, {"data": {"id": "txn_1", "checkout": {"url": None}}})
    )
    assert "zurzeit nicht kaufen" in bought(buyer, offered).page
    assert "default payment link" in the(offered).error
