"""What staff switch off is not sold any more, but to who began to buy it before."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from offers_app import linted
from offers_app.models import Checkout, Offer, Proposition
from tests.checkout.doubles import StripeDouble
from tests.checkout.shop import TERMS, Buyer, due
from upsell_project.lib import clock


def a_waiver_ended(offered: Proposition) -> None:
    Offer.objects.update(fields={"headline": "only 3 seats left"})
    (waived,) = linted.waive(Offer.objects.get(pk=offered.offer_id), "anna", "Three.", ["false-scarcity"])
    linted.withdraw([waived], "ben")


def an_incentive_ended(offered: Proposition) -> None:
    incentive = {"kind": "percent", "value": 20, "ends_at": None}
    offered.content = {**offered.content, "terms": {**TERMS, "incentive": incentive}}
    offered.save()
    Offer.objects.update(incentive_ends_at=clock.now())


SWITCHED_OFF: dict[str, Callable[[Proposition], object]] = {
    "off": lambda _: Offer.objects.update(live=False),
    "over": lambda _: Offer.objects.update(valid_until=clock.now()),
    "not yet": lambda _: Offer.objects.update(valid_from=clock.now() + timedelta(days=1)),
    "incentive": an_incentive_ended,
    "waiver": a_waiver_ended,
}


@pytest.mark.parametrize("happened", SWITCHED_OFF)
@pytest.mark.parametrize("way", ["click", "press"])
def test_what_staff_switched_off_is_not_sold(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble, happened: str, way: str
) -> None:
    SWITCHED_OFF[happened](offered)
    page = getattr(buyer, way)(offered).page
    assert "Dieses Angebot gilt nicht mehr" in page and "<form" not in page
    due()
    assert stripe.asked == [] and not Checkout.objects.exists()


@pytest.mark.parametrize("happened", SWITCHED_OFF)
def test_who_began_before_staff_switched_it_off_may_go_on(
    buyer: Buyer, offered: Proposition, happened: str
) -> None:
    buyer.click(offered)
    SWITCHED_OFF[happened](offered)
    due()
    assert buyer.refreshed().at.endswith("cs_test_1")
