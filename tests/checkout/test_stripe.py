"""What Stripe is asked for: sessions, changes of a subscription, the portal."""

import re
from typing import Any

import pytest

from offers_app.checkout import stripe as adapter
from offers_app.models import CheckoutPrice, Proposition
from people_app.models import Account, Person
from tests.checkout.doubles import StripeDouble, nested
from tests.checkout.shop import OWN, TERMS, Buyer, an_account, an_offer_for, due, the


def subscription(price: str = "price_free", quantity: int = 3, **more: Any) -> dict[str, Any]:
    line = {"id": "si_1", "price": {"id": price}, "quantity": quantity}
    items = {"data": [line, *more.pop("lines", [])]}
    return {"id": "sub_1", "customer": "cus_9", "status": "active", "items": items, "metadata": {}, **more}


@pytest.fixture
def known(person: Person) -> Account:
    """Their account is a customer of Stripe."""
    account = person.memberships.get().account
    account.stripe_customer_id = "cus_9"
    account.seats_used = 12
    account.save()
    return account


def offered(person: Person, stripe: StripeDouble, **fields: Any) -> Proposition:
    proposition = an_offer_for(person, an_account(stripe), **fields)
    proposition.account = person.memberships.get().account
    proposition.save()
    return proposition


def bought(buyer: Buyer, proposition: Proposition) -> Buyer:
    buyer.click(proposition)
    due()
    return buyer.refreshed() if "Refresh" in buyer.headers else buyer


def test_who_subscribes_already_confirms_the_change_on_stripes_page(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble
) -> None:
    stripe.subscriptions = [subscription()]
    proposition = offered(person, stripe, quantity_from="seats_used")
    assert bought(buyer, proposition).at == "https://billing.stripe.test/p/session/1"
    assert buyer.clicks == 1, "and the second confirms"
    (portal,) = stripe.made
    flow = portal["said"]["flow_data"]
    assert flow["subscription_update_confirm"] == {
        "subscription": "sub_1",
        "items": {"0": {"id": "si_1", "price": "price_pro", "quantity": "12"}},
    }
    assert flow["after_completion"]["redirect"]["return_url"].endswith("?done=1")
    assert stripe.subscriptions[0]["metadata"]["proposition_id"] == str(proposition.pk)
    assert [
        one.headers["idempotency-key"].partition(":1")[2] for one in stripe.asked if one.method == "POST"
    ] == [
        ":mark",
        ":portal",
    ]
    assert stripe.subscriptions[0]["items"]["data"][0]["quantity"] == 3, "nothing was changed from here"


def test_an_address_of_the_portal_is_made_anew_when_it_is_void(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble
) -> None:
    stripe.subscriptions = [subscription()]
    proposition = offered(person, stripe)
    bought(buyer, proposition)
    row = the(proposition)
    assert row.expires_at and (row.expires_at - row.asked_at).total_seconds() <= adapter.PORTAL_SECONDS + 1
    assert bought(buyer, proposition).at.endswith("/1")
    type(row).objects.update(expires_at=row.asked_at)
    assert bought(buyer, proposition).at.endswith("/2")


def test_what_they_have_at_stripe_is_not_sold_again(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble
) -> None:
    stripe.subscriptions = [subscription("price_pro")]
    proposition = offered(person, stripe)
    assert "Das haben Sie schon" in bought(buyer, proposition).page
    assert stripe.made == []


def test_more_seats_of_the_same_price_are_a_change(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble
) -> None:
    stripe.subscriptions = [subscription("price_pro", quantity=3)]
    proposition = offered(person, stripe, quantity_from="evidence")
    Proposition.objects.update(evidence={"seats": 5})
    assert "/p/session/1" in bought(buyer, proposition).at
    line = stripe.made[0]["said"]["flow_data"]["subscription_update_confirm"]["items"]["0"]
    assert line["quantity"] == "5"


@pytest.mark.parametrize(
    "several",
    [
        [subscription(lines=[{"id": "si_2", "price": {"id": "price_x"}, "quantity": 1}])],
        [subscription(), subscription() | {"id": "sub_2"}],
    ],
)
def test_several_items_or_subscriptions_lead_to_the_offers_own_address(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble, several: list[dict[str, Any]]
) -> None:
    stripe.subscriptions = several
    assert bought(buyer, offered(person, stripe)).at == OWN
    assert stripe.made == []


def test_or_to_a_plain_page_where_it_has_none(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble
) -> None:
    stripe.subscriptions = [subscription(), subscription() | {"id": "sub_2"}]
    assert "zurzeit nicht kaufen" in bought(buyer, offered(person, stripe, url="")).page


def test_an_add_on_is_bought_beside(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble
) -> None:
    stripe.subscriptions = [subscription()]
    proposition = offered(person, stripe, existing="beside")
    assert "/cs_test_1" in bought(buyer, proposition).at
    assert stripe.made[0]["customer"] == "cus_9"


def test_one_payment_carries_the_proposition_too(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble
) -> None:
    proposition = offered(person, stripe, mode="payment", terms={"price": "9.00", "currency": "EUR"})
    assert "/cs_test_1" in bought(buyer, proposition).at
    assert stripe.made[0]["payment_intent_data"]["metadata"]["proposition_id"] == str(proposition.pk)
    assert "subscription_data" not in stripe.made[0]


def test_a_trial_is_as_long_as_the_terms_say_and_may_need_no_card(
    buyer: Buyer, person: Person, stripe: StripeDouble
) -> None:
    proposition = offered(
        person, stripe, terms={**TERMS, "trial_days": 14}, trial_without_card=True, adjustable=True
    )
    bought(buyer, proposition)
    (session,) = stripe.made
    data = session["subscription_data"]
    assert data["trial_period_days"] == "14"
    assert data["trial_settings"] == {"end_behavior": {"missing_payment_method": "cancel"}}
    assert session["payment_method_collection"] == "if_required"
    assert session["line_items"]["0"]["adjustable_quantity"] == {"enabled": "true", "minimum": "1"}


def test_a_promotion_code_is_named_as_one(buyer: Buyer, person: Person, stripe: StripeDouble) -> None:
    terms = {**TERMS, "incentive": {"kind": "percent", "value": 20, "ends_at": None}}
    bought(buyer, offered(person, stripe, terms=terms, discount="promo_1"))
    assert stripe.made[0]["discounts"] == {"0": {"promotion_code": "promo_1"}}


def test_a_discount_that_the_terms_do_not_name_is_not_given(
    buyer: Buyer, person: Person, stripe: StripeDouble
) -> None:
    bought(buyer, offered(person, stripe, discount="promo_1"))
    assert "discounts" not in stripe.made[0]


def test_the_price_is_the_one_in_the_currency_and_period_that_were_shown(
    buyer: Buyer, person: Person, stripe: StripeDouble
) -> None:
    proposition = offered(person, stripe)
    CheckoutPrice.objects.create(
        offer=proposition.offer,
        provider="stripe",
        currency="USD",
        period="year",
        external_id="price_usd_year",
    )
    stripe.charges("price_usd_year", "4900", "USD", "year")
    shown = {**proposition.content, "terms": {**TERMS, "currency": "USD", "period": "year"}}
    Proposition.objects.filter(pk=proposition.pk).update(content=shown)
    bought(buyer, proposition)
    assert stripe.made[0]["line_items"]["0"]["price"] == "price_usd_year"


@pytest.mark.parametrize(("price", "currency"), [("4900", "JPY"), ("65000", "KRW"), ("4.250", "KWD")])
def test_no_amount_is_sent_so_no_minor_unit_can_be_wrong(
    buyer: Buyer, person: Person, stripe: StripeDouble, price: str, currency: str
) -> None:
    """Stripe wants 4900 yen as 4900 and 4.250 dinars as 4250: the price is named by its id, and it knows its amount."""
    proposition = offered(person, stripe, terms={**TERMS, "price": price, "currency": currency})
    CheckoutPrice.objects.update(currency=currency, external_id="price_there")
    stripe.charges("price_there", price.replace(".", ""), currency)
    bought(buyer, proposition)
    (session,) = stripe.made
    assert session["line_items"] == {"0": {"price": "price_there", "quantity": "1"}}
    (asked,) = stripe.posts("/v1/checkout/sessions")
    assert not re.search("amount|price_data", asked.body)


def test_the_portal_opens_for_who_is_in_the_app_and_not_for_a_mail(
    buyer: Buyer, person: Person, known: Account, stripe: StripeDouble
) -> None:
    proposition = offered(person, stripe, existing="portal")
    assert bought(buyer, proposition).at == OWN and stripe.made == []
    Proposition.objects.update(channel="in_app")
    the(proposition).delete()
    assert bought(buyer, proposition).at == "https://billing.stripe.test/p/session/1"
    assert "flow_data" not in stripe.made[0]["said"]


def test_a_personal_account_has_no_reference_that_could_be_read_as_a_group(
    buyer: Buyer, person: Person, stripe: StripeDouble
) -> None:
    proposition = offered(person, stripe)
    Account.objects.update(group_id=None)
    bought(buyer, proposition)
    assert "client_reference_id" not in stripe.made[0]
    assert stripe.made[0]["metadata"]["user_id"] == "u_9"


def test_the_form_is_what_stripe_reads() -> None:
    said = {"a": [{"b": "ü &=[]", "c": True, "d": 0}], "e": {"f": {"g": "x y"}}}
    assert nested(adapter.encoded(said).decode()) == {
        "a": {"0": {"b": "ü &=[]", "c": "true", "d": "0"}},
        "e": {"f": {"g": "x y"}},
    }
