"""An account shows what is stored of it, and what is stored may be older than today's rules."""

from typing import Any

import pytest

from people_app import entitlements
from people_app.models import Account, AccountName, Entitlement
from tests.build import an_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
AT = "2026-01-01T00:00:00.000000+00:00"


def shows(**said: Any) -> Account:
    account = an_account("acme", plan="basic")
    facts = {name.replace("__", "."): [AT, 1, "stripe", value] for name, value in said.items()}
    AccountName.objects.create(kind="group_id", value="acme", account=account, facts=facts)
    entitlements.show([account.pk])
    account.refresh_from_db()
    return account


@pytest.mark.parametrize("value", ["n/a", [], {}, True, "1e99"])
def test_a_stored_value_that_does_not_parse_spoils_nothing(value: Any) -> None:
    account = shows(mrr=value, industry="mills", limits__exports=value, limits__rows="7")
    assert (account.mrr, account.industry) == (None, "mills")
    assert [(cap.resource, str(cap.cap)) for cap in Entitlement.objects.all()] == [("rows", "7.000")]


@pytest.mark.parametrize("value", [5, True, {"a": 1}, [{}], "price_pro"])
def test_stored_price_keys_that_are_none_spoil_nothing(value: Any) -> None:
    account = shows(billing_price_keys=value, industry="mills", subscriptions__sub_1__price_keys=value)
    assert (account.plan, account.industry) == ("basic", "mills")


def test_a_stored_subscription_that_does_not_parse_spoils_nothing() -> None:
    stored = {"subscriptions__sub_1__status": "active", "subscriptions__sub_1__mrr": "n/a"}
    account = shows(**stored, subscriptions__sub_1__seats=[], subscriptions__sub_1__color={})
    assert (account.subscription_status, account.mrr) == ("active", None)
