"""The controls speak the offer's language; the terms are made from data."""

from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import OFFER

pytestmark = pytest.mark.xdist_group(__name__)

TERMS: dict[str, str] = {
    "en": "€49.00 per month · 20% off · 14 days free · renews automatically · cancel anytime",
    "de": "49,00 € pro Monat · 20 % Rabatt · 14 Tage kostenlos · "
    "verlängert sich automatisch · jederzeit kündbar",
    "fr": "49,00 € par mois · 20 % de remise · 14 jours gratuits · renouvellement automatique · "
    "résiliable à tout moment",
    "es": "49,00 € al mes · 20 % de descuento · 14 días gratis · "
    "se renueva automáticamente · cancele cuando quiera",
}
DECLINE = {"en": "No thanks", "de": "Nein danke", "fr": "Non merci", "es": "No, gracias"}


def terms(visit: Visit) -> str:
    return " ".join(visit.page.locator("upsell-offer [part=terms]").inner_text().split())


@pytest.mark.parametrize("locale", TERMS)
def test_it_speaks_the_language_of_the_offer(visit: Visit, locale: str) -> None:
    visit.site.offers = [{**OFFER, "locale": locale}]
    visit.open().shown()
    assert terms(visit) == TERMS[locale]
    assert visit.button(DECLINE[locale]).is_visible()
    assert visit.page.locator("upsell-offer").get_attribute("lang") == locale
    assert "undefined" not in visit.offer.inner_text()


@pytest.mark.parametrize(
    ("locale", "attributes", "decline"),
    [
        ("de_AT", "", "Nein danke"),
        ("ja", "", "No thanks"),
        ("not a locale!", "", "No thanks"),
        (None, "", "No thanks"),
        (None, 'data-locale="fr"', "Non merci"),
    ],
)
def test_unusual_locales(visit: Visit, locale: str | None, attributes: str, decline: str) -> None:
    visit.site.attributes = attributes
    visit.site.offers = [{**OFFER, "locale": locale}]
    visit.open().shown()
    assert visit.button(decline).is_visible()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"price": "1200.50", "currency": "USD", "period": "year", "renews": False},
            "$1,200.50 per year · does not renew",
        ),
        ({"price": "5000", "currency": "JPY", "period": None}, "¥5,000"),
        ({"price": "9.00", "currency": "nonsense", "period": "week"}, "9.00 nonsense / week"),
        (
            {
                "price": "49.00",
                "currency": "EUR",
                "period": "month",
                "incentive": {"kind": "amount", "value": "10", "ends_at": "2026-12-31T12:00:00Z"},
            },
            "€49.00 per month · €10.00 off until December 31, 2026",
        ),
        ({"trial_days": 1, "incentive": {"kind": "unheard of", "value": 1, "ends_at": None}}, "1 day free"),
    ],
)
def test_terms(visit: Visit, fields: dict[str, Any], text: str) -> None:
    visit.site.offers = [{**OFFER, "terms": fields}]
    visit.open().shown()
    assert terms(visit) == text


def test_an_offer_with_the_least_is_still_complete(visit: Visit) -> None:
    bare = {"proposition_id": "prop-2", "headline": "A walkthrough?", "format": "unheard of"}
    visit.site.offers = [bare]
    visit.open().shown()
    assert visit.page.get_by_role("region", name="A walkthrough?").is_visible()
    visit.button("Stop offers like this").click()
    visit.until(lambda: "opted_out" in visit.site.kinds(), "opted out")
