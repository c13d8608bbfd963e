"""Which clicks on an offer that is bought at a provider are kept, and which of them still lead to a payment."""

import pytest

from campaigns_app.models import Interaction
from offers_app.models import Checkout, Proposition
from people_app.models import Person
from tests.checkout.doubles import StripeDouble
from tests.checkout.shop import Buyer, an_account, an_offer_for, due
from upsell_project.lib import clock

WITHDRAWN = "Dieses Angebot gilt nicht mehr"


@pytest.fixture
def offered(person: Person, stripe: StripeDouble) -> Proposition:
    return an_offer_for(person, an_account(stripe))


def change(offered: Proposition, **fields: object) -> None:
    Proposition.objects.filter(pk=offered.pk).update(**fields)


def clicks() -> list[str]:
    return list(Interaction.objects.filter(kind="clicked").values_list("how", flat=True))


def test_it_works(buyer: Buyer, offered: Proposition) -> None:
    buyer.click(offered)
    buyer.click(offered)
    assert clicks() == ["mail"]


def test_on_a_page_that_somebody_else_made_no_widget_tells_of_it(buyer: Buyer, offered: Proposition) -> None:
    change(offered, channel="in_app", enrollment_id=None)
    buyer.click(offered)
    buyer.click(offered)
    offered.refresh_from_db()
    assert offered.clicked_at and clicks() == ["link"]


@pytest.mark.parametrize(
    "shown", [{}, {"enrollment_id": None, "clicked_at": clock.real()}], ids=["by a run", "on request"]
)
def test_what_the_widget_tells_is_kept_once(
    buyer: Buyer, offered: Proposition, shown: dict[str, object]
) -> None:
    change(offered, channel="in_app", **shown)
    buyer.click(offered)
    assert clicks() == [] and Checkout.objects.exists()


def test_who_clicked_before_it_was_withdrawn_may_go_on(buyer: Buyer, offered: Proposition) -> None:
    buyer.click(offered)
    change(offered, state="ended")
    due()
    assert buyer.click(offered).at.endswith("cs_test_1")


@pytest.mark.parametrize("channel", ["email", "in_app"])
def test_a_click_on_what_was_withdrawn_sells_nothing_however_often(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble, channel: str
) -> None:
    """Also where the widget or a provider of mails told of the click first."""
    change(offered, state="ended", channel=channel)
    for _ in range(2):
        assert WITHDRAWN in buyer.click(offered).page and WITHDRAWN in buyer.press(offered).page
    change(offered, clicked_at=clock.now())
    assert WITHDRAWN in buyer.click(offered).page
    due()
    assert not Checkout.objects.exists() and stripe.asked == []
