"""Decided on request at one moment: an opt-out, a second question, a worker; real threads with real locks."""

import json
import uuid
from typing import Any

import pytest
from django.db import transaction

from campaigns_app import advance, enroll, interact, standing, starter_pack
from campaigns_app.models import Delivery, Enrollment
from consent_app import ledger
from offers_app.models import Decision, Proposition
from people_app.models import Account, Membership, Person
from signals_app.models import Signal
from tests.at_once import Other
from tests.build import an_account
from tests.campaigns.deciding import Server, noticed
from tests.campaigns.test_concurrently import at_once
from tests.conftest import Time
from tests.engine import MORNING, a_signal, account_of, enrolled, receive, used
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


def in_two_accounts(time: Time, server: Server) -> tuple[Person, Proposition, Account]:
    """They were offered something in one, and are near a limit of the other."""
    person, second = noticed(), an_account("second", caps={"exports": 20})
    Membership.objects.create(person=person, account=second, joined_at=MORNING)
    offer = server.offered(person)
    time.move(days=2)
    used(second, 17)
    a_signal(person, second)
    return person, offer, second


def answered(person: Person, offer: Proposition, kind: str) -> None:
    interact.record(offer.pk, person.pk, kind, id=uuid.uuid4(), at=clock.now(), how="widget")


def replied(person: Person, offer: Proposition, server: Server) -> None:
    said = {"delivery_id": str(offer.delivery.pk), "text": "This is annoying and useless."}
    receive(
        server.source,
        {"type": "track", "event": "Reply Received", "userId": person.user_id, "properties": said},
    )


@pytest.mark.parametrize(
    ("kind", "gate"),
    [
        ("declined", "cooldown"),
        ("dismissed", "cooldown"),
        ("feedback", "cooldown"),
        ("a reply", "problem_ticket"),
    ],
)
def test_a_no_that_is_under_way_is_waited_for_and_counts_in_every_account(
    time: Time, kind: str, gate: str
) -> None:
    server, said = Server(), list[dict[str, Any]]()
    person, offer, second = in_two_accounts(time, server)
    now = clock.now()

    def ask() -> None:
        with clock.frozen(now):
            said.append(server.ask(person, account=second.group_id))

    with transaction.atomic():
        replied(person, offer, server) if kind == "a reply" else answered(person, offer, kind)
        other = Other(ask)
        other.until_it_waits()
    other.end()
    assert (said[0]["offers"], said[0]["gate"]) == ([], gate)


def test_a_run_that_begins_while_a_no_is_under_way_waits_for_it_too(time: Time) -> None:
    person, offer, second = in_two_accounts(time, Server())
    now = clock.now()

    def begin() -> None:
        with clock.frozen(now):
            enroll.from_signals(list(Signal.objects.filter(account=second)), now)
            advance.due()

    with transaction.atomic():
        answered(person, offer, "declined")
        other = Other(begin)
        other.until_it_waits()
    other.end()
    assert Enrollment.objects.get().end_reason == "cooldown"
    assert not Proposition.objects.filter(account=second).exists()


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
