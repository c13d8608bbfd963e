"""Mail by SendGrid's v3 Mail Send.

Source: bodies as sendgrid-python 6.12 sends them; SendGrid's pages "Mail Send", "Errors" and "Email Activity". SendGrid
has no key of repetition. A mail without an answer is looked up by its custom argument where the account has bought
Email Activity; without it the Event Webhook, which brings the same argument back, settles it.
"""

from datetime import datetime
from email.utils import parseaddr
from typing import Any, ClassVar
from urllib.parse import urlencode

from campaigns_app.channels import mail_headers
from campaigns_app.channels.base import Accepted, Field, Message, Outcome, Refused
from campaigns_app.channels.over_http import HttpProvider, Request, accepted, as_json, inside, said
from upsell_project.lib import clock, http

EUROPE = "https://api.eu.sendgrid.com"
OUR_ID = "delivery_id"


class SendGrid(HttpProvider):
    kind: ClassVar[str] = "sendgrid"
    label: ClassVar[str] = "SendGrid"
    channels: ClassVar[tuple[str, ...]] = ("email",)
    address: ClassVar[str] = "https://api.sendgrid.com"
    beta: ClassVar[str] = (
        "Nothing was sent with a real account; bodies are those of SendGrid's own Python library."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "API key", "SG....; it needs Mail Send, and nothing else", secret=True),
        Field("region", "Region", "eu: a regional subuser", required=False, choices=("us", "eu")),
        Field("category", "Category", "For SendGrid's statistics", required=False),
    )

    def host(self) -> str:
        return EUROPE if self.given.get("region") == "eu" else self.address

    def request(self, message: Message) -> Request:
        body: dict[str, Any] = {
            "personalizations": [{"to": [{"email": message.to}]}],
            "from": _named(message.sender),
            "subject": message.subject,
            "content": [
                {"type": "text/plain", "value": message.text},
                {"type": "text/html", "value": message.html},
            ],
            "headers": _headers(message),
            "custom_args": {OUR_ID: message.delivery_id},
            # The way out is ours: SendGrid would put a second one beside it.
            "tracking_settings": {"subscription_tracking": {"enable": False}},
        }
        if reply_to := message.headers.get(mail_headers.REPLY_TO):
            body["reply_to"] = _named(reply_to)
        if category := self.given.get("category"):
            body["categories"] = [category]
        return as_json("POST", "/v3/mail/send", self._authorized(), body)

    def taken(self, answer: http.Answer) -> Outcome:
        return accepted(answer.headers.get("x-message-id"))

    def odd(self, answer: http.Answer) -> Outcome | None:
        """Too many: SendGrid says when it counts anew, as a moment."""
        if answer.status != 429 or answer.wait is not None:
            return None
        return Refused(
            "429", retry=True, retry_after=_until(answer.headers.get("x-ratelimit-reset", "")), down=True
        )

    def code(self, answer: http.Answer) -> str:
        """The field it complains of: its sentence may repeat an address."""
        return str(inside(said(answer), "errors", 0, "field") or "")

    def test(self) -> Request:
        return Request("GET", "/v3/scopes", self._authorized())

    def look_up(self, message: Message, since: datetime) -> Accepted | None:
        query = f"(unique_args['{OUR_ID}']=\"{message.delivery_id}\")"
        asked = Request(
            "GET", f"/v3/messages?{urlencode({'limit': '1', 'query': query})}", self._authorized()
        )
        answer = self.asked(asked)
        if not isinstance(answer, http.Answer) or answer.status != 200:
            return None
        found = inside(said(answer), "messages", 0, "msg_id")
        return accepted(found.partition(".")[0]) if isinstance(found, str) else None

    def _authorized(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.given['api_key']}", "Accept": "application/json"}


def _headers(message: Message) -> dict[str, str]:
    return {
        "Message-ID": mail_headers.message_id(message),
        **mail_headers.automatic(),
        **mail_headers.unsubscribe(message),
        **mail_headers.others(message),
    }


def _named(mailbox: str) -> dict[str, str]:
    name, address = parseaddr(mailbox)
    if not address:
        raise ValueError("SendGrid needs a sender's address")
    return {"email": address, **({"name": name} if name else {})}


def _until(moment: str) -> float | None:
    """Seconds until these unix seconds."""
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= 12):
        return None
    return min(max(int(moment) - clock.real().timestamp(), 0.0), http.LONGEST_WAIT)
