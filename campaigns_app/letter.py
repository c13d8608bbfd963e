"""A message as its reader gets it: the stored words, a mail's in the layout with every link a recipient is owed."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from campaigns_app.channels.base import Message
from campaigns_app.models import Delivery
from consent_app import links
from offers_app import mail_layout
from people_app.models import Channel
from upsell_project.lib import clock


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
    acts = ("not_now", "no_more")
    urls = {name: links.click_url(proposition.pk, name) for name in ("cta", "secondary")} | {
        **{act: links.preferences_url(delivery.person_id, proposition.pk, act) for act in acts},
        "why": links.why_url(proposition.pk),
        "unsubscribe": unsubscribe,
    }
    html, text = mail_layout.page(content, urls)
    return Letter(content["subject"], html, text, unsubscribe, _reply_to(delivery))


def message(delivery: Delivery, address: str) -> Message:
    """What the provider is handed. Raises KeyError when what was rendered is no message of its channel."""
    common = {
        "delivery_id": str(delivery.pk),
        "to": address,
        "at": clock.now(),
        "channel": delivery.channel,
        "user_id": delivery.person.user_id or "",
        "expires_at": delivery.proposition.expires_at,
    }
    return _mail(delivery, common) if delivery.channel == Channel.EMAIL else _short(delivery, common)


def _mail(delivery: Delivery, common: dict[str, Any]) -> Message:
    written = write(delivery)
    headers = {"Feedback-ID": f"{delivery.proposition.topic}:{delivery.step_id}:offer:upsell"}
    if written.reply_to:
        headers["Reply-To"] = written.reply_to
    return Message(
        **common,
        sender=settings.SENDER,
        subject=written.subject,
        text=written.text,
        html=written.html,
        unsubscribe_url=written.unsubscribe_url,
        headers=headers,
    )


def _short(delivery: Delivery, common: dict[str, Any]) -> Message:
    content = delivery.proposition.content
    return Message(
        **common,
        subject=content["title"],
        text=content["body"],
        url=content.get("url", ""),
        locale=content.get("locale", "en"),
        form=content.get("form", {}),
        unsubscribe_url=links.unsubscribe_url(delivery.person_id, delivery.proposition_id),
    )


def _reply_to(delivery: Delivery) -> str:
    """The inbox for answers with this delivery's id, for mail services that put their own message id on mails."""
    local, at, domain = settings.REPLY_TO.partition("@")
    return f"{local}+{delivery.pk}@{domain}" if at else ""
