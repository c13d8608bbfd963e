"""The price that is shown is that of one: how many are bought stands beside it, and so many are ordered."""

from typing import Any

import pytest

from offers_app import goods, personalize
from offers_app.models import OfferCheckout, Proposition
from people_app.models import Account, Person
from tests.checkout.doubles import StripeDouble
from tests.checkout.shop import TERMS, Buyer, due
from tests.offers.selling import unsaved
from tests.offers.test_claims import NOW


@pytest.mark.parametrize(
    ("way", "seats", "evidence", "shown"),
    [
        ({}, 5, {}, {}),
        ({"quantity": 3}, 5, {}, {"quantity": 3, "unit": "unit"}),
        ({"adjustable": True}, 5, {}, {"quantity": None, "unit": "unit"}),
        ({"quantity_from": "seats_used"}, 5, {}, {"quantity": 5, "unit": "seat"}),
        ({"quantity_from": "seats_used", "quantity": 9}, 5, {}, {"quantity": 9, "unit": "seat"}),
        ({"quantity_from": "seats_used"}, None, {}, {"quantity": None, "unit": "seat"}),
        ({"quantity_from": "evidence"}, 5, {"seats": 7}, {"quantity": 7, "unit": "seat"}),
        ({"quantity_from": "evidence"}, 5, {"seats": "7; DROP"}, {"quantity": None, "unit": "seat"}),
        ({"quantity_from": "evidence"}, 5, {"seats": 10**9}, {"quantity": None, "unit": "seat"}),
    ],
)
def test_the_terms_say_how_many(
    way: dict[str, Any], seats: int | None, evidence: dict[str, Any], shown: dict[str, Any]
) -> None:
    offer, account = unsaved(), Account(currency="EUR", seats_used=seats)
    offer.checkout = OfferCheckout(**way)
    stated = personalize.context(Person(pk=7), account, offer, evidence, NOW)["stated"]
    assert {name: stated[name] for name in ("quantity", "unit") if name in stated} == shown
    assert goods.quantity(unsaved(), account, evidence) == {}, "without a checkout nothing is multiplied"


@pytest.mark.parametrize(("shown", "ordered"), [({"quantity": 5}, "5"), ({"quantity": None}, "8"), ({}, "8")])
def test_as_many_are_ordered_as_were_shown(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble, shown: dict[str, Any], ordered: str
) -> None:
    """They may have hired somebody since."""
    OfferCheckout.objects.update(quantity_from="seats_used")
    Account.objects.update(seats_used=8)
    offered.content = {**offered.content, "terms": {**TERMS, "unit": "seat", **shown}}
    offered.save()
    buyer.click(offered)
    due()
    assert stripe.made[0]["line_items"]["0"]["quantity"] == ordered
