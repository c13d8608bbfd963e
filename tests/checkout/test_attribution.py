"""The whole way: an offer is bought at a provider, a signed webhook tells of it, and it counts for that offer."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
import stripe as sdk
from django.test import Client

from campaigns_app import person_export, privacy
from campaigns_app.models import Enrollment, Interaction
from offers_app.models import Checkout, CheckoutPrice, Offer, OfferCheckout, Proposition
from people_app.models import Person
from signals_app.models import Source
from tests.build import a_source, an_account
from tests.checkout.doubles import Double, PaddleDouble, StripeDouble
from tests.checkout.shop import Buyer, due, the
from tests.checkout.shop import an_account as a_checkout_account
from tests.conftest import Time
from tests.connectors import payload
from tests.engine import account_of, act, begun, offer_of, receive, somebody, starter, work
from upsell_project.lib import clock

__all__ = ["starter"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
SECRET = "whsec_test_secret_of_decent_length"


@pytest.fixture(autouse=True)
def nobody_is_held_out(settings: Any, time: Time) -> None:
    settings.HOLDOUT_PERCENT = 0


def sold_at(double: Double, **fields: Any) -> None:
    offer = Offer.objects.get(slug="pro-plan")
    account = a_checkout_account(double)
    OfferCheckout.objects.create(offer=offer, account=account, **fields)
    price = "price_pro" if isinstance(double, StripeDouble) else "pri_pro"
    CheckoutPrice.objects.create(
        offer=offer, provider=account.provider, currency="EUR", period="month", external_id=price
    )
    trial = {"interval": "week", "frequency": 2, "requires_payment_method": True}
    more: dict[str, Any] = {} if isinstance(double, StripeDouble) else {"trial_period": trial}
    double.charges(price, "4900", **more)


def told_by_stripe(name: str, subject: dict[str, Any], before: dict[str, Any] | None = None) -> None:
    """As Stripe tells it: signed, at our door, then through the inbox."""
    source = Source.objects.filter(kind="stripe").first() or a_source("stripe", signing_secret=SECRET)
    data = {"object": subject, "previous_attributes": before or {}}
    event = {"id": f"evt_{name}", "object": "event", "created": int(clock.real().timestamp()) + 5}
    body = json.dumps({**event, "type": name, "data": data})
    header = sdk.WebhookSignature.generate_signature_header(
        body, SECRET, timestamp=int(clock.real().timestamp())
    )
    answer = Client().post(
        f"/hooks/stripe/{source.hook_token}",
        body,
        content_type="application/json",
        headers={"stripe-signature": header},
    )
    assert answer.status_code == 200
    work()


def told_by_paddle(name: str, data: dict[str, Any]) -> None:
    source = Source.objects.filter(kind="paddle").first() or a_source("paddle", signing_secret=SECRET)
    at = (clock.real() + timedelta(seconds=5)).isoformat().replace("+00:00", "Z")
    body = json.dumps(
        {"event_id": f"evt_{name}", "event_type": name, "occurred_at": at, "data": data}
    ).encode()
    ts = str(int(clock.real().timestamp()))
    made = hmac.new(SECRET.encode(), ts.encode() + b":" + body, hashlib.sha256).hexdigest()
    answer = Client().post(
        f"/hooks/paddle/{source.hook_token}",
        body,
        content_type="application/json",
        headers={"paddle-signature": f"ts={ts};h1={made}"},
    )
    assert answer.status_code == 200
    work()


def session_paid(double: StripeDouble, total: int = 4900) -> dict[str, Any]:
    """What Stripe tells of the session that it was asked for: reference and metadata as they were sent."""
    (made,) = double.made
    mine = {name: made[name] for name in ("id", "object", "mode", "client_reference_id", "metadata")}
    status = "paid" if total else "no_payment_required"
    return {
        **mine,
        "payment_status": status,
        "customer": "cus_9",
        "subscription": "sub_9",
        "amount_total": total,
        "currency": "eur",
    }


def kinds(proposition: Proposition) -> list[str]:
    found = Interaction.objects.filter(proposition=proposition, kind__in=["accepted", "converted"])
    return sorted(found.values_list("kind", flat=True))


def clicked(buyer: Buyer, person: Person) -> tuple[Enrollment, Proposition]:
    run = begun(person)
    proposition = offer_of(run)
    assert proposition.content["cta"]["url"].startswith("http://testserver/c/")
    buyer.click(proposition)
    due()
    assert buyer.refreshed().clicks == 1
    return run, proposition


def ended(run: Enrollment) -> tuple[str, str]:
    run.refresh_from_db()
    return run.state, run.end_reason


def test_a_paid_session_converts_the_offer_that_led_to_it(buyer: Buyer, stripe: StripeDouble) -> None:
    sold_at(stripe)
    run, proposition = clicked(buyer, somebody())
    told_by_stripe("checkout.session.completed", session_paid(stripe))
    assert kinds(proposition) == ["accepted", "converted"]
    assert ended(run) == ("finished", "converted")
    proposition.refresh_from_db()
    assert (proposition.answer, the(proposition).state) == ("accepted", "completed")
    assert "schon erledigt" in buyer.click(proposition).page or "done already" in buyer.page
    due()
    assert len(stripe.made) == 1


def test_a_trial_is_a_yes_and_its_end_as_a_customer_the_conversion(
    buyer: Buyer, stripe: StripeDouble
) -> None:
    sold_at(stripe)
    run, proposition = clicked(buyer, somebody())
    (made,) = stripe.made
    line = {
        "id": "si_9",
        "quantity": 1,
        "price": {"id": "price_pro", "unit_amount": 4900, "recurring": {"interval": "month"}},
    }
    sub = {
        "id": "sub_9", "object": "subscription", "customer": "cus_9", "status": "trialing", "currency": "eur",
        "trial_end": int(clock.now().timestamp()) + 86_400 * 14, "items": {"data": [line]},
        "metadata": made["subscription_data"]["metadata"],
    }  # fmt: skip
    told_by_stripe("customer.subscription.created", sub)
    told_by_stripe("checkout.session.completed", session_paid(stripe, total=0))
    assert kinds(proposition) == ["accepted"]
    assert ended(run)[0] == "active", "a trial is not the goal"
    told_by_stripe("customer.subscription.updated", sub | {"status": "active"}, {"status": "trialing"})
    assert kinds(proposition) == ["accepted", "converted"]
    assert ended(run) == ("finished", "converted")


def test_a_change_that_was_confirmed_in_the_portal_is_an_upgrade_by_that_offer(
    buyer: Buyer, stripe: StripeDouble
) -> None:
    sold_at(stripe)
    person = somebody()
    account = account_of(person)
    account.stripe_customer_id = "cus_9"
    account.save()
    account.names.create(kind="stripe_customer_id", value="cus_9")
    small = {
        "id": "si_9",
        "quantity": 1,
        "price": {"id": "price_s", "unit_amount": 900, "recurring": {"interval": "month"}},
    }
    sub = {
        "id": "sub_9",
        "customer": "cus_9",
        "status": "active",
        "currency": "eur",
        "items": {"data": [small]},
        "metadata": {},
    }
    stripe.subscriptions = [sub]
    run, proposition = clicked(buyer, person)
    assert buyer.at.startswith("https://billing.stripe.test/")
    large = small | {"price": {"id": "price_pro", "unit_amount": 4900, "recurring": {"interval": "month"}}}
    marked = stripe.subscriptions[0]
    told_by_stripe(
        "customer.subscription.updated", marked | {"items": {"data": [large]}}, {"items": {"data": [small]}}
    )
    assert kinds(proposition) == ["accepted", "converted"]
    assert ended(run) == ("finished", "converted")


def test_the_same_event_again_and_another_of_the_same_purchase_count_once(
    buyer: Buyer, stripe: StripeDouble
) -> None:
    sold_at(stripe)
    _, proposition = clicked(buyer, somebody())
    for name in (
        "checkout.session.completed",
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
    ):
        told_by_stripe(name, session_paid(stripe))
    assert kinds(proposition) == ["accepted", "converted"]


def test_who_had_accepted_in_the_app_is_counted_once(buyer: Buyer, stripe: StripeDouble) -> None:
    sold_at(stripe)
    person = somebody()
    _, proposition = clicked(buyer, person)
    act(person, proposition, "accepted")
    told_by_stripe("checkout.session.completed", session_paid(stripe))
    assert kinds(proposition) == ["accepted", "converted"]


def test_an_offer_to_somebody_else_is_not_believed(buyer: Buyer, stripe: StripeDouble) -> None:
    sold_at(stripe)
    run, proposition = clicked(buyer, somebody())
    stranger = an_account("stranger")
    session = session_paid(stripe)
    session["metadata"] = session["metadata"] | {"account_id": str(stranger.group_id), "user_id": "someone"}
    told_by_stripe("checkout.session.completed", session)
    assert kinds(proposition) == [] and ended(run)[0] == "active"


def test_a_browser_cannot_say_that_it_was_bought(buyer: Buyer, stripe: StripeDouble) -> None:
    sold_at(stripe)
    person = somebody()
    run, proposition = clicked(buyer, person)
    said = {"proposition_id": str(proposition.pk)}
    call = {"type": "track", "userId": person.user_id, "event": "Plan Upgraded", "properties": said}
    receive(a_source("web"), call)
    assert kinds(proposition) == [] and ended(run)[0] == "active"
    group = {"context": {"groupId": account_of(person).group_id}}
    receive(a_source("http"), call | group)
    assert kinds(proposition) == ["accepted", "converted"]


@pytest.mark.parametrize("name", ["Add-on Purchased", "Order Completed", "Plan Upgraded"])
def test_the_products_own_events_may_name_the_offer(buyer: Buyer, stripe: StripeDouble, name: str) -> None:
    sold_at(stripe)
    person = somebody()
    run, proposition = clicked(buyer, person)
    said = {"proposition_id": str(proposition.pk).upper(), "revenue": 49}
    context = {"context": {"groupId": account_of(person).group_id}}
    receive(
        a_source("http"),
        {"type": "track", "userId": person.user_id, "event": name, "properties": said, **context},
    )
    assert kinds(proposition) == ["accepted", "converted"]
    assert ended(run) == ("finished", "converted")


def test_long_after_the_offer_its_name_on_the_subscription_says_nothing(
    buyer: Buyer, stripe: StripeDouble, time: Time
) -> None:
    sold_at(stripe)
    _, proposition = clicked(buyer, somebody())
    time.move(days=40)
    told_by_stripe("checkout.session.completed", session_paid(stripe))
    assert kinds(proposition) == []


def test_a_transaction_of_paddle_converts_the_offer(buyer: Buyer, paddle: PaddleDouble) -> None:
    sold_at(paddle)
    run, proposition = clicked(buyer, somebody())
    transaction = payload.read("paddle", "transaction-completed")["body"]["data"]
    bought = {"origin": "api", "custom_data": paddle.made[0]["custom_data"], "id": "txn_1"}
    told_by_paddle("transaction.completed", transaction | bought)
    assert kinds(proposition) == ["accepted", "converted"]
    assert ended(run) == ("finished", "converted")


def test_a_trial_at_paddle_is_a_yes(buyer: Buyer, paddle: PaddleDouble) -> None:
    sold_at(paddle)
    run, proposition = clicked(buyer, somebody())
    sub = payload.read("paddle", "subscription-trialing")["body"]["data"]
    told_by_paddle("subscription.trialing", sub | {"custom_data": paddle.made[0]["custom_data"]})
    assert kinds(proposition) == ["accepted"] and ended(run)[0] == "active"


def test_whoever_asks_is_told_what_they_began_to_buy_and_once_forgotten_nothing_is_left(
    buyer: Buyer, stripe: StripeDouble
) -> None:
    sold_at(stripe)
    person, other = somebody(), somebody()
    _, proposition = clicked(buyer, person)
    (begun,) = person_export.of(person)["purchases_begun"]
    assert (begun["proposition_id"], begun["state"]) == (proposition.pk, "ready")
    assert begun["url"].endswith("cs_test_1")
    assert begun["request"]["user_id"] == person.user_id
    assert "lease_until" not in begun
    assert person_export.of(other)["purchases_begun"] == []
    privacy.ask(person)
    privacy.carry_out()
    assert not Checkout.objects.exists()
