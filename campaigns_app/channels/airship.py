"""Airship: a push to all devices of a named user, who bears our user id.

Source: Airship's push API, version 3 (bodies as urbanairship 7.4 sends them). It has no key of repetition and does not
tell to whom a push went: without an answer it stays unknown.
"""

from datetime import timedelta
from typing import Any, ClassVar

from campaigns_app.channels.base import Field, Message, Outcome, Refused
from campaigns_app.channels.over_http import (
    HttpProvider,
    Request,
    accepted,
    as_json,
    basic,
    inside,
    said,
    seconds_left,
)
from upsell_project.lib import http, push_address

ACCEPT = "application/vnd.urbanairship+json; version=3;"
HOSTS = {
    ("us", False): "https://go.urbanairship.com",
    ("eu", False): "https://go.airship.eu",
    ("us", True): "https://api.asnapius.com",
    ("eu", True): "https://api.asnapieu.com",
}
"""By region, and whether a token signs instead of the master secret."""
DEVICES = "ios, android"


class Airship(HttpProvider):
    kind: ClassVar[str] = "airship"
    label: ClassVar[str] = "Airship"
    channels: ClassVar[tuple[str, ...]] = ("push",)
    address: ClassVar[str] = HOSTS["us", False]
    beta: ClassVar[str] = (
        "Nothing was sent with a real project; bodies are those of Airship's own Python library, but for the title, the"
        " expiry and the extras, which follow its documentation."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("app_key", "App key"),
        Field("master_secret", "App master secret", "Or a bearer token below", secret=True, required=False),
        Field("token", "Bearer token", secret=True, required=False),
        Field("region", "Region", choices=("us", "eu"), required=False),
        Field("device_types", "Device types", f"Empty: {DEVICES}", required=False),
    )

    def host(self) -> str:
        return HOSTS[self.given.get("region") or "us", bool(self.given.get("token"))]

    def reaches(self, address: str) -> bool:
        """It knows its devices itself, and nothing of browsers that subscribed with our own key."""
        return push_address.subscription(address) is None

    def request(self, message: Message) -> Request:
        if not message.user_id:
            raise ValueError("Airship knows people by their user id, and this one has none")
        return self._push("/api/push/", message.user_id, self._notification(message), message)

    def taken(self, answer: http.Answer) -> Outcome:
        """With the id of the push, by which its events name it."""
        told = said(answer)
        if told.get("ok") is False:
            return Refused("Airship sent nothing", retry=False)
        return accepted(inside(told, "push_ids", 0) or told.get("operation_id"))

    def code(self, answer: http.Answer) -> str:
        return str(said(answer).get("error_code") or "")

    def test(self) -> Request:
        """Airship checks all of it and sends nothing."""
        return self._push("/api/push/validate/", "upsell-test", {"alert": "Test"}, None)

    def _push(self, path: str, user: str, shown: dict[str, Any], message: Message | None) -> Request:
        body: dict[str, Any] = {
            "audience": {"named_user": user},
            "device_types": self._device_types(),
            "notification": shown,
        }
        left = seconds_left(message, 0, int(timedelta(days=28).total_seconds())) if message else None
        if left is not None:
            body["options"] = {"expiry": left}
        return as_json("POST", path, self._headers(), body)

    def _notification(self, message: Message) -> dict[str, Any]:
        """Only phones and browsers have titles and extras, each its own."""
        extra = {"delivery_id": message.delivery_id, "stop_url": message.unsubscribe_url}
        own = {"title": message.subject, "extra": {name: value for name, value in extra.items() if value}}
        shown: dict[str, Any] = {"alert": message.text}
        if message.url:
            shown["actions"] = {"open": {"type": "url", "content": message.url}}
        return shown | {device: own for device in self._device_types() if device in ("ios", "android", "web")}

    def _device_types(self) -> list[str]:
        return [one.strip() for one in (self.given.get("device_types") or DEVICES).split(",") if one.strip()]

    def _headers(self) -> dict[str, str]:
        key = self.given["app_key"]
        if token := self.given.get("token"):
            return {"Accept": ACCEPT, "X-UA-Appkey": key, "Authorization": f"Bearer {token}"}
        return {"Accept": ACCEPT, "Authorization": basic(key, self.given.get("master_secret", ""))}
