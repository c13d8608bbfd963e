"""Whoever bills, and however many subscriptions there are: the account says the same, in any order."""

import json
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from campaigns_app import pipeline
from people_app.models import Account, PlanPrice
from signals_app import ingest
from signals_app.models import Source
from tests.build import a_source, an_account
from tests.connectors import payload
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]


@pytest.fixture(autouse=True)
def plans() -> None:
    for key, plan in [("price_team", "team"), ("pri_starter", "starter"), ("team", "team")]:
        PlanPrice.objects.create(price_key=key, plan=plan)


def told(source: Source, said: Any, call: str = "hook") -> None:
    ingest.accept(source.pk, call, json.dumps(said).encode(), {})
    while pipeline.process(20):
        pass


def stripe(number: int, id: str, ago: int, kind: str = "updated", **fields: Any) -> dict[str, Any]:
    price = {"id": "price_team", "unit_amount": 4900, "currency": "eur", "recurring": {"interval": "month"}}
    sub = {
        "id": id,
        "object": "subscription",
        "customer": "cus_1",
        "metadata": {"account_id": "acme"},
        "status": "active",
        "currency": "eur",
        "items": {"data": [{"id": "si", "quantity": 2, "price": price}]},
        **fields,
    }
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": f"customer.subscription.{kind}",
        "created": int(clock.now().timestamp()) - ago,
        "data": {"object": sub},
    }


def facts() -> tuple[Any, ...]:
    acme = Account.objects.get(group_id="acme")
    return acme.subscription_status, acme.plan, acme.mrr, acme.invoice_status


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_of_two_subscriptions_that_ended_leaves_the_other(order: tuple[int, ...]) -> None:
    source = a_source("stripe")
    for number in order:
        told(source, stripe_history()[number])
    assert facts() == ("active", "team", 98, "")


def stripe_history() -> list[dict[str, Any]]:
    return [
        stripe(1, "sub_1", 300),
        stripe(2, "sub_2", 200),
        stripe(3, "sub_2", 100, "deleted", status="canceled"),
    ]


def test_two_subscriptions_add_up_and_one_unpaid_makes_it_past_due() -> None:
    source = a_source("stripe")
    told(source, stripe(1, "sub_1", 300))
    told(source, stripe(2, "sub_2", 200, status="past_due"))
    assert facts() == ("active", "team", 196, "past_due")


def test_paddle_says_it_in_the_same_words() -> None:
    an_account("acct_9")
    told(a_source("paddle"), payload.read("paddle", "subscription-updated")["body"])
    account = Account.objects.get(group_id="acct_9")
    assert (account.plan, account.mrr, account.currency, account.subscription_status) == (
        "starter",
        Decimal(171),
        "USD",
        "active",
    )


@pytest.mark.parametrize("named_first", [True, False])
def test_recurly_is_read_into_the_account_that_has_the_code(named_first: bool) -> None:
    an_account("acct_9")
    source = a_source("recurly")
    if named_first:
        name_it()
    told(source, payload.read("recurly", "subscription-updated")["body"])
    told(source, payload.read("recurly", "read-subscription")["body"], "read:subscription")
    if not named_first:
        name_it()
    account = Account.objects.get(group_id="acct_9")
    assert (account.plan, account.subscription_status, account.billing_period) == ("team", "active", "month")
    assert account.mrr and account.mrr > 600


def name_it() -> None:
    traits = {"recurly_account_code": "acct_9"}
    group = {"type": "group", "userId": "ana", "groupId": "acct_9", "traits": traits, "messageId": "g"}
    told(a_source("http"), {"batch": [group]}, "batch")
