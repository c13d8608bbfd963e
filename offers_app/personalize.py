"""Merge fields: what a text may say about one person, account, offer and evidence, in one locale."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.conf import settings

from offers_app import cohort, goods, locales, offer_facts, season_words, terms, terms_words
from offers_app.models import Offer
from people_app.models import Account, Person

SAID_LIMIT = 60
_PUNCTUATION = frozenset(" '’.,:-–_&()+")
# A dot before a letter, or a number of four parts: mail programs make a link of it.
_ADDRESS = re.compile(r"\.[^\W\d_]|(\d+\.){3}\d|\bwww\b", re.IGNORECASE)
TRIAL = "trial"
"""The key under which an offer's fields say what a running trial changes."""
ADMINS = ("admin", "administrator", "owner")
LEVELS = ("seats",)  # held, not used up: "9 of 10 seats", never "this month"
_NUMBERS = ("used", "cap", "left", "count", "days", "hours", "days_until", "seats", "amount", "minutes")
_DATES = ("date", "starts", "ends")


def context(
    person: Person,
    account: Account | None,
    offer: Offer,
    evidence: Mapping[str, Any],
    now: datetime,
    locale: str = "",
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The merge fields as display strings: person, account, offer, terms, evidence, today, and `more`: `prior`, their
    newest answer to an offer, and `peers`, their own figures beside those of others (`cohort`), where there are any.

    `locale` is the text's own. Numbers follow the person's where it is the same language (de-AT under de), so
    that an English text never carries French figures. What is unknown stays blank: a template must expect it.
    What customers' apps and browsers said goes through `said`; the ids under `link` are for addresses alone.
    `stated` is the contract's `terms` object, for the widget and not for texts.
    """
    speech = spoken(person.locale, locale)
    situation = _situation(person, account, speech, now)
    fields = _offer(offer, situation)
    stated = _stated(person, account, offer, fields, evidence, now)
    return {
        "person": _person(person),
        "account": _account(account, now, speech),
        "offer": fields,
        "terms": terms_words.fields_of(stated or {}, speech),
        "stated": stated,
        "link": {"person": person.user_id, "account": _account_id(account), "booking": _booking(account)},
        "evidence": _evidence(evidence, now, speech),
        "prior": _prior((more or {}).get("prior"), now),
        "peers": _peers((more or {}).get("peers"), speech),
        "today": format_date(now, "long", locale=speech),
    }


def _situation(person: Person, account: Account | None, spoken: Locale, now: datetime) -> list[str]:
    """Under which keys of its fields an offer may say something else: the language, the country, a running trial."""
    country = (account.country if account else "") or person.country
    trial = [TRIAL] if account and _trial_days_left(account, now) is not None else []
    return [spoken.language, *([country] if country else []), *trial]


def _offer(offer: Offer, situation: Sequence[str]) -> dict[str, Any]:
    """Its own fields; those for the situation (`{"de": {...}, "US": {...}, "trial": {"de": {...}}}`) replace them."""
    given = offer.fields if isinstance(offer.fields, dict) else {}
    own = {"name": offer.name, "slug": offer.slug, "topic": offer.topic, "for_sale": offer.for_sale}
    return own | _fitting(given, situation)


def _fitting(fields: Mapping[str, Any], situation: Sequence[str]) -> dict[str, Any]:
    shown = {key: value for key, value in fields.items() if not isinstance(value, dict)}
    for key in situation:
        if isinstance(fields.get(key), dict):
            shown |= _fitting(fields[key], situation)
    return shown


def _stated(
    person: Person,
    account: Account | None,
    offer: Offer,
    fields: Mapping[str, Any],
    evidence: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any] | None:
    stated = terms.stated(goods.priced(offer, person, account, now), offer, now)
    incentive = (stated or {}).get("incentive")
    if stated and incentive and incentive["kind"] == "bonus":
        stated["incentive"] = {**incentive, "value": str(fields.get("bonus") or offer.bonus)}
    return stated | goods.quantity(offer, account, evidence) if stated and stated["price"] else stated


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": said(person.user_id),
        "first_name": said(person.first_name),
        "role": said(person.role),
        "is_admin": person.role.lower() in ADMINS,
        "device": said(person.device),
        "preferred_channel": said(person.preferred_channel),
    }


def _account(account: Account | None, now: datetime, locale: Locale) -> dict[str, Any]:
    if account is None:
        return {}
    return {
        "id": said(_account_id(account)),
        "name": said(account.name),
        "plan": said(account.plan),
        "industry": said(account.industry),
        "tier": said(account.tier),
        "seats_used": account.seats_used,
        "team_size": account.seats_used,
        "mrr": _money(account.mrr, account, locale),
        "ltv": _money(account.ltv, account, locale),
        **_trial(account, now, locale),
        **_renewal(account, now, locale),
    }


def _money(amount: Decimal | None, account: Account, locale: Locale) -> str:
    """Blank where nobody said how much, or in which currency."""
    known = amount is not None and account.currency
    return (
        terms_words.money(Decimal(amount), account.currency, locale) if known and amount is not None else ""
    )


def _trial(account: Account, now: datetime, locale: Locale) -> dict[str, Any]:
    """P8: while it runs, so that "continue your progress" has something to continue; and the day on which one ended,
    as it was there."""
    left, ends = _trial_days_left(account, now), account.trial_ends_at
    if ends is None:
        return {"in_trial": False}
    on = _day_there(ends, account, locale)
    if left is None:
        return {"in_trial": False, "trial_ended": on}
    return {"in_trial": True, "trial_days_left": left, "trial_ends": on}


def _trial_days_left(account: Account, now: datetime) -> int | None:
    """Whole days, 0 on the last one; None where no trial runs."""
    ends = account.trial_ends_at
    return (ends - now).days if ends and ends > now else None


def _renewal(account: Account, now: datetime, locale: Locale) -> dict[str, Any]:
    """P6: a real date, or nothing."""
    if account.renews_at is None or account.renews_at <= now:
        return {}
    on = _day_there(account.renews_at, account, locale)
    return {"renews_on": on, "renews_in_days": (account.renews_at - now).days}


def _day_there(at: datetime, account: Account, locale: Locale) -> str:
    """The day that it is in the account's zone; in UTC where no zone is known."""
    zone: tzinfo = UTC
    with suppress(ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo(account.timezone or "UTC")
    return day(at.astimezone(zone).date(), locale)


def _prior(prior: offer_facts.Said | None, now: datetime) -> dict[str, Any]:
    """P3: what they answered last, to which offer."""
    if prior is None:
        return {}
    return {
        "offer": prior.offer.slug,
        "name": prior.offer.name,
        "answer": prior.answer,
        "days_ago": (now - prior.at).days,
    }


def _peers(peers: cohort.Compared | None, locale: Locale) -> dict[str, Any]:
    """P12: nothing where too few could be compared with."""
    if peers is None:
        return {}
    shown = {
        "own": format_decimal(peers.own, format="#,##0.#", locale=locale),
        "median": format_decimal(peers.median, format="#,##0.#", locale=locale),
        "size": format_decimal(peers.size, locale=locale),
        "industry": said(peers.industry),
        "from": format_date(peers.since, "long", locale=locale),
        "to": format_date(peers.upto, "long", locale=locale),
        "above": peers.own > peers.median,
    }
    return shown | (
        {"times": format_decimal(peers.own / peers.median, format="0.#", locale=locale)}
        if peers.median
        else {}
    )


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
    own, other = locales.parsed(persons), locales.parsed(texts)
    if own and other and own.language != other.language:
        return other
    return own or other or Locale("en")


def _evidence(evidence: Mapping[str, Any], now: datetime, locale: Locale) -> dict[str, Any]:
    fields = {
        key: said(value) if isinstance(value, str) else value
        for key, value in evidence.items()
        if isinstance(value, str | int | float | bool)
    }
    used, cap = terms_words.number(evidence.get("used")), terms_words.number(evidence.get("cap"))
    figures = {key: terms_words.number(evidence.get(key)) for key in _NUMBERS}
    percent = terms_words.number(evidence.get("percent"))
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
    if name := season_words.of(evidence.get("season"), locale.language):
        fields["label"] = name
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
        return terms_words.words_of(locale)["this_month"]
    return format_date(month, "LLLL y", locale=locale)


def day(value: date, locale: Locale) -> str:
    return format_date(value, "long", locale=locale)
