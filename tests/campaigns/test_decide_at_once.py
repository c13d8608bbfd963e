"""Decided on request at one moment: an opt-out, a second question, a worker; real threads with real locks."""

import json
from typing import Any

import pytest
from django.db import transaction

from campaigns_app import advance, standing, starter_pack
from campaigns_app.models import Delivery, Enrollment
from consent_app import ledger
from offers_app.models import Decision, Proposition
from tests.at_once import Other
from tests.campaigns.deciding import Server, noticed
from tests.campaigns.test_concurrently import at_once
from tests.conftest import Time
from tests.engine import MORNING, account_of, enrolled
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def pack(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)
    starter_pack.load()


def test_an_opt_out_that_is_under_way_is_waited_for_and_wins() -> None:
    """Whoever writes it holds the contact points; the question is answered after that."""
    person, server, said = noticed(), Server(), list[dict[str, Any]]()

    def ask() -> None:
        with clock.frozen(MORNING):
            said.append(server.ask(person))

    with transaction.atomic():
        ledger.withdraw(person, how="test")
        other = Other(ask)
        other.until_it_waits()
    other.end()
    assert (said[0]["offers"], said[0]["gate"]) == ([], "opted_out")
    assert not Delivery.objects.exists()


def test_an_opt_out_waits_for_a_decision_and_its_offer_is_not_told_again() -> None:
    person, server = noticed(), Server()
    with transaction.atomic():
        standing.lock({account_of(person).pk}, {person.pk})
        other = Other(lambda: ledger.withdraw(person, how="test"))
        other.until_it_waits()
        first = server.ask(person, id="one")
    other.end()
    assert len(first["offers"]) == 1
    assert server.ask(person, id="one")["gate"] == "opted_out"


def test_of_several_with_one_key_one_decides_and_all_are_told_the_same() -> None:
    person, server, said = noticed(), Server(), list[str]()

    def ask() -> None:
        said.append(json.dumps(server.ask(person, id="one"), sort_keys=True))

    at_once(ask, ask, ask, ask)
    assert (len(said), len(set(said))) == (4, 1)
    assert json.loads(said[0])["offers"]
    assert (Decision.objects.count(), Proposition.objects.count()) == (1, 1)


def test_of_several_questions_at_once_one_gets_the_offer() -> None:
    person, server, said = noticed(), Server(), list[dict[str, Any]]()
    at_once(*[lambda: said.append(server.ask(person))] * 4)
    assert sorted(one["outcome"] for one in said) == ["delivered", *["excluded"] * 3]
    assert Proposition.objects.count() == 1


def test_a_worker_and_a_question_make_one_live_offer_of_the_account() -> None:
    person, server = noticed(), Server()
    enrolled(person)
    at_once(lambda: server.ask(person), advance.due)
    assert Proposition.objects.filter(state="live").count() == 1
    assert Enrollment.objects.count() == 1


def test_two_of_one_account_get_one_offer_between_them() -> None:
    ana, server = noticed(), Server()
    ben = noticed(account=account_of(ana))
    at_once(lambda: server.ask(ana), lambda: server.ask(ben))
    assert Proposition.objects.count() == 1
