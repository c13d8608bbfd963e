"""What is wrong with a treatment before anybody gets it: for the admin and the API alike."""

from collections.abc import Mapping
from typing import Any

from offers_app import approved, limits, media, safe_html, short_texts, wording
from people_app.models import Channel

TEXTS = {"headline": False, "body": True, "why": False, "cta_label": False, "secondary_label": False}
"""The Liquid texts of a treatment, and whether each is HTML."""


def faults(values: Mapping[str, Any]) -> dict[str, str]:
    """A sentence by field. A merge field without a value is no fault: whether it has one is known per person."""
    found = {
        name: fault for name, html in TEXTS.items() if (fault := _broken(str(values.get(name) or ""), html))
    }
    channel = str(values.get("channel") or "")
    if not found:
        found |= _too_long(channel, str(values.get("locale") or "en"), values)
    if wrong := media.faults(values.get("media")):
        found["media"] = " ".join(wrong)
    elif values.get("media") and channel not in (Channel.IN_APP, Channel.EMAIL):
        found["media"] = "Only texts in the app and in mails have a picture or video."
    if fault := _form(channel, values.get("form")):
        found["form"] = fault
    return found


def _form(channel: str, form: Any) -> str:
    if wrong := approved.faults(form):
        return " ".join(wrong)
    if form and channel != Channel.WHATSAPP:
        return "Only texts for WhatsApp leave as an approved template."
    broken = (_broken(source, False) for source in approved.variables(form).values())
    return next((fault for fault in broken if fault), "")


def _broken(text: str, html: bool) -> str:
    try:
        wording.render(text, {}, html=html)
    except wording.Missing:
        return ""
    except wording.Broken as error:
        return f"This text cannot be rendered: {error}"
    return ""


def _too_long(channel: str, locale: str, values: Mapping[str, Any]) -> dict[str, str]:
    """By what stands in it whoever gets it."""
    wrong = limits.faults(channel, fixed(channel, locale, values))
    return {part: f"Even without what is filled in it {fault}." for part, fault in wrong.items()}


def fixed(channel: str, locale: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The fixed text of what has a limit."""
    headline = " ".join(limits.fixed(str(values.get("headline") or "")).split())
    body = limits.fixed(str(values.get("body") or ""))
    if channel in (Channel.IN_APP, Channel.EMAIL):
        body = safe_html.to_text(safe_html.sanitize(body))
    else:
        body = short_texts.body(channel, body.strip(), "", locale)
    return {"headline": headline, "body": body}


def told(channel: str, locale: str, values: Mapping[str, Any]) -> str:
    """How long the fixed text is, for staff."""
    return limits.told(channel, fixed(channel, locale, values))
