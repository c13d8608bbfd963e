"""Mail by Customer.io's transactional API, as a finished mail and not as one of its templates.

Source: bodies as customerio-python 3.2 sends them; docs.customer.io, "Send a transactional email", "Custom email
headers" and "Lookup messages sent to a customer". There is no key of repetition: a mail without an answer is looked up
by recipient, subject and time. Receipts name Customer.io's delivery id, which is what it answers with.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from campaigns_app.channels import mail_headers
from campaigns_app.channels.base import Accepted, Field, Message, Outcome, Refused, Unknown
from campaigns_app.channels.over_http import HttpProvider, Request, accepted, as_json, said
from upsell_project.lib import http

EUROPE = "https://api-eu.customer.io"
EARLIER = timedelta(minutes=1)
"""How far Customer.io's clock may be behind ours."""
LIQUID = ("{{", "{%")


class CustomerIo(HttpProvider):
    kind: ClassVar[str] = "customerio"
    label: ClassVar[str] = "Customer.io"
    channels: ClassVar[tuple[str, ...]] = ("email",)
    address: ClassVar[str] = "https://api.customer.io"
    beta: ClassVar[str] = (
        "Nothing was sent with a real account; bodies are those of Customer.io's own Python library, custom headers"
        " from its documentation."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("app_key", "App API key", "Not the tracking key", secret=True),
        Field("region", "Region", required=False, choices=("us", "eu")),
        Field(
            "transactional_message_id",
            "Transactional message",
            "Its id or trigger name; what it says is replaced, its statistics and unsubscribe settings count",
        ),
    )

    def host(self) -> str:
        return EUROPE if self.given.get("region") == "eu" else self.address

    def request(self, message: Message) -> Request:
        if any(sign in part for sign in LIQUID for part in (message.subject, message.text, message.html)):
            raise ValueError("Customer.io would take {{ or {% in this mail for fields of its own")
        body: dict[str, Any] = {
            "transactional_message_id": self.given["transactional_message_id"],
            "identifiers": {"id": message.user_id} if message.user_id else {"email": message.to},
            "message_data": {"delivery_id": message.delivery_id},
            "to": message.to,
            "from": message.sender,
            "subject": message.subject,
            "body": message.html,
            "body_plain": message.text,
            "headers": _headers(message),
            # Its own default sends "transactional" mail to whoever unsubscribed there.
            "send_to_unsubscribed": False,
        }
        if reply_to := message.headers.get(mail_headers.REPLY_TO):
            body["reply_to"] = reply_to
        return as_json("POST", "/v1/send/email", self._authorized(), body)

    def taken(self, answer: http.Answer) -> Outcome:
        found = said(answer).get("delivery_id")
        return accepted(found) if found else Unknown(f"{answer.status} without a delivery_id")

    def odd(self, answer: http.Answer) -> Outcome | None:
        """Without the message at Customer.io none would leave: that is the account's fault, not this mail's."""
        wrong = "there is no such transactional message"
        return Refused(f"404: {wrong}", retry=True, broken=True) if answer.status == 404 else None

    def test(self) -> Request:
        return Request("GET", "/v1/transactional", self._authorized())

    def look_up(self, message: Message, since: datetime) -> Accepted | None:
        """Found among what went to them since, it was sent; that it is missing proves nothing."""
        whose = (message.user_id, "id") if message.user_id else (message.to, "email")
        start = int((since - EARLIER).timestamp())
        query = urlencode({"id_type": whose[1], "start_ts": str(start), "limit": "50"})
        path = f"/v1/customers/{quote(whose[0], safe='')}/messages?{query}"
        answer = self.asked(Request("GET", path, self._authorized()))
        if not isinstance(answer, http.Answer) or answer.status != 200:
            return None
        rows = said(answer).get("messages")
        ours = [one for one in rows if _is(one, message, start)] if isinstance(rows, list) else []
        return accepted(ours[0].get("id")) if ours else None

    def _authorized(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.given['app_key']}", "Accept": "application/json"}


def _headers(message: Message) -> dict[str, str]:
    """It takes four, and neither Message-ID nor Date: those are its own."""
    automatic = {"Auto-Submitted": mail_headers.automatic()["Auto-Submitted"]}
    return {**mail_headers.unsubscribe(message), **automatic, **mail_headers.others(message)}


def _is(one: Any, message: Message, start: int) -> bool:
    if not isinstance(one, dict) or one.get("type") != "email":
        return False
    made = one.get("created")
    same = one.get("recipient") == message.to and one.get("subject") == message.subject
    return same and isinstance(made, int) and made >= start
