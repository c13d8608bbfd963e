"""From an offer's link to the provider's page: two clicks, one session, and a plain page where it does not work."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from campaigns_app import checkout_words
from campaigns_app.models import Interaction
from offers_app.models import Checkout, CheckoutAccount, CheckoutPrice, Offer, OfferCheckout, Proposition
from people_app.models import Person
from tests.checkout.doubles import LOST, StripeDouble
from tests.checkout.shop import OWN, TERMS, Buyer, an_account, an_offer_for, due, the, token
from tests.conftest import Time
from upsell_project.lib import clock


def test_it_takes_one_click_to_the_page_where_the_second_one_pays(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    buyer.click(offered)
    assert "Einen Moment" in buyer.page and stripe.asked == [], "nobody is asked while somebody waits"
    due()
    buyer.refreshed()
    assert buyer.at == "https://checkout.stripe.test/c/pay/cs_test_1"
    assert buyer.clicks == 1, "and the second is the provider's own button"
    (session,) = stripe.made
    assert session["metadata"] == {
        "proposition_id": str(offered.pk),
        "offer_id": offered.offer.slug,
        "account_id": "acct_9",
        "user_id": "u_9",
    }
    assert session["subscription_data"]["metadata"] == session["metadata"]
    assert (session["client_reference_id"], session["mode"], session["locale"]) == (
        "acct_9",
        "subscription",
        "de",
    )
    assert session["line_items"] == {"0": {"price": "price_pro", "quantity": "1"}}
    offered.refresh_from_db()
    assert offered.clicked_at


def test_a_hundred_visits_make_one_session(buyer: Buyer, offered: Proposition, stripe: StripeDouble) -> None:
    buyer.click(offered)
    due()
    for _ in range(5):
        assert buyer.click(offered).at.endswith("cs_test_1")
        assert buyer.press(offered).at.endswith("cs_test_1")
    due()
    assert len(stripe.made) == len(stripe.posts("/v1/checkout/sessions")) == 1


@pytest.mark.parametrize("agent", ["", "python-requests/2.32", "Mozilla/5.0 (compatible; bingbot/2.0)"])
def test_a_machine_begins_nothing_and_its_owner_needs_a_button(
    offered: Proposition, stripe: StripeDouble, agent: str
) -> None:
    machine = Buyer(Client(enforce_csrf_checks=True, headers={"user-agent": agent}))
    machine.click(offered)
    machine.browser.head(f"/c/{token(offered)}")
    machine._to("get", f"/checkout/{token(offered)}")
    due()
    assert not Checkout.objects.exists() and stripe.asked == []
    assert not Interaction.objects.exists()
    assert "Weiter zur Zahlung?" in machine.page and 'method="post"' in machine.page
    machine.press(offered)
    due()
    assert machine.refreshed().at.endswith("cs_test_1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires_at": clock.real() - timedelta(days=9999)}, "Dieses Angebot ist beendet"),
        ({"state": "answered", "answer": "declined"}, "Sie haben dieses Angebot schon beantwortet"),
        ({"state": "answered", "answer": "dismissed"}, "Sie haben dieses Angebot schon beantwortet"),
        ({"state": "ended"}, "Dieses Angebot gilt nicht mehr"),
    ],
)
def test_what_is_over_says_so_in_their_language(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble, change: dict[str, Any], said: str
) -> None:
    Proposition.objects.filter(pk=offered.pk).update(**change)
    browser = Buyer(Client(headers={"user-agent": "curl/8"}))
    for page in (browser.click(offered).page, browser.press(offered).page):
        assert said in page and "<form" not in page
    due()
    assert stripe.asked == []


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("fr-CA", "Un instant"),
        ("es_MX", "Un momento"),
        ("de", "Einen Moment"),
        ("en", "One moment"),
        ("it", "One moment"),
    ],
)
def test_it_speaks_the_readers_language(buyer: Buyer, offered: Proposition, locale: str, said: str) -> None:
    Person.objects.update(locale=locale)
    assert said in buyer.click(offered).page


def test_every_page_is_there_in_every_language() -> None:
    english = checkout_words.of("en")
    for locale in ("de", "fr", "es"):
        own = checkout_words.of(locale)
        assert own.keys() == english.keys(), locale
        same = [name for name, said in own.items() if set(said) & set(english[name])]
        assert same == [], locale


def test_an_incentive_that_has_ended_is_not_charged_without_it(
    buyer: Buyer, person: Person, stripe: StripeDouble, time: Time
) -> None:
    ends = {"kind": "percent", "value": 20, "ends_at": (clock.now() + timedelta(days=2)).isoformat()}
    proposition = an_offer_for(
        person, an_account(stripe), terms={**TERMS, "incentive": ends}, discount="twenty"
    )
    buyer.click(proposition)
    due()
    assert stripe.made[0]["discounts"] == {"0": {"coupon": "twenty"}}
    time.move(days=3)
    assert "Dieses Angebot ist beendet" in buyer.click(proposition).page


def test_who_accepted_may_come_back(buyer: Buyer, offered: Proposition) -> None:
    Proposition.objects.filter(pk=offered.pk).update(state="answered", answer="accepted")
    buyer.click(offered)
    due()
    assert buyer.refreshed().at.endswith("cs_test_1")


def test_what_they_own_is_not_sold_again(buyer: Buyer, offered: Proposition, stripe: StripeDouble) -> None:
    account = offered.account
    assert account
    account.plan = "pro"
    account.save()
    assert "Das haben Sie schon" in buyer.click(offered).page
    assert "Das haben Sie schon" in buyer.press(offered).page
    due()
    assert stripe.asked == []


@pytest.mark.parametrize("path", ["/checkout/{}x", "/checkout/nonsense", "/c/{}x"])
def test_a_link_that_is_not_ours_leads_nowhere(buyer: Buyer, offered: Proposition, path: str) -> None:
    assert buyer.browser.get(path.format(token(offered))).status_code == 404
    assert buyer.browser.post(f"/checkout/{token(offered)}x").status_code == 404
    assert not Checkout.objects.exists()


def test_nobody_is_left_behind_the_link_of_who_was_erased(buyer: Buyer, offered: Proposition) -> None:
    Person.objects.update(erased_at=clock.now())
    assert buyer.browser.get(f"/c/{token(offered)}").status_code == 404
    assert buyer.browser.post(f"/checkout/{token(offered)}").status_code == 404


def test_an_offer_without_a_provider_has_no_checkout(buyer: Buyer, offered: Proposition) -> None:
    OfferCheckout.objects.all().delete()
    assert buyer.click(offered).at == "https://shop.corp.test/upgrade?account=a%201"
    assert buyer.browser.post(f"/checkout/{token(offered)}").status_code == 404


def test_our_own_link_that_was_stored_leads_to_the_offers_address_when_the_provider_is_switched_off(
    buyer: Buyer, offered: Proposition
) -> None:
    own = {"cta": {"label": "Go", "url": f"http://testserver/c/{token(offered)}"}}
    Proposition.objects.update(content=own)
    CheckoutAccount.objects.update(active=False)
    assert buyer.click(offered).at == OWN
    with override_settings(CLICK_HOSTS=["elsewhere.test"]):
        assert "nicht kaufen" in buyer.click(offered).page


@pytest.mark.parametrize(("url", "leads_to"), [(f"{{booking}}|{OWN}", OWN), ("{booking}", "")])
def test_of_a_calendar_the_address_behind_it_is_the_offers_own(
    buyer: Buyer, offered: Proposition, url: str, leads_to: str
) -> None:
    Offer.objects.update(url=url)
    CheckoutPrice.objects.update(currency="USD")
    page = buyer.click(offered).page
    assert "nicht kaufen" in page and "booking" not in page
    assert (f'href="{OWN}"' in page) == bool(leads_to)


def test_whoever_left_the_providers_page_can_go_on(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    buyer.click(offered)
    due()
    back = stripe.made[0]["cancel_url"].removeprefix("http://testserver")
    assert "Es wurde nichts gekauft" in buyer._to("get", back).page
    assert buyer.press(offered).at.endswith("cs_test_1")
    done = stripe.made[0]["success_url"].removeprefix("http://testserver")
    assert "Vielen Dank" in buyer._to("get", done).page
    assert the(offered).state == "ready", "that it was paid is told by webhook alone"


def test_only_listed_hosts_are_led_back_to(buyer: Buyer, person: Person, stripe: StripeDouble) -> None:
    account = an_account(stripe)
    proposition = an_offer_for(
        person,
        account,
        success_url="https://app.corp.test/ok?a={account}&p={proposition}",
        cancel_url="https://evil.test/",
    )
    with override_settings(CLICK_HOSTS=["app.corp.test", "shop.corp.test"]):
        buyer.click(proposition)
        due()
    assert stripe.made[0]["success_url"].endswith(f"&p={proposition.pk}")
    assert stripe.made[0]["cancel_url"].startswith("http://testserver/checkout/")


def test_a_payment_link_needs_nobody_to_be_asked(buyer: Buyer, person: Person) -> None:
    links = CheckoutAccount.objects.create(provider="link", name="Links")
    proposition = an_offer_for(person, links)
    assert buyer.click(proposition).at == f"https://pay.test/?for={proposition.pk}"


def test_a_price_that_nobody_has_is_a_plain_page(buyer: Buyer, offered: Proposition) -> None:
    CheckoutPrice.objects.update(currency="USD")
    buyer.click(offered)
    assert "nicht kaufen" in buyer.page and 'href="https://app.corp.test/upgrade"' in buyer.page
    assert the(offered).error == "there is no price in EUR month"
    CheckoutPrice.objects.update(currency="EUR")
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("cs_test_1")


def test_while_the_provider_is_down_the_page_says_what_to_do_and_ends_in_one_session(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    stripe.troubles = [503, LOST, 429, 409]
    buyer.click(offered)
    for _ in range(4):
        due()
        assert "Einen Moment" in buyer.refreshed().page
    Checkout.objects.update(asked_at=clock.real() - timedelta(seconds=20))
    slow = buyer.refreshed()
    assert "länger als sonst" in slow.page and slow.headers["Refresh"].startswith("10;")
    due()
    assert buyer.refreshed().at.endswith("cs_test_1")
    keys = {one.headers["idempotency-key"] for one in stripe.asked}
    assert (len(stripe.made), len(stripe.asked), keys) == (1, 5, {f"{offered.pk}:1"})
    assert len({one.body for one in stripe.asked}) == 1


def test_a_provider_that_stays_away_is_given_up_and_tried_again_under_the_same_key(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    stripe.troubles = [LOST, *[500] * 5]
    buyer.click(offered)
    for _ in range(8):
        due()
    assert (the(offered).state, len(stripe.asked), len(stripe.made)) == ("failed", 6, 1)
    assert "zurzeit nicht kaufen" in buyer.click(offered).page
    OfferCheckout.objects.update(quantity=7)
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("cs_test_1")
    assert len({(one.headers["idempotency-key"], one.body) for one in stripe.asked}) == len(stripe.made) == 1


def test_a_refusal_after_a_lost_answer_is_asked_again_under_the_same_key_until_that_is_void(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    stripe.troubles = [LOST, 400]
    buyer.click(offered)
    due()
    due()
    assert (the(offered).state, the(offered).unsure) == ("failed", True)
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("cs_test_1") and len(stripe.made) == 1
    assert {one.headers["idempotency-key"] for one in stripe.asked} == {f"{offered.pk}:1"}


def test_an_unsure_session_that_is_void_makes_way_for_another(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    stripe.troubles = [LOST, 400]
    buyer.click(offered)
    due()
    due()
    row = the(offered)
    row.request["expires_at"] = int(clock.real().timestamp()) - 1
    row.save()
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("cs_test_2") and not the(offered).unsure


def test_after_a_lost_answer_another_one_is_only_made_when_the_first_is_void(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    buyer.click(offered)
    due()
    Checkout.objects.update(expires_at=clock.real() - timedelta(seconds=1))
    assert "Weiter zur Zahlung?" in buyer._to("get", f"/checkout/{token(offered)}").page
    buyer.press(offered)
    due()
    assert buyer.refreshed().at.endswith("cs_test_2")
    assert [one.headers["idempotency-key"] for one in stripe.asked] == [f"{offered.pk}:1", f"{offered.pk}:2"]


def test_what_the_provider_refuses_is_told_to_staff_and_not_to_the_person(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    CheckoutPrice.objects.update(external_id="price_gone")
    stripe.charges("price_gone", "4900")
    buyer.click(offered)
    due()
    page = buyer.refreshed().page
    assert "zurzeit nicht kaufen" in page and "price_gone" not in page
    assert the(offered).error == "400 invalid_request_error line_items[0][price]"


def test_a_key_that_is_refused_is_noted_at_the_account_until_it_works(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    CheckoutAccount.objects.update(secret_key="sk_test_wrong")
    buyer.click(offered)
    due()
    account = CheckoutAccount.objects.get()
    assert account.error == "The key was refused: 401 invalid_request_error"
    assert the(offered).state == "refused"
    account.secret_key = "sk_test_right"
    account.save()
    buyer.press(offered)
    due()
    account.refresh_from_db()
    assert (account.error, buyer.refreshed().at[-9:]) == ("", "cs_test_1")


def test_an_address_inside_our_own_network_is_not_asked(
    buyer: Buyer, offered: Proposition, stripe: StripeDouble
) -> None:
    with override_settings(OUTBOUND_ALLOWED_HOSTS=[]):
        buyer.click(offered)
        due()
    assert stripe.asked == [] and "https://" in the(offered).error


def test_the_key_is_not_readable_in_the_database(stripe: StripeDouble, person: Person) -> None:
    an_account(stripe)
    (stored,) = CheckoutAccount.objects.extra(select={"raw": "secret_key || ''"}).values_list(
        "raw", flat=True
    )
    assert "sk_test" not in stored and CheckoutAccount.objects.get().secret_key == "sk_test_right"
