"""The terms of an offer in words: amounts, dates and renewal in one locale, all from the contract's `terms` object."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_percent

_CODE_BEFORE_FIGURE = re.compile(r"(?<=[A-Z])(?=\d)")
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "this_month": "this month",
        "month": "month",
        "year": "year",
        "price": "{price} per {period}",
        "per_seat": "per seat",
        "per_unit": "per unit",
        "trial": "free for the first {days} days",
        "renews": "renews every {period}",
        "once": "ends after one {period}",
        "cancel": "cancel anytime",
        "off": "{value} off",
        "more_days": "{days} more free days",
    },
    "de": {
        "this_month": "diesen Monat",
        "month": "Monat",
        "year": "Jahr",
        "price": "{price} pro {period}",
        "per_seat": "pro Platz",
        "per_unit": "pro Stück",
        "trial": "die ersten {days} Tage kostenlos",
        "renews": "verlängert sich jeden {period}",
        "renews_year": "verlängert sich jedes Jahr",
        "once": "endet nach einem {period}",
        "cancel": "jederzeit kündbar",
        "off": "{value} Rabatt",
        "more_days": "{days} kostenlose Tage mehr",
    },
    "fr": {
        "this_month": "ce mois-ci",
        "month": "mois",
        "year": "an",
        "price": "{price} par {period}",
        "per_seat": "par place",
        "per_unit": "par unité",
        "trial": "les {days} premiers jours gratuits",
        "renews": "renouvelé chaque {period}",
        "renews_year": "renouvelé chaque année",
        "once": "se termine après un {period}",
        "cancel": "résiliable à tout moment",
        "off": "{value} de remise",
        "more_days": "{days} jours gratuits de plus",
    },
    "es": {
        "this_month": "este mes",
        "month": "mes",
        "year": "año",
        "price": "{price} al {period}",
        "per_seat": "por puesto",
        "per_unit": "por unidad",
        "trial": "los primeros {days} días gratis",
        "renews": "se renueva cada {period}",
        "once": "termina después de un {period}",
        "cancel": "cancele cuando quiera",
        "off": "{value} de descuento",
        "more_days": "{days} días gratis más",
    },
}


def words_of(locale: Locale) -> dict[str, str]:
    return _WORDS.get(locale.language, _WORDS["en"])


def number(value: Any) -> Decimal | None:
    """The value as a finite number, from JSON's numbers or their text; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        parsed = Decimal(str(value))
    except InvalidOperation:
        return None
    return parsed if parsed.is_finite() else None


def fields_of(stated: Mapping[str, Any], locale: Locale) -> dict[str, Any]:
    """Figures are in the language of the words around them: in English, where there are none for the locale."""
    locale = locale if locale.language in _WORDS else Locale("en")
    words, price = words_of(locale), number(stated.get("price"))
    unit = str(stated.get("period") or "")
    fields: dict[str, Any] = {
        "period": words.get(unit, unit),
        "trial_days": stated.get("trial_days"),
        "currency": stated.get("currency"),
    }
    if price is not None and stated.get("currency"):
        fields["price"] = money(price, str(stated["currency"]), locale)
        fields["line"] = _line(stated, fields, words)
        fields["after_trial"] = _line({**stated, "trial_days": None}, fields, words)
    incentive = stated.get("incentive") or {}
    fields["incentive"] = _incentive(incentive, str(stated.get("currency") or ""), words, locale)
    if incentive.get("ends_at"):
        ends = datetime.fromisoformat(str(incentive["ends_at"]))
        fields["incentive_ends"] = format_date(ends, "long", locale=locale)
    return fields


def _incentive(
    incentive: Mapping[str, Any], currency: str, words: Mapping[str, str], locale: Locale
) -> str | None:
    """More free days are part of `trial_days` already, and told once more only as what is on top."""
    kind, amount = incentive.get("kind"), number(incentive.get("value"))
    if kind == "bonus":
        return str(incentive["value"])
    if amount is None:
        return None
    if kind == "percent":
        return words["off"].format(value=_percent(amount, locale))
    if kind == "amount":
        return words["off"].format(value=money(amount, currency, locale))
    return words["more_days"].format(days=amount)


def _percent(amount: Decimal, locale: Locale) -> str:
    """Exactly as it is: 12.5 % is no 12 %."""
    return format_percent(amount.normalize() / 100, locale=locale, decimal_quantization=False)


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Whole amounts without decimals (€49), others with those of the currency (€49.50)."""
    if amount != amount.to_integral_value():
        return _spaced(format_currency(amount, currency, locale=locale))
    whole = locale.currency_formats["standard"].pattern.replace("0.00", "0")
    return _spaced(format_currency(amount, currency, whole, locale, currency_digits=False))


def _spaced(amount: str) -> str:
    """CLDR keeps a code of letters apart from the figures (KWD 4.250), which Babel leaves out."""
    return _CODE_BEFORE_FIGURE.sub("\xa0", amount)


def _line(terms: Mapping[str, Any], fields: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Price, trial, renewal and cancellation in one sentence, all from data."""
    period = fields["period"]
    price = _each(terms, fields["price"], words)
    parts = [words["price"].format(price=price, period=period) if period else price]
    if terms.get("trial_days"):
        parts.append(words["trial"].format(days=terms["trial_days"]))
    if period and terms.get("renews") is not None:
        renews = words.get(f"renews_{terms['period']}", words["renews"])
        parts.append((renews if terms["renews"] else words["once"]).format(period=period))
    if terms.get("cancel_anytime"):
        parts.append(words["cancel"])
    return ", ".join(parts) + "."


def _each(terms: Mapping[str, Any], price: str, words: Mapping[str, str]) -> str:
    """5 × €12 per seat: where several are bought, the price is that of one; without a figure, if it is not known."""
    unit = words.get(f"per_{terms.get('unit')}")
    if not unit:
        return price
    many = terms.get("quantity")
    return f"{many}\xa0×\xa0{price} {unit}" if many else f"{price} {unit}"
