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
