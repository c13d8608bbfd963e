"""Recurly: what a small notification asks for, what the objects tell, and the older notifications that hold them."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest, Parsed, Question, Wanted
from signals_app.incoming import Incoming
from tests.connectors import payload

RECURLY = CONNECTORS["recurly"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
IDS = {"recurly_account_code": "acct_9", "group_id": "acct_9"}


def read(name: str, call: str = "hook", **changed: Any) -> Parsed:
    held = payload.read("recurly", name)
    body = held["raw"] if "raw" in held else json.dumps({**held["body"], **changed})
    return RECURLY.parse(body.encode(), {}, NOW, call)


def items(name: str, call: str = "hook", **changed: Any) -> list[Incoming]:
    found = read(name, call, **changed)
    assert (found.rejected, found.wanted) == ([], [])
    assert all(one.account_ids == IDS and not one.active for one in found.items)
    return found.items


def subscription(item: Incoming, id: str = "rsub00000001") -> dict[str, Any]:
    assert (item.kind, item.account_traits["recurly_account_code"]) == ("group", "acct_9")
    found: dict[str, Any] = item.account_traits["subscriptions"][id]
    return found


@pytest.mark.parametrize(
    ("object_type", "wanted", "path"),
    [
        ("subscription", "subscription", "subscriptions"),
        ("account", "account", "accounts"),
        ("charge_invoice", "invoice", "invoices"),
    ],
)
def test_a_small_notification_asks_for_its_object(object_type: str, wanted: str, path: str) -> None:
    found = read("subscription-updated", object_type=object_type)
    assert (found.items, found.rejected, found.wanted) == ([], [], [Wanted(wanted, "rsub00000001")])
    assert RECURLY.question(found.wanted[0], "https://v3.recurly.com", "key") == Question(
        f"https://v3.recurly.com/{path}/rsub00000001",
        {
            "Authorization": f"Basic {base64.b64encode(b'key:').decode()}",
            "Accept": "application/vnd.recurly.v2021-02-25",
        },
    )


def test_without_an_id_the_uuid_names_it() -> None:
    (wanted,) = read("subscription-updated", id=None).wanted
    assert wanted.id == "uuid-d0f10bdddc99709dee24d25e2982e403"


def test_of_other_objects_nothing_is_asked() -> None:
    assert read("subscription-updated", object_type="billing_info") == Parsed()
    assert RECURLY.question(Wanted("plan", "x"), "https://v3.recurly.com", "key") is None
    question = RECURLY.question(Wanted("account", "../sites?x=1"), "https://v3.recurly.com", "key")
    assert question and question.url == "https://v3.recurly.com/accounts/..%2Fsites%3Fx%3D1"


def test_a_subscription_is_read_into_the_same_words_as_any_other() -> None:
    (one,) = items("read-subscription", "read:subscription")
    assert subscription(one) == {
        "status": "active",
        "price_keys": ["team", "rplan1", "reports"],
        "addons": ["reports"],
        "billing_period": "month",
        "seats": 12,
        "mrr": "600.50",
        "currency": "USD",
        "period_started_at": "2026-02-15T00:00:00Z",
        "renews_at": "2026-03-15T00:00:00Z",
        "cancel_at_period_end": False,
    }
    assert one.occurred_at == datetime(2026, 3, 2, 9, 29, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "status", "name"),
    [
        ({"state": "canceled", "canceled_at": "2026-03-02T09:00:00Z"}, "active", "Cancellation Requested"),
        ({"state": "expired", "expires_at": "2026-03-02T09:00:00Z"}, "canceled", "Subscription Cancelled"),
        ({"state": "paused", "paused_at": "2026-03-02T09:00:00Z"}, "paused", "Subscription Paused"),
        (
            {"trial_started_at": "2026-03-02T09:00:00Z", "trial_ends_at": "2026-03-16T09:00:00Z"},
            "trialing",
            "Trial Started",
        ),
    ],
)
def test_what_just_happened_is_told_once(changed: dict[str, Any], status: str, name: str) -> None:
    facts, told = items("read-subscription", "read:subscription", **changed)
    _, again = items("read-subscription", "read:subscription", **changed, updated_at="2026-03-02T09:29:59Z")
    assert (subscription(facts)["status"], told.name) == (status, name)
    assert told.message_id == again.message_id
    assert told.occurred_at == NOW - timedelta(minutes=30)


def test_what_happened_long_ago_is_not_told_as_news() -> None:
    changed = {"state": "expired", "expires_at": "2026-02-20T09:00:00Z"}
    (facts,) = items("read-subscription", "read:subscription", **changed)
    assert (subscription(facts)["price_keys"], subscription(facts)["mrr"]) == ([], "0.00")


def test_an_account_tells_who_they_are_and_whether_they_owe() -> None:
    (one,) = items("read-account", "read:account")
    assert one.account_traits == {
        "name": "Initech",
        "country": "DE",
        "subscriptions": {"one_off": {"invoice_status": "past_due"}},
        "recurly_account_code": "acct_9",
    }


@pytest.mark.parametrize(
    ("state", "origin", "status", "name"),
    [
        ("paid", "renewal", "paid", "Subscription Renewed"),
        ("paid", "purchase", "paid", "Order Completed"),
        ("past_due", "renewal", "past_due", "Payment Failed"),
        ("voided", "renewal", None, None),
    ],
)
def test_an_invoice_tells_of_its_subscriptions(
    state: str, origin: str, status: str | None, name: str | None
) -> None:
    facts, *told = items("read-invoice", "read:invoice", state=state, origin=origin)
    assert subscription(facts) == {"invoice_status": status}
    assert [one.name for one in told] == ([name] if name else [])
    assert all(one.properties["amount"] == "600.50" for one in told)


def test_an_older_notification_in_xml_holds_it_all() -> None:
    (one,) = items("classic-new-subscription")
    said = subscription(one, "8047cb4fd5f874b14d713d785436ebd3")
    wanted: dict[str, Any] = {
        "status": "active",
        "price_keys": ["team", "reports"],
        "seats": 2,
        "mrr": "98.00",
        "billing_period": "month",
        "renews_at": "2026-04-02T09:29:00Z",
    }
    assert said.items() >= wanted.items()
    assert (one.lookup, one.occurred_at) == ({"email": "ana@example.com"}, NOW - timedelta(minutes=1))


def test_an_older_notification_in_json_is_read_alike() -> None:
    facts, renewed = items("classic-renewed-json")
    assert subscription(facts, "8047cb4f")["mrr"] == "98.00"
    assert (renewed.name, renewed.properties) == (
        "Subscription Renewed",
        {"amount": "98.00", "currency": "USD", "product": "team"},
    )


def test_a_failed_payment_in_xml_makes_it_past_due() -> None:
    facts, failed = items("classic-failed-payment")
    assert subscription(facts, "8047cb4f") == {"invoice_status": "past_due"}
    assert (failed.name, failed.properties["amount"]) == ("Payment Failed", "98.00")


BOMB = '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'


@pytest.mark.parametrize("body", [BOMB.encode(), BOMB.encode("utf-16"), b"<a>" * 40, b"<a", b"<a>&x;</a>"])
def test_xml_that_could_grow_or_is_none_is_kept_as_rejected(body: bytes) -> None:
    found = RECURLY.parse(body, {}, NOW, "hook")
    assert (found.items, len(found.rejected)) == ([], 1)


def basic(password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"recurly:{password}".encode()).decode()}


def test_unsigned_xml_needs_the_secret_as_password() -> None:
    RECURLY.verify(HookRequest("POST", "", basic("secret-1"), b"<a/>"), ["other", "secret-1"], 0)
    for headers, secrets in [(basic("wrong"), ["secret-1"]), ({}, ["secret-1"]), (basic(""), [""]), ({}, [])]:
        with pytest.raises(BadSignature):
            RECURLY.verify(HookRequest("POST", "", headers, b"<a/>"), secrets, 0)


def test_a_bad_signature_is_not_mended_by_a_password() -> None:
    headers = {**basic("secret-1"), "recurly-signature": "1000,ab"}
    with pytest.raises(BadSignature):
        RECURLY.verify(HookRequest("POST", "", headers, b"{}"), ["secret-1"], 1)
