"""Twilio: SMS, and WhatsApp by approved templates.

Source: the Messages resource of API version 2010-04-01 (bodies as twilio-python 9.13 sends them) and Twilio's error
dictionary. Twilio has no key of repetition: a message without an answer is looked up by its recipient and text.
"""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from campaigns_app.channels.base import Accepted, Field, Gone, Message, Outcome, Refused
from campaigns_app.channels.over_http import HttpProvider, Request, accepted, as_form, basic, said
from upsell_project.lib import http

SHORTEST, LONGEST = 10, 36_000
"""Seconds of ValidityPeriod."""
EARLIER = timedelta(minutes=5)
"""How far Twilio's clock may be behind ours."""
DEAD = {21211, 21614, 21217, 63024}
OPTED_OUT = {21610, 63014}
LATER = {20429, 30001, 63038}
NOT_NOW = {
    21408: "sending to this country is switched off at Twilio",
    63016: "outside WhatsApp's 24 hours only an approved template may be sent",
    63049: "WhatsApp chose not to deliver another marketing message",
}


class Twilio(HttpProvider):
    kind: ClassVar[str] = "twilio"
    label: ClassVar[str] = "Twilio"
    channels: ClassVar[tuple[str, ...]] = ("sms", "whatsapp")
    address: ClassVar[str] = "https://api.twilio.com"
    beta: ClassVar[str] = (
        "Nothing was sent with a real account; bodies are those of Twilio's own Python library."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("account_sid", "Account SID", "AC..., on the first page of Twilio's console"),
        Field("auth_token", "Auth token", "Or the secret of an API key", secret=True),
        Field("api_key", "API key SID", "SK...; empty: the auth token is the account's own", required=False),
        Field("from", "Sender", "+1415...; or the SID of a messaging service, MG..."),
        Field("status_url", "Status callback", "The address of your Twilio source", required=False),
    )

    def request(self, message: Message) -> Request:
        body = {"To": self._address(message.to), **self._sender(), **self._said(message)}
        if url := self.given.get("status_url"):
            body["StatusCallback"] = (
                f"{url}{'&' if '?' in url else '?'}{urlencode({'m': message.delivery_id})}"
            )
        if message.expires_at:
            left = int((message.expires_at - message.at).total_seconds())
            body["ValidityPeriod"] = str(min(max(left, SHORTEST), LONGEST))
        return as_form(self._path(), self._headers(), body)

    def taken(self, answer: http.Answer) -> Outcome:
        return accepted(said(answer).get("sid"))

    def odd(self, answer: http.Answer) -> Outcome | None:
        code = said(answer).get("code")
        if answer.status < 400 or not isinstance(code, int):
            return None
        if code in DEAD:
            return Refused(f"{code}: no such number", retry=False, gone=Gone.NOBODY)
        if code in OPTED_OUT:
            return Refused(f"{code}: they opted out at Twilio", retry=False, gone=Gone.OPTED_OUT)
        if code in LATER:
            return Refused(f"{code}: too many at once", retry=True, retry_after=answer.wait, down=True)
        return Refused(f"{code}: {NOT_NOW[code]}", retry=False) if code in NOT_NOW else None

    def code(self, answer: http.Answer) -> str:
        return str(said(answer).get("code") or "")

    def test(self) -> Request:
        return Request("GET", f"/2010-04-01/Accounts/{self.given['account_sid']}.json", self._headers())

    def look_up(self, message: Message, since: datetime) -> Accepted | None:
        """Found among what went to them since, it was sent; that it is missing proves nothing."""
        day = (since - EARLIER).strftime("%Y-%m-%d")
        query = urlencode({"To": self._address(message.to), "DateSent>": day, "PageSize": "50"})
        answer = self.asked(Request("GET", f"{self._path()}?{query}", self._headers()))
        if not isinstance(answer, http.Answer) or answer.status != 200:
            return None
        rows = said(answer).get("messages")
        ours = [one for one in rows if _is(one, message, since)] if isinstance(rows, list) else []
        return accepted(ours[0].get("sid")) if ours else None

    def _address(self, number: str) -> str:
        return f"whatsapp:{number}" if self.channel == "whatsapp" else number

    def _sender(self) -> dict[str, str]:
        given = self.given["from"]
        return {"MessagingServiceSid": given} if given.startswith("MG") else {"From": self._address(given)}

    def _said(self, message: Message) -> dict[str, str]:
        if self.channel != "whatsapp":
            return {"Body": message.text}
        if not message.form.get("id"):
            raise ValueError("WhatsApp takes approved templates only: this text names none")
        values = {str(place): value for place, value in enumerate(message.form.get("variables", ()), start=1)}
        return {"ContentSid": message.form["id"], "ContentVariables": json.dumps(values)}

    def _path(self) -> str:
        return f"/2010-04-01/Accounts/{self.given['account_sid']}/Messages.json"

    def _headers(self) -> dict[str, str]:
        user = self.given.get("api_key") or self.given["account_sid"]
        return {"Authorization": basic(user, self.given["auth_token"]), "Accept": "application/json"}


def _is(one: Any, message: Message, since: datetime) -> bool:
    """Each text holds a link of its own, so nothing else reads the same."""
    if not isinstance(one, dict) or one.get("direction") == "inbound":
        return False
    text, made = str(one.get("body") or ""), _date(one.get("date_created"))
    parts = message.form.get("variables") or [message.text]
    return made is not None and made >= since - EARLIER and all(part in text for part in parts)


def _date(value: Any) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(value))
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)
