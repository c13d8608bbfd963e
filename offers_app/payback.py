"""In how long an offer's price is earned back: arithmetic on the price list and on what a claim says, with its source.

Only where an approved benefit is about the very product and says what it brings a month in the price's currency
(`figures: {"monthly_EUR": 160}`). Rounded up, so never flattering; left out where it would take more than a year, or
where a price that renews is more than what is gained meanwhile, or where it is not known how many are bought. Pure.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import ceil
from typing import Any

from babel import Locale

from offers_app import personalize, terms_words
from offers_app.claims import FIELDS, MONTHLY, Told
from offers_app.models import Claim

_MONTH, _YEAR = 30, 365
"""Days."""
_IN_DAYS = 31
"""Up to so many are said as days, more as weeks."""
_MONTHS = {"month": 1, "year": 12}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "line": "{source} ({date}) puts the gain from {name} at {gain} per month; the price of {price} is then earned"
        " back in {time}.",
        "day": "one day",
        "days": "{n} days",
        "weeks": "{n} weeks",
    },
    "de": {
        "line": "{source} ({date}) beziffert den Nutzen von {name} mit {gain} pro Monat; der Preis von {price} ist"
        " damit nach {time} wieder hereingeholt.",
        "day": "einem Tag",
        "days": "{n} Tagen",
        "weeks": "{n} Wochen",
    },
    "fr": {
        "line": "{source} ({date}) chiffre le gain apporté par {name} à {gain} par mois ; le prix de {price} est alors"
        " amorti en {time}.",
        "day": "un jour",
        "days": "{n} jours",
        "weeks": "{n} semaines",
    },
    "es": {
        "line": "{source} ({date}) cifra la ganancia con {name} en {gain} al mes; el precio de {price} se recupera"
        " entonces en {time}.",
        "day": "un día",
        "days": "{n} días",
        "weeks": "{n} semanas",
    },
}


class Line:
    """The sentence as a merge field. A text that says it has made use of the claim that it rests on."""

    def __init__(self, told: Told, sentence: str) -> None:
        self.told, self.sentence = told, sentence

    def __str__(self) -> str:
        self.told.used = True
        return self.sentence


def fields(context: Mapping[str, Any], locale: Locale) -> dict[str, Any]:
    """`terms` with `payback`; nothing where it cannot be said. `context`: `personalize.context` and `claims.fields`, in
    `locale`."""
    told, stated = context.get(FIELDS[Claim.Kind.BENEFIT]), context.get("stated") or {}
    if not isinstance(told, Told) or not told.claim.product_id:
        return {}
    currency, price = str(stated.get("currency") or ""), _all(stated)
    gain = terms_words.number(told.claim.figures.get(f"{MONTHLY}{currency}"))
    days = _days(price, gain, stated) if price and gain else None
    if days is None or gain is None or price is None:
        return {}
    locale = locale if locale.language in _WORDS else Locale("en")
    words = _WORDS[locale.language]
    sentence = words["line"].format(
        source=told.claim.source_name,
        date=personalize.day(told.claim.source_date, locale),
        name=context["offer"]["name"],
        gain=terms_words.money(gain, currency, locale),
        price=_price(terms_words.money(price, currency, locale), context["terms"].get("period"), locale),
        time=_time(days, words),
    )
    return {"terms": {**context["terms"], "payback": Line(told, sentence)}}


def _days(price: Any, gain: Any, stated: Mapping[str, Any]) -> int | None:
    """None: not within a year, or never."""
    months = _MONTHS.get(str(stated.get("period") or ""))
    if gain <= 0 or (stated.get("renews") and months and price > gain * months):
        return None
    days = ceil(price / gain * _MONTH)
    return days if days <= _YEAR else None


def _all(stated: Mapping[str, Any]) -> Decimal | None:
    """The price of all that is bought at once; None where nobody knows how many that is."""
    price, many = terms_words.number(stated.get("price")), stated.get("quantity", 1)
    return price * many if price and many else None


def _price(price: str, period: str, locale: Locale) -> str:
    return terms_words.words_of(locale)["price"].format(price=price, period=period) if period else price


def _time(days: int, words: Mapping[str, str]) -> str:
    if days == 1:
        return words["day"]
    return words["days"].format(n=days) if days <= _IN_DAYS else words["weeks"].format(n=ceil(days / 7))
