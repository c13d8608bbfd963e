"""In how long a price is earned back is said from a sourced figure about the very product, or not at all."""

from decimal import Decimal
from typing import Any

import pytest
from babel import Locale

from offers_app import claims, payback, personalize, wording
from offers_app.models import Claim, Offer, OfferCheckout, Price
from people_app.models import Account, Person
from tests.offers.selling import unsaved
from tests.offers.test_claims import NOW, a_claim

PRO = 1
"""The product of `unsaved`."""


def context(
    claim: Claim, offer: Offer | None = None, locale: str = "en", evidence: dict[str, Any] | None = None
) -> dict[str, Any]:
    offer, person, account = (
        offer or unsaved(),
        Person(pk=7, user_id="u", locale=locale),
        Account(currency="EUR"),
    )
    shown = personalize.context(person, account, offer, evidence or {"used": 1}, NOW, locale)
    shown |= claims.fields(claims.Known([claim]), person, account, {}, locale, product=offer.product_id)
    return shown | payback.fields(shown, Locale.parse(locale))


def said(
    gain: object = 160,
    locale: str = "en",
    offer: Offer | None = None,
    evidence: dict[str, Any] | None = None,
    **claim: Any,
) -> str:
    known: dict[str, Any] = {"product_id": PRO, "figures": {"monthly_EUR": gain}} | claim
    texts = {locale: "It saves time."}
    shown = context(a_claim(texts=texts, **known), offer, locale, evidence)
    text = wording.render("{% if terms.payback %}{{ terms.payback }}{% endif %}", shown, html=False)
    return text.replace("\xa0", " ")


def at(amount: str, period: str = "month", currency: str = "EUR", **more: Any) -> Offer:
    return unsaved(prices=[Price(currency=currency, period=period, amount=Decimal(amount), **more)])


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        (
            "en",
            "Our study (May 2, 2025) puts the gain from Pro at €160 per month; the price of €49 per month is then"
            " earned back in 10 days.",
        ),
        (
            "de",
            "Our study (2. Mai 2025) beziffert den Nutzen von Pro mit 160 € pro Monat; der Preis von 49 € pro Monat"
            " ist damit nach 10 Tagen wieder hereingeholt.",
        ),
        (
            "fr",
            "Our study (2 mai 2025) chiffre le gain apporté par Pro à 160 € par mois ; le prix de 49 € par mois est"
            " alors amorti en 10 jours.",
        ),
        (
            "es",
            "Our study (2 de mayo de 2025) cifra la ganancia con Pro en 160 € al mes; el precio de 49 € al mes se"
            " recupera entonces en 10 días.",
        ),
    ],
)
def test_it_is_a_sentence_with_its_source(locale: str, sentence: str) -> None:
    assert said(locale=locale) == sentence


@pytest.mark.parametrize(
    ("offer", "gain", "time"),
    [
        (at("49"), 49, "30 days"),
        (at("49"), 49.5, "30 days"),
        (at("1"), 160, "one day"),
        (at("490", "year"), 160, "14 weeks"),
        (at("99", "once", renews=False), 99, "30 days"),
        (at("99", "once", renews=False), "90", "5 weeks"),
    ],
)
def test_it_is_rounded_up(offer: Offer, gain: object, time: str) -> None:
    assert said(gain, offer=offer).endswith(f"earned back in {time}.")


@pytest.mark.parametrize(
    ("offer", "gain", "claim"),
    [
        (None, 48.99, {}),
        (at("490", "year"), 40, {}),
        (at("9900", "once", renews=False), 160, {}),
        (at("49", currency="USD"), 160, {}),
        (unsaved(prices=[]), 160, {}),
        (None, 0, {}),
        (None, -160, {}),
        (None, "much", {}),
        (None, None, {}),
        (None, 160, {"product_id": None}),
        (None, 160, {"product_id": 2}),
        (None, 160, {"kind": "case_study"}),
        (None, 160, {"figures": {"hours": 7}}),
    ],
)
def test_without_a_sourced_figure_of_this_product_nothing_is_said(
    offer: Offer | None, gain: object, claim: dict[str, Any]
) -> None:
    assert said(gain, offer=offer, **claim) == ""


@pytest.mark.parametrize(
    ("way", "evidence", "price", "time"),
    [
        ({"quantity": 3}, {}, "€147 per month", "28 days"),
        ({"quantity_from": "evidence"}, {"seats": 2}, "€98 per month", "19 days"),
        ({"quantity": 4}, {}, "", ""),
        ({"quantity_from": "evidence"}, {"used": 1}, "", ""),
        ({"adjustable": True}, {"used": 1}, "", ""),
    ],
)
def test_it_is_the_price_of_all_that_are_bought(
    way: dict[str, Any], evidence: dict[str, Any], price: str, time: str
) -> None:
    """Nothing where they cost more than they bring, or where it is not known how many they are."""
    offer = unsaved()
    offer.checkout = OfferCheckout(**way)
    sentence = said(offer=offer, evidence=evidence)
    assert (
        (f"the price of {price} is" in sentence and sentence.endswith(f"{time}.")) if price else not sentence
    )


def test_a_text_that_needs_it_is_not_sent_without() -> None:
    with pytest.raises(wording.Missing):
        wording.render("{{ terms.payback }}", context(a_claim()), html=False)


def test_the_claim_that_it_rests_on_is_kept_only_where_it_was_said() -> None:
    shown = context(a_claim(product_id=PRO, figures={"monthly_EUR": 160}))
    wording.render("{% if terms.payback %}{{ terms.price }}{% endif %}", shown, html=False)
    assert claims.used(shown) == []
    wording.render("{{ terms.payback }}", shown, html=True)
    assert [one["claim"] for one in claims.used(shown)] == ["hours"]


def test_what_a_source_is_called_cannot_become_markup() -> None:
    shown = context(a_claim(product_id=PRO, figures={"monthly_EUR": 160}, source_name="<b>Us</b>"))
    assert "<b>" not in wording.render("{{ terms.payback }}", shown, html=True)


def test_a_claim_about_a_product_is_only_said_beside_it_and_before_one_about_none() -> None:
    about, general = a_claim("about", product_id=PRO), a_claim("general", segment="", industry="Fintech")
    account = Account(industry="Fintech")
    for product, slug in ((PRO, "about"), (2, "general"), (None, "general")):
        known = claims.Known([general, about])
        told = claims.fields(known, Person(pk=7), account, {}, "en", product=product)
        assert told["benefit"].claim.slug == slug


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"figures": {"monthly_EUR": 160}, "product_id": PRO}, ""),
        ({"figures": {"monthly_EUR": 160}}, "monthly_EUR is what a product brings: choose the product"),
        ({"figures": {"monthly_EUR": 160}, "product_id": PRO, "kind": "comparison"}, "monthly_EUR is what"),
        ({"figures": {"monthly_euro": 160}, "product_id": PRO}, "Write more than 0 of a currency"),
        ({"figures": {"monthly_EUR": 0}, "product_id": PRO}, "Write more than 0 of a currency"),
    ],
)
def test_a_figure_that_means_nothing_is_refused(changes: dict[str, Any], fault: str) -> None:
    found = claims.faults(a_claim(**changes), NOW).get("figures", "")
    assert found.startswith(fault) and bool(found) == bool(fault)
