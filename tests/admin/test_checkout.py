"""Accounts at payment providers: the key goes in and never comes out, and can be tested."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from offers_app.checkout import work
from offers_app.models import CheckoutAccount, CheckoutPrice, Offer, OfferCheckout
from tests.checkout import doubles
from tests.checkout.doubles import STRIPE_KEY, StripeDouble
from tests.offers.selling import a_product, an_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe(settings: Any) -> Iterator[StripeDouble]:
    with doubles.running(StripeDouble()) as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [running.host]
        yield running


def add(client: Client, model: str, **fields: Any) -> Any:
    return client.post(reverse(f"admin:offers_app_{model}_add"), fields, follow=True)


def test_a_key_is_kept_tested_and_not_shown(admin_client: Client, stripe: StripeDouble) -> None:
    wanted = {"provider": "stripe", "name": "Ours", "base_url": stripe.url, "active": "on"}
    add(admin_client, "checkoutaccount", **wanted, new_key=STRIPE_KEY)
    account = CheckoutAccount.objects.get()
    assert account.secret_key == STRIPE_KEY and not account.checked_at
    change = reverse("admin:offers_app_checkoutaccount_change", args=[account.pk])
    shown = admin_client.get(change).content.decode()
    assert STRIPE_KEY not in shown
    (button,) = re.findall(r'name="(\w*save_and_test)"', shown)
    page = admin_client.post(change, {**wanted, "new_key": "", "name": "Renamed", button: "1"}, follow=True)
    assert "the provider answers and knows the key" in page.content.decode()
    account.refresh_from_db()
    assert account.checked_at and stripe.asked[-1].path == "/v1/prices"
    assert (account.name, account.secret_key) == ("Renamed", STRIPE_KEY)


def test_a_wrong_key_is_told(admin_client: Client, stripe: StripeDouble) -> None:
    account = CheckoutAccount.objects.create(provider="stripe", name="S", secret_key="x", base_url=stripe.url)
    chosen = {"action": "test_selected", "_selected_action": [account.pk]}
    page = admin_client.post(reverse("admin:offers_app_checkoutaccount_changelist"), chosen, follow=True)
    assert "The key was refused: 401" in page.content.decode()
    account.refresh_from_db()
    assert account.error.startswith("The key was refused")


@pytest.fixture
def silent(settings: Any) -> Iterator[str]:
    """Where a provider takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        settings.OUTBOUND_ALLOWED_HOSTS = [host]
        yield f"http://{host}"


def test_a_provider_that_does_not_answer_is_told_and_waited_for_once(
    admin_client: Client, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert work.TRY_SECONDS <= 5, "somebody waits for the page"
    monkeypatch.setattr(work, "TRY_SECONDS", 0.2)
    made = [
        CheckoutAccount.objects.create(provider="stripe", name=name, secret_key="x", base_url=silent)
        for name in ("One", "Two")
    ]
    chosen = {"action": "test_selected", "_selected_action": [one.pk for one in made]}
    page = admin_client.post(reverse("admin:offers_app_checkoutaccount_changelist"), chosen, follow=True)
    said = page.content.decode()
    assert "One: no answer (ReadTimeout)" in said
    assert "Two: not tested, as the others took too long. Test it alone." in said
    errors = CheckoutAccount.objects.order_by("name").values_list("error", flat=True)
    assert list(errors) == ["no answer (ReadTimeout)", ""]
    assert work.try_key(made[1]) == "no answer (ReadTimeout)"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"new_key": ""}, "This provider is asked with a key."),
        ({"new_key": "a b"}, "This is no key"),
        ({"base_url": "http://stripe.test"}, "begins with https://"),
    ],
)
def test_what_cannot_work_is_refused(admin_client: Client, fields: dict[str, Any], said: str) -> None:
    wanted = {"provider": "stripe", "name": "Ours", "base_url": "", "new_key": "rk_1", **fields}
    assert said in add(admin_client, "checkoutaccount", **wanted).content.decode()
    assert not CheckoutAccount.objects.exists()


@pytest.fixture
def sold(stripe: StripeDouble) -> dict[str, Any]:
    """49 EUR a month of ours, whose price at Stripe is to be told."""
    CheckoutAccount.objects.create(provider="stripe", name="S", secret_key=STRIPE_KEY, base_url=stripe.url)
    offer = an_offer("pro", a_product("pro", "plan", prices={"EUR": "49"}))
    said = {"offer": offer.pk, "provider": "stripe", "currency": "EUR", "period": "month"}
    return {**said, "external_id": "price_1"}


def test_a_price_is_compared_with_the_providers_before_it_is_saved(
    admin_client: Client, stripe: StripeDouble, sold: dict[str, Any]
) -> None:
    stripe.charges("price_1", "5500")
    page = add(admin_client, "checkoutprice", **sold).content.decode()
    assert "We show 49.00 EUR every month, but the provider charges 55.00 EUR every month." in page
    stripe.charges("price_1", "4900", interval="")
    assert (
        "the provider charges 49.00 EUR once." in add(admin_client, "checkoutprice", **sold).content.decode()
    )
    other = {**sold, "external_id": "price_2"}
    page = add(admin_client, "checkoutprice", **other).content.decode()
    assert "S says of it: 404 invalid_request_error price." in page
    assert not CheckoutPrice.objects.exists()
    stripe.charges("price_1", "4900")
    assert "not compared" not in add(admin_client, "checkoutprice", **sold).content.decode()
    assert CheckoutPrice.objects.get().external_id == "price_1"


def test_what_cannot_be_compared_is_saved_and_said(
    admin_client: Client, stripe: StripeDouble, sold: dict[str, Any]
) -> None:
    stripe.price_trouble = 503
    page = add(admin_client, "checkoutprice", **sold).content.decode()
    assert "Saved, but not compared. S: it answered 503" in page
    page = add(admin_client, "checkoutprice", **{**sold, "currency": "USD"}).content.decode()
    assert "Pro has no price of its own in USD for this period." in page
    assert CheckoutPrice.objects.count() == 2
    CheckoutAccount.objects.update(active=False)
    page = add(admin_client, "checkoutprice", **{**sold, "currency": "GBP"}).content.decode()
    assert "There is no account at Stripe that could be asked." in page


def test_staff_can_compare_what_is_there(
    admin_client: Client, stripe: StripeDouble, sold: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe.charges("price_1", "4900")
    add(admin_client, "checkoutprice", **sold)
    chosen = {"action": "compare_selected", "_selected_action": [CheckoutPrice.objects.get().pk]}
    listed = reverse("admin:offers_app_checkoutprice_changelist")
    assert (
        "the provider charges what we show."
        in admin_client.post(listed, chosen, follow=True).content.decode()
    )
    stripe.charges("price_1", "5500")
    page = admin_client.post(listed, chosen, follow=True).content.decode()
    assert "the provider charges 55.00 EUR every month." in page
    stripe.price_trouble = 500
    assert (
        "not compared. S: it answered 500" in admin_client.post(listed, chosen, follow=True).content.decode()
    )
    monkeypatch.setattr(work, "TRY_SECONDS", 0)
    assert "Compare it alone." in admin_client.post(listed, chosen, follow=True).content.decode()


def test_a_period_is_one_of_those_that_the_code_knows(admin_client: Client, sold: dict[str, Any]) -> None:
    page = add(admin_client, "checkoutprice", **{**sold, "period": "monthly"}).content.decode()
    assert "monthly is not one of the available choices" in page
    assert not CheckoutPrice.objects.exists()


def test_prices_and_returns_are_checked(admin_client: Client) -> None:
    offer = Offer.objects.create(slug="pro", name="Pro")
    price = {"offer": offer.pk, "provider": "stripe", "currency": "eur", "period": "month"}
    page = add(admin_client, "checkoutprice", **price, external_id="prod_1").content.decode()
    assert "This begins with price_ at this provider." in page
    add(admin_client, "checkoutprice", **price, external_id="price_1")
    assert CheckoutPrice.objects.get().currency == "EUR"
    account = CheckoutAccount.objects.create(provider="stripe", name="S", secret_key="x")
    way = {"offer": offer.pk, "account": account.pk, "mode": "subscription", "existing": "change"}
    way |= {"quantity": 1, "quantity_from": "fixed"}
    page = add(admin_client, "offercheckout", **way, success_url="javascript:alert(1)").content.decode()
    assert "begins with https://" in page
    add(admin_client, "offercheckout", **way, success_url="{public}/thanks")
    assert OfferCheckout.objects.get().offer == offer
