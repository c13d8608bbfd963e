"""A provider that knows a repetition by its key, and one that neither knows nor tells: what no shipped one is."""

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from campaigns_app.channels.base import Field, Message, Outcome
from campaigns_app.channels.over_http import HttpProvider, Request, accepted, as_json, said
from tests.http_double import Asked, Double
from upsell_project.lib import http


class Keyed(HttpProvider):
    kind: ClassVar[str] = "keyed"
    label: ClassVar[str] = "Keyed"
    channels: ClassVar[tuple[str, ...]] = ("sms",)
    address: ClassVar[str] = "https://keyed.test"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("token", "Token", secret=True),
        Field("region", "Region", choices=("eu", "us"), required=False),
    )
    key_lives: ClassVar[timedelta | None] = timedelta(hours=24)

    def request(self, message: Message) -> Request:
        headers = {"Authorization": f"Bearer {self.given['token']}", "Idempotency-Key": message.delivery_id}
        return as_json("POST", "/send", headers, {"to": message.to, "text": message.text})

    def taken(self, answer: http.Answer) -> Outcome:
        return accepted(said(answer).get("id"))

    def test(self) -> Request | None:
        return Request("GET", "/me", {"Authorization": f"Bearer {self.given['token']}"})


class Silent(Keyed):
    """Forgets each key at once, and has nobody to ask."""

    kind: ClassVar[str] = "silent"
    label: ClassVar[str] = "Silent"
    key_lives: ClassVar[timedelta | None] = None

    def test(self) -> Request | None:
        return None


class KeyedDouble(Double):
    """`ledger` holds each message once per key; `token` is the one it knows."""

    token = "right"

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}
        if asked.path == "/me":
            return 200, {}
        key = asked.headers["idempotency-key"]
        uuid.UUID(key)
        known = [one for one in self.ledger if one["key"] == key]
        if not known:
            known = [{"key": key, "id": f"m{len(self.ledger)}", **asked.said}]
            self.ledger.extend(known)
        return 202, {"id": known[0]["id"]}
