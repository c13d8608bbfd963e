"""A mail as its reader gets it: the stored words in the layout, with every link a recipient is owed."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from campaigns_app.models import Delivery
from consent_app import links

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "why": "Why am I getting this?",
        "preferences": "Change or pause these mails",
        "unsubscribe": "Unsubscribe from all offers",
        "because": "The reason for this mail:",
    },
    "de": {
        "why": "Warum bekomme ich das?",
        "preferences": "Diese Mails ändern oder pausieren",
        "unsubscribe": "Alle Angebote abbestellen",
        "because": "Der Anlass dieser Mail:",
    },
}


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and both parts, and the one-click address for the headers."""

    subject: str
    html: str
    text: str
    unsubscribe_url: str
    reply_to: str
    """Empty: answers go to the sender."""


def write(delivery: Delivery) -> Letter:
    """From what was rendered at the intent. Raises KeyError when that is not a mail."""
    proposition, content = delivery.proposition, delivery.proposition.content
    unsubscribe = links.unsubscribe_url(delivery.person_id, proposition.pk)
    context = {
        **{name: content[name] for name in ("subject", "html", "text", "why", "preheader")},
        "locale": content.get("locale", "en"),
        "terms_line": content.get("terms_line", ""),
        "buttons": [
            {"label": content[name]["label"], "url": links.click_url(proposition.pk, name), "kind": name}
            for name in ("cta", "secondary")
            if content.get(name)
        ],
        "unsubscribe_url": unsubscribe,
        "preferences_url": links.preferences_url(delivery.person_id, proposition.pk),
        "why_url": links.why_url(proposition.pk),
        "words": _words(content),
        "company": settings.COMPANY,
        "postal_address": settings.POSTAL_ADDRESS,
    }
    html = render_to_string("mail/layout.html", context)
    text = render_to_string("mail/layout.txt", context)
    return Letter(content["subject"], html, text.strip() + "\n", unsubscribe, _reply_to(delivery))


def _reply_to(delivery: Delivery) -> str:
    """The inbox for answers with this delivery's id, for mail services that put their own message id on mails."""
    local, at, domain = settings.REPLY_TO.partition("@")
    return f"{local}+{delivery.pk}@{domain}" if at else ""


def _words(content: dict[str, Any]) -> dict[str, str]:
    return WORDS.get(str(content.get("locale", "en"))[:2], WORDS["en"])
