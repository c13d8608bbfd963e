"""OneSignal: a push to all devices of the person whom it knows by our user id.

Source: OneSignal's Create message API (bodies as @onesignal/node-onesignal 5.18 sends them). It answers 200 with an
empty id where it sent nothing. The key of repetition is a UUID that it remembers for 30 days.
"""

from datetime import timedelta
from typing import Any, ClassVar

from campaigns_app.channels.base import Field, Message, Outcome, Refused
from campaigns_app.channels.over_http import (
    HttpProvider,
    Request,
    accepted,
    as_json,
    inside,
    said,
    seconds_left,
)
from upsell_project.lib import http, push_address

LONGEST = 28 * 86_400
"""Seconds that OneSignal keeps a message."""


class OneSignal(HttpProvider):
    kind: ClassVar[str] = "onesignal"
    label: ClassVar[str] = "OneSignal"
    channels: ClassVar[tuple[str, ...]] = ("push",)
    address: ClassVar[str] = "https://api.onesignal.com"
    beta: ClassVar[str] = (
        "Nothing was sent with a real account; bodies are those of OneSignal's own Node library."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("app_id", "App ID", "Settings, Keys & IDs"),
        Field("api_key", "App API key", "os_v2_app_...", secret=True),
    )
    key_lives: ClassVar[timedelta | None] = timedelta(days=30)
    seconds: ClassVar[float] = 30.0

    def reaches(self, address: str) -> bool:
        """It knows its devices itself, and nothing of browsers that subscribed with our own key."""
        return push_address.subscription(address) is None

    def request(self, message: Message) -> Request:
        if not message.user_id:
            raise ValueError("OneSignal knows people by their user id, and this one has none")
        data = {"delivery_id": message.delivery_id, "stop_url": message.unsubscribe_url}
        body: dict[str, Any] = {
            "app_id": self.given["app_id"],
            "include_aliases": {"external_id": [message.user_id]},
            "target_channel": "push",
            # English is what OneSignal shows wherever it has no text in the device's language.
            "headings": {"en": message.subject},
            "contents": {"en": message.text},
            "data": {name: value for name, value in data.items() if value},
            "idempotency_key": message.delivery_id,
        }
        if message.url:
            body["url"] = message.url
        if (left := seconds_left(message, 0, LONGEST)) is not None:
            body["ttl"] = left
        return as_json("POST", "/notifications", self._headers(), body)

    def taken(self, answer: http.Answer) -> Outcome:
        told = said(answer)
        if told.get("id"):
            return accepted(told["id"])
        if inside(told, "errors", "invalid_aliases") is not None or "not subscribed" in str(
            told.get("errors")
        ):
            return Refused("OneSignal has no device of this person that takes pushes", retry=False)
        return Refused("OneSignal sent nothing", retry=False)

    def test(self) -> Request:
        return Request("GET", f"/notifications?app_id={self.given['app_id']}&limit=1", self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Key {self.given['api_key']}", "Accept": "application/json"}
