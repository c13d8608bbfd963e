"""What is wrong with a treatment before anybody gets it: for the admin and the API alike."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from consent_app import links
from offers_app import limits, locales, media, safe_html, short_texts, whatsapp_form, wording
from people_app.models import Channel

_ANY = UUID(int=0)
"""A proposition: its link is as long as that of any other."""


def faults(values: Mapping[str, Any]) -> dict[str, str]:
    """A sentence by field. A merge field without a value is no fault: whether it has one is known per person."""
    said = {name: str(values.get(name) or "") for name in limits.TEXTS}
    found = {name: fault for name, text in said.items() if (fault := _broken(text, name in limits.HTML))}
    channel, locale = str(values.get("channel") or ""), str(values.get("locale") or "en")
    if not found:
        found |= _too_long(channel, locale, values)
    if wrong := locales.fault(locale):
        found["locale"] = wrong
    if unshown := media.faults(values.get("media")):
        found["media"] = " ".join(unshown)
    elif values.get("media") and channel not in (Channel.IN_APP, Channel.EMAIL):
        found["media"] = "Only texts in the app and in mails have a picture or video."
    if fault := _form(channel, values.get("form")):
        found["form"] = fault
    return found


def _form(channel: str, form: Any) -> str:
    if wrong := whatsapp_form.faults(form):
        return " ".join(wrong)
    if form and channel != Channel.WHATSAPP:
        return "Only texts for WhatsApp leave as an approved template."
    broken = (_broken(source, False) for source in whatsapp_form.variables(form).values())
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
    """The fixed text of what has a limit; on a phone with a link as long as the one that is sent."""
    headline = " ".join(limits.fixed(str(values.get("headline") or "")).split())
    body = limits.fixed(str(values.get("body") or ""))
    if channel in (Channel.IN_APP, Channel.EMAIL):
        body = safe_html.to_text(safe_html.sanitize(body))
    else:
        link = links.click_url(_ANY, "cta") if values.get("cta_label") else ""
        body = short_texts.body(channel, body.strip(), link, locale)
    return {"headline": headline, "body": body}


def told(channel: str, locale: str, values: Mapping[str, Any]) -> str:
    """How long the fixed text is, for staff."""
    return limits.told(channel, fixed(channel, locale, values))
