"""Merge fields: what a text may say about one person, account, offer and evidence, in one locale."""

import math
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from django.conf import settings

from offers_app.models import Offer
from people_app.models import Account, Person

SAID_LIMIT = 60
_PUNCTUATION = frozenset(" '’.,:-–_&()+")
# A dot before a letter, or a number of four parts: mail programs make a link of it.
_ADDRESS = re.compile(r"\.[^\W\d_]|(\d+\.){3}\d|\bwww\b", re.IGNORECASE)
LEVELS = ("seats",)  # held, not used up: "9 of 10 seats", never "this month"
_NUMBERS = ("used", "cap", "left", "count", "days", "hours", "days_until", "seats", "amount", "minutes")
_DATES = ("date", "starts", "ends")
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "this_month": "this month",
        "month": "month",
        "year": "year",
        "price": "{price} per {period}",
        "trial": "free for the first {days} days",
        "renews": "renews every {period}",
        "once": "ends after one {period}",
        "cancel": "cancel anytime",
        "off": "{value} off",
    },
    "de": {
        "this_month": "diesen Monat",
        "month": "Monat",
        "year": "Jahr",
        "price": "{price} pro {period}",
        "trial": "die ersten {days} Tage kostenlos",
        "renews": "verlängert sich jeden {period}",
        "renews_year": "verlängert sich jedes Jahr",
        "once": "endet nach einem {period}",
        "cancel": "jederzeit kündbar",
        "off": "{value} Rabatt",
    },
    "fr": {
        "this_month": "ce mois-ci",
        "month": "mois",
        "year": "an",
        "price": "{price} par {period}",
        "trial": "gratuit pendant les {days} premiers jours",
        "renews": "renouvelé chaque {period}",
        "once": "prend fin après un {period}",
        "cancel": "résiliable à tout moment",
        "off": "{value} de remise",
    },
    "es": {
        "this_month": "este mes",
        "month": "mes",
        "year": "año",
        "price": "{price} al {period}",
        "trial": "gratis los primeros {days} días",
        "renews": "se renueva cada {period}",
        "once": "termina después de un {period}",
        "cancel": "cancelable en cualquier momento",
        "off": "{value} de descuento",
    },
}


def context(
    person: Person,
    account: Account | None,
    offer: Offer,
    evidence: Mapping[str, Any],
    now: datetime,
    locale: str = "",
) -> dict[str, Any]:
    """The merge fields as display strings: person, account, offer, terms, evidence, today.

    `locale` is the text's own. Numbers follow the person's where it is the same language (de-AT under de), so
    that an English text never carries French figures. What is unknown stays blank: a template must expect it.
    What customers' apps and browsers said goes through `said`; the ids under `link` are for addresses alone.
    """
    speech = spoken(person.locale, locale)
    return {
        "person": {
            "id": said(person.user_id),
            "first_name": said(person.first_name),
            "role": said(person.role),
        },
        "account": _account(account, now, speech),
        "offer": _offer(offer, speech.language),
        "terms": _terms(offer.terms if offer.for_sale else {}, speech),
        "link": {"person": person.user_id, "account": _account_id(account), "booking": _booking(account)},
        "evidence": _evidence(evidence, now, speech),
        "today": format_date(now, "long", locale=speech),
    }


def _offer(offer: Offer, language: str) -> dict[str, Any]:
    """Its own fields; those under a language (`{"de": {...}}`) replace the plain ones in that language."""
    fields = {key: value for key, value in offer.fields.items() if not isinstance(value, dict)}
    translated = offer.fields.get(language)
    fields |= translated if isinstance(translated, dict) else {}
    own = {"name": offer.name, "slug": offer.slug, "topic": offer.topic, "for_sale": offer.for_sale}
    return own | fields


def _account(account: Account | None, now: datetime, locale: Locale) -> dict[str, Any]:
    if account is None:
        return {}
    return {
        "id": said(_account_id(account)),
        "name": said(account.name),
        "plan": said(account.plan),
        "industry": said(account.industry),
        "seats_used": account.seats_used,
        **_trial(account, now, locale),
    }


def _trial(account: Account, now: datetime, locale: Locale) -> dict[str, str]:
    """The day as it is there: `trial_ends` while it lies ahead, `trial_ended` once it is over."""
    ends = account.trial_ends_at
    if ends is None:
        return {}
    zone: tzinfo = UTC
    with suppress(ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo(account.timezone or "UTC")
    return {"trial_ends" if ends > now else "trial_ended": day(ends.astimezone(zone).date(), locale)}


def _account_id(account: Account | None) -> str:
    return (account.group_id or str(account.pk)) if account else ""


def _booking(account: Account | None) -> str:
    """Where a call with them is booked: with the account's own manager, else where the deployment says."""
    own = str(account.account_manager.get("booking_url") or "") if account else ""
    return next((url for url in (own, settings.BOOKING_URL) if url.startswith("https://")), "")


def _plain(text: str) -> str:
    """One line without control or invisible characters."""
    shown = "".join(" " if unicodedata.category(letter)[0] in "ZC" else letter for letter in text)
    return " ".join(shown.split())


def said(text: str | None) -> str:
    """What others told us, fit to stand under our sender's name: short, one line, words and plain punctuation.

    Blank, as if unknown, where it is anything else or looks like an address: then the template's default applies.
    """
    line = _plain(text or "")
    plain = all(letter in _PUNCTUATION or unicodedata.category(letter)[0] in "LMN" for letter in line)
    return line if plain and len(line) <= SAID_LIMIT and not _ADDRESS.search(line) else ""


def spoken(persons: str, texts: str) -> Locale:
    """The person's own where it is the language of the text, else that of the text."""
    own, other = _parsed(persons), _parsed(texts)
    if own and other and own.language != other.language:
        return other
    return own or other or Locale("en")


def _parsed(name: str) -> Locale | None:
    try:
        return Locale.parse(name.replace("-", "_")) if name else None
    except (ValueError, UnknownLocaleError):
        return None


def _words(locale: Locale) -> dict[str, str]:
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


def _evidence(evidence: Mapping[str, Any], now: datetime, locale: Locale) -> dict[str, Any]:
    fields = {
        key: said(value) if isinstance(value, str) else value
        for key, value in evidence.items()
        if isinstance(value, str | int | float | bool)
    }
    used, cap = number(evidence.get("used")), number(evidence.get("cap"))
    figures = {key: number(evidence.get(key)) for key in _NUMBERS}
    percent = number(evidence.get("percent"))
    if used is not None and cap:
        figures["left"] = max(cap - used, Decimal(0))
        percent = Decimal(math.floor(used / cap * 100))
        fields["reached"] = used >= cap
    fields |= {
        key: format_decimal(value, locale=locale) for key, value in figures.items() if value is not None
    }
    if percent is not None:
        fields["percent"] = format_percent(percent / 100, locale=locale)
    for name in _DATES:
        fields.pop(name, None)
        if at := _date(evidence.get(name)):
            fields[name] = day(at, locale)
    fields.pop("period_label", None)  # always our own, in the reader's language
    if evidence.get("resource") not in LEVELS and (label := _period(evidence.get("period"), now, locale)):
        fields["period_label"] = label
    return fields


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _period(period: Any, now: datetime, locale: Locale) -> str:
    """ "this month" for the month of `now`, else its name; nothing when the evidence has no period."""
    month = _date(period)
    if month is None:
        return ""
    if (month.year, month.month) == (now.year, now.month):
        return _words(locale)["this_month"]
    return format_date(month, "LLLL y", locale=locale)


def _terms(terms: Mapping[str, Any], locale: Locale) -> dict[str, Any]:
    words, price = _words(locale), number(terms.get("price"))
    unit = str(terms.get("period") or "")
    fields: dict[str, Any] = {"period": words.get(unit, unit), "trial_days": terms.get("trial_days")}
    if price is not None and terms.get("currency"):
        fields["price"] = _money(price, str(terms["currency"]), locale)
        fields["line"] = _line(terms, fields, words)
        fields["after_trial"] = _line({**terms, "trial_days": None}, fields, words)
    incentive = terms.get("incentive") or {}
    amount = number(incentive.get("value"))
    if amount is not None and incentive.get("kind") == "percent":
        fields["incentive"] = words["off"].format(value=format_percent(amount / 100, locale=locale))
    if incentive.get("ends_at"):
        ends = datetime.fromisoformat(str(incentive["ends_at"]))
        fields["incentive_ends"] = format_date(ends, "long", locale=locale)
    return fields


def day(value: date, locale: Locale) -> str:
    return format_date(value, "long", locale=locale)


def _money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Whole amounts without decimals (€49), others with those of the currency (€49.50)."""
    if amount != amount.to_integral_value():
        return format_currency(amount, currency, locale=locale)
    whole = locale.currency_formats["standard"].pattern.replace("0.00", "0")
    return format_currency(amount, currency, whole, locale, currency_digits=False)


def _line(terms: Mapping[str, Any], fields: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Price, trial, renewal and cancellation in one sentence, all from data."""
    period = fields["period"]
    parts = [words["price"].format(price=fields["price"], period=period) if period else fields["price"]]
    if terms.get("trial_days"):
        parts.append(words["trial"].format(days=terms["trial_days"]))
    if period and terms.get("renews") is not None:
        renews = words.get(f"renews_{terms['period']}", words["renews"])
        parts.append((renews if terms["renews"] else words["once"]).format(period=period))
    if terms.get("cancel_anytime"):
        parts.append(words["cancel"])
    return ", ".join(parts) + "."
