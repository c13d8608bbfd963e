"""An offer that was decided on request is over when what it says is no longer so."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import enroll, serve
from offers_app.models import Offer, Proposition
from people_app.models import Person
from signals_app.models import Signal
from tests.build import an_account
from tests.campaigns.deciding import Server, noticed
from tests.conftest import Time
from tests.engine import MORNING, account_of, cap, receive, used
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


def served(person: Person) -> bool:
    return bool(serve.offers(str(person.user_id), None, None, 5, clock.now()))


def test_one_whose_reason_is_gone_is_withdrawn_when_that_is_known(server: Server) -> None:
    grown, same = noticed(), noticed()
    offer, other = server.offered(grown), server.offered(same)
    limits = {"type": "group", "userId": grown.user_id, "groupId": account_of(grown).group_id}
    receive(server.source, {**limits, "traits": {"limits": {"exports": 1000}}})
    offer.refresh_from_db()
    other.refresh_from_db()
    assert (offer.state, other.state) == ("ended", "live")
    assert (served(grown), served(same)) == (False, True)


def test_told_again_its_reason_is_looked_at_anew(server: Server) -> None:
    person = noticed()
    server.offered(person, id="one")
    used(account_of(person), 5)
    said = server.ask(person, id="one")
    assert (said["offers"], said["outcome"], said["gate"]) == ([], "excluded", "no_longer_relevant")
    used(account_of(person), 18)
    assert server.ask(person, id="one")["offers"]


@pytest.mark.parametrize("change", ["still so", "too old", "forgotten"])
def test_one_that_still_has_its_reason_stays(server: Server, change: str) -> None:
    """That a signal grew old withdraws nothing, as it withdraws nothing of a run."""
    person = noticed()
    server.offered(person, id="one")
    if change == "too old":
        Signal.objects.update(expires_at=clock.now())
    elif change == "forgotten":
        Signal.objects.all().delete()
    if change != "still so":
        cap(account_of(person), 1000)
    enroll.recheck([account_of(person).pk])
    assert Proposition.objects.get().state == "live"
    assert server.ask(person, id="one")["offers"]


def test_what_others_are_told_is_left_alone(server: Server) -> None:
    """An offer of the same person in another account, and one that was answered."""
    person = noticed()
    offer = server.offered(person)
    elsewhere = an_account("elsewhere")
    cap(account_of(person), 1000)
    enroll.recheck([elsewhere.pk])
    offer.refresh_from_db()
    assert offer.state == "live"
    Proposition.objects.update(state="answered")
    enroll.recheck([account_of(person).pk])
    offer.refresh_from_db()
    assert offer.state == "answered"
