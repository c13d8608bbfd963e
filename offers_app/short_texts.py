"""Messages that are nothing but text: SMS, WhatsApp, push, and what staff say in a chat or call."""

from typing import Any

from offers_app import sms

TO_PHONES = ("sms", "whatsapp")
"""The link and the way to stop are part of the text here: there is nothing else around it."""
STOP: dict[str, str] = {
    "en": "Reply STOP to stop",
    "de": "Stopp: STOP antworten",
    "fr": "Arrêt : répondez STOP",
    "es": "Baja: responda STOP",
}


def body(channel: str, text: str, link: str, locale: str) -> str:
    """The whole text as it leaves. In an SMS typographic signs are made plain, since one of them doubles its price."""
    if channel not in TO_PHONES:
        return text
    whole = "\n".join(part for part in (" ".join(text.split()), link, stop(channel, locale)) if part)
    return sms.plain(whole) if channel == "sms" else whole


def stop(channel: str, locale: str) -> str:
    words = STOP.get(locale[:2].lower(), STOP["en"])
    return sms.plain(words) if channel == "sms" else words


def told(channel: str, text: str) -> dict[str, Any]:
    """What is stored beside the text: of an SMS how many segments it takes."""
    if channel != "sms":
        return {}
    size = sms.size(text)
    return {"segments": size.segments, "alphabet": size.alphabet.value}
