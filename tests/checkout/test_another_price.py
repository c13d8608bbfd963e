"""Nobody is led to another price than they were shown: the provider's is read before anything is made."""

from typing import Any

import pytest

from offers_app.models import CheckoutPrice, Proposition
from people_app.models import Person
from tests.checkout.doubles import PaddleDouble, StripeDouble
from tests.checkout.shop import TERMS, Buyer, an_account, an_offer_for, due, the

SHOWN = "We show 49.00 EUR every month, but the provider charges "
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"amount": "5500"}, "55.00 EUR every month."),
    ({"amount": "4900", "currency": "USD"}, "49.00 USD every month."),
    ({"amount": "4900", "interval": "year"}, "49.00 EUR every year."),
    ({"amount": "4900", "interval": "month", "count": 3}, "49.00 EUR every 3 months."),
    ({"amount": "4900", "interval": ""}, "49.00 EUR once."),
]


def bought(buyer: Buyer, proposition: Proposition) -> Buyer:
    buyer.click(proposition)
    due()
    return buyer.refreshed()


@pytest.mark.parametrize(("charged", "said"), WRONG)
def test_stripe_makes_nothing_at_another_price_and_staff_see_both(
    buyer: Buyer, person: Person, stripe: StripeDouble, charged: dict[str, Any], said: str
) -> None:
    proposition = an_offer_for(person, an_account(stripe))
    stripe.charges("price_pro", **charged)
    page = bought(buyer, proposition).page
    assert "zurzeit nicht kaufen" in page and "provider" not in page
    assert stripe.made == [] and stripe.posts("/v1/checkout/sessions") == []
    row = the(proposition)
    assert (row.state, row.unsure, row.error) == ("refused", False, f"{SHOWN}{said}")


@pytest.mark.parametrize(("charged", "said"), WRONG)
def test_nor_does_paddle(
    buyer: Buyer, person: Person, paddle: PaddleDouble, charged: dict[str, Any], said: str
) -> None:
    proposition = an_offer_for(person, an_account(paddle))
    paddle.charges("pri_pro", **charged)
    assert "zurzeit nicht kaufen" in bought(buyer, proposition).page
    assert paddle.made == [] and the(proposition).error == f"{SHOWN}{said}"


def test_what_does_not_renew_is_not_sold_as_a_subscription(
    buyer: Buyer, person: Person, stripe: StripeDouble
) -> None:
    proposition = an_offer_for(person, an_account(stripe), terms={**TERMS, "renews": False})
    bought(buyer, proposition)
    assert the(proposition).error.startswith(
        "We show 49.00 EUR once, but the provider charges 49.00 EUR every"
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"active": False}, "this price is archived"),
        ({"unit_amount": None, "unit_amount_decimal": None}, "this price has no one amount"),
        (
            {"recurring": {"interval": "month", "interval_count": 1, "usage_type": "metered"}},
            "this price is by use, and has no one amount",
        ),
    ],
)
def test_what_cannot_be_compared_is_not_sold(
    buyer: Buyer, person: Person, stripe: StripeDouble, more: dict[str, Any], said: str
) -> None:
    proposition = an_offer_for(person, an_account(stripe))
    stripe.charges("price_pro", "4900", **more)
    bought(buyer, proposition)
    assert stripe.made == [] and the(proposition).error == said


def test_a_year_may_be_twelve_months(buyer: Buyer, person: Person, stripe: StripeDouble) -> None:
    proposition = an_offer_for(person, an_account(stripe), terms={**TERMS, "period": "year"})
    stripe.charges("price_pro", "4900", count=12)
    assert "/cs_test_1" in bought(buyer, proposition).at


@pytest.mark.parametrize(("country", "sold"), [("4900", True), ("5500", False)])
def test_at_paddle_no_country_pays_another_price_in_the_currency(
    buyer: Buyer, person: Person, paddle: PaddleDouble, country: str, sold: bool
) -> None:
    proposition = an_offer_for(person, an_account(paddle), terms={**TERMS, "currency": "EUR"})
    others = [
        {"country_codes": ["AT"], "unit_price": {"amount": country, "currency_code": "EUR"}},
        {"country_codes": ["US"], "unit_price": {"amount": "6000", "currency_code": "USD"}},
    ]
    paddle.charges("pri_pro", "4900", unit_price_overrides=others)
    bought(buyer, proposition)
    assert len(paddle.made) == sold


@pytest.mark.parametrize(
    ("trial", "sold"),
    [
        ({"interval": "day", "frequency": 14}, True),
        ({"interval": "week", "frequency": 3}, True),
        ({"interval": "day", "frequency": 13}, False),
        (None, False),
    ],
)
def test_at_paddle_the_free_days_are_at_least_those_that_were_shown(
    buyer: Buyer, person: Person, paddle: PaddleDouble, trial: dict[str, Any] | None, sold: bool
) -> None:
    proposition = an_offer_for(person, an_account(paddle), terms={**TERMS, "trial_days": 14})
    paddle.charges("pri_pro", "4900", trial_period=trial)
    bought(buyer, proposition)
    assert len(paddle.made) == sold
    assert sold or "49.00 EUR every month after 14 free days" in the(proposition).error


def test_a_provider_that_does_not_say_its_price_is_asked_again(
    buyer: Buyer, person: Person, stripe: StripeDouble
) -> None:
    proposition, stripe.price_trouble = an_offer_for(person, an_account(stripe)), 503
    buyer.click(proposition)
    due()
    assert the(proposition).state == "wanted" and stripe.made == []
    stripe.price_trouble = 0
    due()
    assert "/cs_test_1" in buyer.refreshed().at
    assert stripe.looked_up == ["price_pro"] * 2


def test_where_no_price_was_shown_there_is_nothing_to_compare(
    buyer: Buyer, person: Person, stripe: StripeDouble
) -> None:
    proposition = an_offer_for(person, an_account(stripe))
    Proposition.objects.update(content={**proposition.content, "terms": {"trial_days": 14}})
    CheckoutPrice.objects.update(period="")
    assert "/cs_test_1" in bought(buyer, proposition).at and stripe.looked_up == []


def test_an_order_from_before_prices_were_compared_is_carried_out(
    buyer: Buyer, person: Person, stripe: StripeDouble
) -> None:
    proposition = an_offer_for(person, an_account(stripe))
    buyer.click(proposition)
    row = the(proposition)
    row.request = {name: value for name, value in row.request.items() if name not in ("amount", "period")}
    row.save()
    due()
    assert "/cs_test_1" in buyer.refreshed().at
