"""The page "why this offer" for its recipient: the reason as it was said, what we know and from where, who says what
was claimed of others, and how to stop. It only tells: its link may have been passed on."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date

from campaigns_app import recipient_reasons, why_words
from offers_app.models import Proposition
from people_app.models import Channel

_FROM = {
    "events": "use",
    "sequence": "use",
    "change": "use",
    "meter": "use",
    "entitlement": "plan",
    "trait": "plan",
    "season": "calendar",
    "intent": "text",
    "score": "score",
    "answer": "offers",
    "signal": "use",
    "segment": "plan",
}
"""Where the facts of each kind come from."""
_SMS = {Channel.SMS, Channel.WHATSAPP}


def context(proposition: Proposition, locale: Locale, language: str) -> dict[str, Any]:
    """What the template needs beside names and figures. `locale` is for numbers and days."""
    words, evidence = why_words.of(language), proposition.evidence
    about = facts(evidence)
    reasons = recipient_reasons.sentences(about, locale)
    kinds = [_FROM[one["asked"]["fact"]] for one in about if one["asked"]["fact"] in _FROM]
    return {
        "y": words,
        "why": proposition.content.get("why", ""),
        "reasons": reasons,
        "known": [words[f"from:{kind}"] for kind in dict.fromkeys(kinds or _bare(evidence))],
        "sources": sources(evidence.get("claims"), words, locale),
        "stops": [words[f"stop:{_way(proposition.channel)}"], words["stop:link"]],
    }


def sources(claims: Any, words: Mapping[str, str], locale: Locale) -> list[tuple[str, str]]:
    """Who says what the offer claimed of others, and the address where it can be read (empty unless https), of
    `[{source, url, date}]`; what is not kept like this is left out."""
    rows: Iterable[Any] = claims if isinstance(claims, list) else ()
    told = [_source(row, words, locale) for row in rows if isinstance(row, Mapping) and row.get("source")]
    return list(dict.fromkeys(told))


def _source(row: Mapping[str, Any], words: Mapping[str, str], locale: Locale) -> tuple[str, str]:
    named, url = str(row["source"]), str(row.get("url") or "")
    with suppress(ValueError):
        day = format_date(date.fromisoformat(str(row.get("date"))), "long", locale=locale)
        named = words["says"].format(source=named, day=day)
    return named, url if url.startswith("https://") else ""


def facts(evidence: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """As they were stored with the signal; none of an older or a strange one."""
    stored = evidence.get("facts", ())
    rows = stored if isinstance(stored, list) else ()
    return [one for one in rows if isinstance(one, Mapping) and "fact" in one.get("asked", {})]


def _bare(evidence: Mapping[str, Any]) -> list[str]:
    """Of evidence that is kept as figures alone."""
    return (["use"] if {"used", "count"} & evidence.keys() else []) + (["plan"] if "cap" in evidence else [])


def _way(channel: str) -> str:
    if channel in _SMS:
        return "sms"
    return channel if channel in (Channel.IN_APP, Channel.EMAIL) else "other"
