from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from offers_app.models import Proposition
from people_app.models import Person
from tests.build import a_person, an_account
from tests.checkout import doubles
from tests.checkout.doubles import PaddleDouble, StripeDouble
from tests.checkout.shop import Buyer, an_offer_for
from tests.checkout.shop import an_account as a_checkout_account
from tests.conftest import Time
from tests.recipients.offers import a_policy


@pytest.fixture
def stripe(settings: Any) -> Iterator[StripeDouble]:
    with doubles.running(StripeDouble()) as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [*settings.OUTBOUND_ALLOWED_HOSTS, running.host]
        yield running


@pytest.fixture
def paddle(settings: Any) -> Iterator[PaddleDouble]:
    with doubles.running(PaddleDouble()) as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [*settings.OUTBOUND_ALLOWED_HOSTS, running.host]
        yield running


@pytest.fixture
def person(db: None, time: Time) -> Person:
    a_policy()
    account = an_account("acct_9", plan="free")
    return a_person("u_9", account=account, email="ada@corp.test", consent=("email",), locale="de-AT")


@pytest.fixture
def buyer() -> Buyer:
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"}
    return Buyer(Client(enforce_csrf_checks=True, headers=agent))


@pytest.fixture
def offered(person: Person, stripe: StripeDouble) -> Proposition:
    proposition = an_offer_for(person, a_checkout_account(stripe))
    proposition.account = person.memberships.get().account
    proposition.save()
    return proposition
