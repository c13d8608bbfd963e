"""Whoever belongs to several accounts: what bars one of them bars the person, whichever an event names."""

import pytest

from campaigns_app import advance
from campaigns_app.models import Delivery
from people_app.models import Account, Membership
from tests.build import an_account
from tests.campaigns.gates import BARS
from tests.conftest import Time
from tests.engine import MORNING, begun, enrolled, last_decision, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
CODES = ["problem_ticket", "unpaid", "cancelling", "holdout"]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: pytest.FixtureRequest) -> None:
    settings.HOLDOUT_PERCENT = 0  # type: ignore[attr-defined]
    time.set(MORNING)


@pytest.mark.parametrize("code", CODES)
def test_what_bars_another_of_their_accounts_bars_them(code: str) -> None:
    person, other = somebody(), an_account()
    run = enrolled(person)
    Membership.objects.create(person=person, account=other, joined_at=MORNING)
    BARS[code](person, other)
    advance.due()
    decision = last_decision(person)
    assert (decision.gate, decision.outcome) == (code, "holdout" if code == "holdout" else "excluded")
    assert not Delivery.objects.exists()
    run.refresh_from_db()
    assert run.end_reason == code


@pytest.mark.parametrize("code", CODES)
def test_an_account_that_is_not_theirs_bars_nobody(code: str) -> None:
    stranger = somebody()
    BARS[code](stranger, Account.objects.get(memberships__person=stranger))
    person = somebody()
    assert begun(person).state == "active"
    assert Delivery.objects.get().person == person
