"""A mail as its reader gets it: the stored words in the layout, with every link a recipient is owed."""

from dataclasses import dataclass

from django.conf import settings

from campaigns_app.models import Delivery
from consent_app import links
from offers_app import mail_layout


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


def _reply_to(delivery: Delivery) -> str:
    """The inbox for answers with this delivery's id, for mail services that put their own message id on mails."""
    local, at, domain = settings.REPLY_TO.partition("@")
    return f"{local}+{delivery.pk}@{domain}" if at else ""
