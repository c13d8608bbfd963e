import json
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest, Parsed
from signals_app.connectors.stripe.subscription import facts_of
from signals_app.incoming import Incoming
from tests.connectors import payload

STRIPE = CONNECTORS["stripe"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NAMES = [name for name in payload.names("stripe", "") if not name.startswith("stripe-")]


def parsed(event: Any) -> Parsed:
    return STRIPE.parse(json.dumps(event).encode(), {}, NOW)


def subscription(item: Incoming, id: str = "sub_1") -> dict[str, Any]:
    found: dict[str, Any] = item.account_traits["subscriptions"][id]
    return found


def items(name: str) -> list[Incoming]:
    found = parsed(payload.read("stripe", name)["event"])
    assert found.rejected == []
    return found.items


@pytest.mark.parametrize("name", payload.names("stripe", "stripe-"))
def test_signatures_are_judged_as_the_official_library_judges_them(name: str) -> None:
    vector = payload.read("stripe", name)
    request, secrets = payload.request(vector), ["whsec_other", f" {vector['secret']}\n"]
    if vector["valid"]:
        STRIPE.verify(request, secrets, vector["now_unix"])
    else:
        with pytest.raises(BadSignature):
            STRIPE.verify(request, secrets, vector["now_unix"])


@pytest.mark.parametrize("secrets", [[], [""], ["  "], ["whsec_wrong"]])
def test_no_secret_or_an_empty_or_wrong_one_always_refuses(secrets: list[str]) -> None:
    body = b"{}"
    forged = stripe.WebhookSignature.generate_signature_header("{}", "x", timestamp=1000)
    empty = HookRequest("POST", "", {"stripe-signature": forged}, body)
    with pytest.raises(BadSignature):
        STRIPE.verify(empty, secrets, 1000)


@pytest.mark.parametrize(
    ("now", "fresh"), [(1000, True), (1300, True), (700, True), (1301, False), (699, False)]
)
def test_a_signature_is_fresh_for_five_minutes_both_ways(now: float, fresh: bool) -> None:
    header = stripe.WebhookSignature.generate_signature_header("{}", "whsec_a", timestamp=1000)
    request = HookRequest("POST", "", {"stripe-signature": header}, b"{}")
    if fresh:
        STRIPE.verify(request, ["whsec_a"], now)
    else:
        with pytest.raises(BadSignature):
            STRIPE.verify(request, ["whsec_a"], now)


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.sampled_from(["t=1", "v1=ab", "t=1,v1=", "t=١,v1=ab", "t=1,t=2,v1=ab", "t=1,v1=é"])
)
def test_a_strange_header_is_a_bad_signature(header: str) -> None:
    with pytest.raises(BadSignature):
        STRIPE.verify(HookRequest("POST", "", {"stripe-signature": header}, b"{}"), ["whsec_a"], 1)


def test_a_trial_that_will_end_tells_the_facts_of_the_account() -> None:
    vector = payload.read("stripe", "stripe-1-trial-will-end")
    (one,) = STRIPE.parse(vector["body"].encode(), {}, NOW).items
    assert (one.kind, one.message_id, one.group_id) == ("group", "evt_1TtrialEnd0001", "acct_9")
    assert (one.lookup, one.account_ids) == ({}, {"stripe_customer_id": "cus_Acme9"})
    assert one.occurred_at == datetime(2026, 3, 2, 9, 29, 58, tzinfo=UTC)
    assert not one.active
    assert one.account_traits == {
        "stripe_customer_id": "cus_Acme9",
        "subscriptions": {
            "sub_1Acme": {
                "status": "trialing",
                "price_keys": ["price_starter_m", "prod_starter"],
                "addons": [],
                "cancel_at_period_end": False,
                "billing_period": "month",
                "seats": 9,
                "mrr": "0.00",
                "currency": "EUR",
                "trial_ends_at": "2026-03-05T09:30:00Z",
                "period_started_at": "2026-02-19T09:30:00Z",
                "renews_at": "2026-03-05T09:30:00Z",
            }
        },
    }


def test_more_seats_are_an_upgrade_by_what_they_cost_a_month() -> None:
    facts, upgrade = items("seats-raised")
    assert subscription(facts)["mrr"] == "588.00"
    assert subscription(facts)["price_keys"] == ["team_monthly", "price_team", "prod_team"]
    assert (upgrade.kind, upgrade.name, upgrade.message_id) == (
        "track",
        "Plan Upgraded",
        "evt_seats_raised:2",
    )
    assert upgrade.properties["mrr_delta"] == "147.00"
    assert (upgrade.properties["currency"], upgrade.group_id) == ("EUR", "acct_9")


def test_a_price_whose_metadata_says_so_is_an_add_on() -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    sub = event["data"]["object"]
    price = {"id": "price_r", "metadata": {"addon": "reports"}}
    sub["items"]["data"].append({"id": "si_2", "quantity": 1, "price": price})
    assert facts_of(sub)["addons"] == ["reports"]


def test_fewer_seats_are_a_downgrade() -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    event["data"]["previous_attributes"]["items"]["data"][0]["quantity"] = 20
    _, downgrade = parsed(event).items
    assert (downgrade.name, downgrade.properties["mrr_delta"]) == ("Plan Downgraded", "-392.00")


def test_as_many_seats_as_before_are_neither() -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    event["data"]["previous_attributes"] = {"metadata": {}}
    assert [one.kind for one in parsed(event).items] == ["group"]


def test_an_older_end_point_says_quantity_and_plan_at_the_top() -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    event["data"]["previous_attributes"] = {
        "quantity": 10,
        "plan": {"id": "p", "amount": 1000, "interval": "month"},
    }
    assert parsed(event).items[1].properties["mrr_delta"] == "488.00"


def test_an_added_item_is_an_upgrade() -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    added = {"id": "si_2", "quantity": 1, "price": {"unit_amount": 12000, "recurring": {"interval": "year"}}}
    event["data"]["previous_attributes"]["items"]["data"][0]["quantity"] = 12
    event["data"]["object"]["items"]["data"].append(added)
    assert parsed(event).items[1].properties["mrr_delta"] == "10.00"


def test_asking_to_cancel_is_told_once_and_ends_the_renewal() -> None:
    facts, asked = items("cancellation-requested")
    assert subscription(facts)["cancel_at_period_end"] is True
    assert subscription(facts)["renews_at"] is None
    assert (asked.name, asked.properties["feedback"]) == ("Cancellation Requested", "too_expensive")
    event = payload.read("stripe", "cancellation-requested")["event"]
    event["data"]["previous_attributes"] = {"metadata": {}}
    assert [one.kind for one in parsed(event).items] == ["group"]


def test_a_converted_trial_ends_the_trial_without_being_an_upgrade() -> None:
    facts, ended = items("trial-converted")
    assert subscription(facts)["status"] == "active"
    assert (ended.name, ended.properties["converted"], ended.properties["product"]) == (
        "Trial Ended",
        True,
        "team_monthly",
    )


def test_a_deleted_subscription_clears_what_it_gave() -> None:
    facts, gone = items("deleted")
    wanted: dict[str, Any] = {
        "status": "canceled",
        "mrr": "0.00",
        "price_keys": [],
        "renews_at": None,
        "cancel_at_period_end": False,
    }
    assert subscription(facts).items() >= wanted.items()
    assert gone.name == "Subscription Cancelled"


def test_a_yearly_subscription_of_before_basil_is_spread_over_months() -> None:
    (facts,) = items("created-yearly-before-basil")
    assert facts.group_id is None
    assert facts.account_ids == {"stripe_customer_id": "cus_9"}
    wanted = {
        "mrr": "40.83",
        "billing_period": "year",
        "renews_at": "2027-03-02T09:30:00Z",
        "currency": "USD",
    }
    assert subscription(facts).items() >= wanted.items()


def test_a_checkout_names_the_proposition_it_answers() -> None:
    facts, order = items("checkout-completed")
    assert facts.account_traits == {"stripe_customer_id": "cus_9"}
    assert (order.lookup, order.account_ids) == (
        {"email": "ana@example.com"},
        {"stripe_customer_id": "cus_9"},
    )
    assert (order.name, order.group_id) == ("Order Completed", "acct_9")
    assert (
        order.properties.items()
        >= {"revenue": "588.00", "proposition_id": "prop_1", "offer_id": "off_1"}.items()
    )


@pytest.mark.parametrize(("currency", "revenue"), [("jpy", "58800"), ("kwd", "58.800"), ("eur", "588.00")])
def test_amounts_follow_the_decimals_of_their_currency(currency: str, revenue: str) -> None:
    event = payload.read("stripe", "checkout-completed")["event"]
    event["data"]["object"]["currency"] = currency
    assert parsed(event).items[1].properties["revenue"] == revenue


def test_an_id_too_long_to_be_ours_is_left_out() -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    event["data"]["object"]["metadata"]["account_id"] = "a" * 201
    event["data"]["object"]["currency"] = "euros"
    found = parsed(event).items[0]
    assert (found.group_id, found.account_ids) == (None, {"stripe_customer_id": "cus_9"})
    assert "currency" not in subscription(found)


def test_other_events_and_thin_events_are_fine_and_say_nothing() -> None:
    assert items("thin-event") == []
    event = payload.read("stripe", "seats-raised")["event"]
    assert parsed({**event, "type": "product.created"}) == Parsed()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"object":"event","type":"invoice.paid"}', b'{"a":1,"a":2}'])
def test_an_authentic_body_that_is_no_event_is_kept_as_rejected(body: bytes) -> None:
    found = STRIPE.parse(body, {}, NOW)
    assert (found.items, len(found.rejected)) == ([], 1)


leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(0, 1e300) | st.text(max_size=4)
anything = leaves | st.lists(leaves, max_size=2) | st.dictionaries(st.text(max_size=4), leaves, max_size=2)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path] * bool(path) + [found for key, child in children for found in paths(child, (*path, key))]


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_no_damaged_event_breaks_the_parser(name: str, data: st.DataObject) -> None:
    event = payload.read("stripe", name)["event"]
    for _ in range(2):
        *way, last = data.draw(st.sampled_from(paths(event)))
        holder: Any = event
        for step in way:
            holder = holder[step]
        holder[last] = data.draw(anything)
    for one in parsed(event).items:
        assert one.message_id and len(one.message_id) <= 200
        assert one.occurred_at <= NOW
