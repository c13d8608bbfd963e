"""Terms in words: any currency in any locale, one language to a sentence."""

from typing import Any

import pytest
from babel import Locale

from offers_app import terms_words

NBSP = "\xa0"


def said(price: str, currency: str, locale: str, **more: Any) -> dict[str, Any]:
    stated = {"price": price, "currency": currency, "period": "month", "renews": True, "incentive": None}
    return terms_words.fields_of(stated | more, Locale.parse(locale))


@pytest.mark.parametrize(
    ("price", "currency", "locale", "words"),
    [
        ("4900", "JPY", "en", "¥4,900"),
        ("4900", "JPY", "de", f"4.900{NBSP}¥"),
        ("65000", "KRW", "en", "₩65,000"),
        ("65000", "KRW", "fr", f"65\u202f000{NBSP}₩"),
        ("4.250", "KWD", "en", f"KWD{NBSP}4.250"),
        ("4.250", "KWD", "de", f"4,250{NBSP}KWD"),
        ("4.250", "KWD", "es", f"4,250{NBSP}KWD"),
        ("4.000", "KWD", "en", f"KWD{NBSP}4"),
        ("49.00", "CHF", "en", f"CHF{NBSP}49"),
        ("49.00", "CHF", "de_CH", f"CHF{NBSP}49"),
        ("1234.50", "USD", "en", "$1,234.50"),
        ("49.00", "USD", "fr_CA", f"49{NBSP}${NBSP}US"),
    ],
)
def test_a_price_has_the_decimals_of_its_currency_and_the_signs_of_the_reader(
    price: str, currency: str, locale: str, words: str
) -> None:
    shown = said(price, currency, locale)
    assert shown["price"] == words
    assert shown["line"].startswith(shown["price"])


@pytest.mark.parametrize("locale", ["ar", "ar_EG", "he", "fa", "ja", "it"])
def test_where_the_words_are_english_the_figures_are_too(locale: str) -> None:
    """No sentence of two languages, whose figures would stand in the wrong order from right to left."""
    incentive = {"kind": "percent", "value": 12.5, "ends_at": "2026-03-19T00:00:00+00:00"}
    shown = said("4.250", "KWD", locale, trial_days=14, incentive=incentive)
    assert shown == said("4.250", "KWD", "en", trial_days=14, incentive=incentive)
    assert shown["line"] == f"KWD{NBSP}4.250 per month, free for the first 14 days, renews every month."
    assert (shown["incentive"], shown["incentive_ends"]) == ("12.5% off", "March 19, 2026")
    assert not {"\u200e", "\u200f"} & set(shown["line"])


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [("500", "JPY", "¥500 off"), ("1.500", "KWD", f"KWD{NBSP}1.500 off"), ("5000", "KRW", "₩5,000 off")],
)
def test_an_incentive_is_an_amount_of_its_currency(value: str, currency: str, words: str) -> None:
    incentive = {"kind": "amount", "value": value, "ends_at": None}
    assert said("9000", currency, "en", incentive=incentive)["incentive"] == words


@pytest.mark.parametrize(
    ("locale", "unit", "quantity", "words"),
    [
        ("en", "seat", 5, "5 × €12 per seat per month, renews every month."),
        ("en", "seat", None, "€12 per seat per month, renews every month."),
        ("en", "unit", 2, "2 × €12 per unit per month, renews every month."),
        ("de", "seat", 5, "5 × 12 € pro Platz pro Monat, verlängert sich jeden Monat."),
        ("de", "unit", None, "12 € pro Stück pro Monat, verlängert sich jeden Monat."),
        ("fr", "seat", 5, "5 × 12 € par place par mois, renouvelé chaque mois."),
        ("es", "seat", 5, "5 × 12 € por puesto al mes, se renueva cada mes."),
        ("ja", "seat", 5, "5 × €12 per seat per month, renews every month."),
    ],
)
def test_the_price_of_one_of_several_says_so(
    locale: str, unit: str, quantity: int | None, words: str
) -> None:
    shown = said("12.00", "EUR", locale, unit=unit, quantity=quantity)
    assert shown["line"].replace(NBSP, " ") == words
