"""Klaviyo sends nothing for others: it is told of an event, and a flow of the customer's writes the message.

Source: bodies as klaviyo-api 25.0 sends them (revision 2026-10-15); developers.klaviyo.com, "Create Event". Of one
profile and metric only the first event with a `unique_id` is recorded, so a repetition is none. Consent is looked at
there once more; people are never subscribed from here, since that would undo their earlier no.
"""

from datetime import timedelta
from typing import Any, ClassVar

from campaigns_app.channels.base import Accepted, Field, Message, Outcome
from campaigns_app.channels.over_http import HttpProvider, Request, as_json, inside, said
from upsell_project.lib import http

REVISION = "2026-10-15"
METRIC = "Offer Ready"
LONGEST = 100_000
"""Bytes of one text of an event."""
ADDRESS = {"email": "email", "sms": "phone_number"}


class Klaviyo(HttpProvider):
    kind: ClassVar[str] = "klaviyo"
    label: ClassVar[str] = "Klaviyo"
    channels: ClassVar[tuple[str, ...]] = ("email", "sms")
    address: ClassVar[str] = "https://a.klaviyo.com"
    beta: ClassVar[str] = (
        "Nothing was sent with a real account; bodies are those of Klaviyo's own Python library. Accepted means that"
        " Klaviyo has the event: whether a flow sends, it decides."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "Private API key", "pk_...; it needs events:write and accounts:read", secret=True),
        Field("metric", "Metric", f"What triggers your flow; empty: {METRIC}", required=False),
    )
    # Klaviyo names no end; a repetition is never this late.
    key_lives: ClassVar[timedelta | None] = timedelta(days=7)

    def request(self, message: Message) -> Request:
        said = _properties(message)
        if long := [name for name, value in said.items() if len(value.encode()) > LONGEST]:
            raise ValueError(f"Klaviyo takes no text of more than {LONGEST} bytes: {', '.join(long)}")
        who = {
            ADDRESS[self.channel]: message.to,
            **({"external_id": message.user_id} if message.user_id else {}),
        }
        event = {
            "properties": said,
            "time": message.at.isoformat(),
            "unique_id": message.delivery_id,
            # True would record it without triggering a flow.
            "backfill": False,
            "metric": _resource("metric", {"name": self.given.get("metric") or METRIC}),
            "profile": _resource("profile", who),
        }
        kind = {**self._authorized(), "Content-Type": "application/vnd.api+json"}
        return as_json("POST", "/api/events", kind, _resource("event", event))

    def taken(self, answer: http.Answer) -> Outcome:
        """It names nothing: what comes back of it bears our own id."""
        return Accepted()

    def code(self, answer: http.Answer) -> str:
        return str(inside(said(answer), "errors", 0, "code") or "")

    def test(self) -> Request:
        return Request("GET", "/api/accounts", self._authorized())

    def _authorized(self) -> dict[str, str]:
        return {
            "Authorization": f"Klaviyo-API-Key {self.given['api_key']}",
            "Accept": "application/vnd.api+json",
            "revision": REVISION,
        }


def _properties(message: Message) -> dict[str, str]:
    """What a flow's message says as `{{ event.subject }}`, and its webhook gives back as `{{ event.delivery_id }}`."""
    found = {
        "delivery_id": message.delivery_id,
        "channel": message.channel,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "url": message.url,
        "unsubscribe_url": message.unsubscribe_url,
        "locale": message.locale,
        "expires_at": message.expires_at.isoformat() if message.expires_at else "",
    }
    return {name: value for name, value in found.items() if value}


def _resource(kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"type": kind, "attributes": attributes}}
