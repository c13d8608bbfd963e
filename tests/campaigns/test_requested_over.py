"""An offer that was decided on request is over when what it says is no longer so."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import serve
from offers_app.models import Offer
from tests.campaigns.deciding import Server, noticed
from tests.conftest import Time
from tests.engine import MORNING
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


@pytest.fixture
def server() -> Server:
    return Server()


ENDS = MORNING + timedelta(hours=5)


@pytest.mark.parametrize(
    "ends",
    [
        {"valid_until": ENDS},
        {"incentive_kind": "percent", "incentive_value": 20, "incentive_ends_at": ENDS},
    ],
)
def test_it_ends_with_what_it_says(server: Server, time: Time, ends: dict[str, Any]) -> None:
    Offer.objects.filter(slug="pro-plan").update(**ends)
    person = noticed()
    assert server.offered(person, id="one").expires_at == ENDS
    time.set(ENDS)
    assert serve.offers(str(person.user_id), None, None, 5, clock.now()) == []
    said = server.ask(person, id="one")
    assert (said["offers"], said["outcome"], said["gate"]) == ([], "excluded", "no_longer_relevant")


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        ({"live": False}, "offer_off"),
        ({"valid_until": ENDS}, "not_valid_now"),
        ({"incentive_ends_at": ENDS}, "not_valid_now"),
    ],
)
def test_told_again_it_is_met_as_staff_have_changed_it_since(
    server: Server, time: Time, change: dict[str, Any], gate: str
) -> None:
    offers = Offer.objects.filter(slug="pro-plan")
    offers.update(incentive_kind="percent", incentive_value=20)
    person = noticed()
    server.offered(person, id="one")
    offers.update(**change)
    assert bool(server.ask(person, id="one")["offers"]) is ("live" not in change)
    time.set(ENDS)
    said = server.ask(person, id="one")
    assert (said["offers"], said["outcome"], said["gate"]) == ([], "excluded", gate)
    assert said["reason"]
