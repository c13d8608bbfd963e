"""Web push: straight to the push service of the browser that subscribed.

Source: RFC 8030 (the request), RFC 8291 and 8292 (`lib.web_push`). A service worker gets JSON: `title`,
`body`, `url`, `stop_url`, `delivery_id`. Push services know no key of repetition; a message of the same topic replaces
one that still waits. There is no account anywhere, and each browser brings its own service: what one of them says is
said of this message alone.
"""

import json
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from campaigns_app.channels.base import Field, Gone, Message, Outcome, Refused
from campaigns_app.channels.over_http import HttpProvider, Request, accepted, seconds_left
from upsell_project.lib import http, push_address, web_push

LONGEST = 28 * 86_400
"""Seconds; services keep a message for so long at most."""
GONE = frozenset({404, 410})
REFUSED_KEY = frozenset({401, 403})


class WebPush(HttpProvider):
    kind: ClassVar[str] = "web_push"
    label: ClassVar[str] = "Web push (VAPID)"
    channels: ClassVar[tuple[str, ...]] = ("push",)
    address: ClassVar[str] = ""
    beta: ClassVar[str] = "Nothing was sent to a real browser; requests are those of pywebpush."
    fields: ClassVar[tuple[Field, ...]] = (
        Field("private_key", "VAPID private key", "`manage.py make_vapid_keys` prints a pair", secret=True),
        Field("subject", "Contact", "mailto:ops@... or https://..., for operators of push services"),
    )

    def reaches(self, address: str) -> bool:
        return push_address.subscription(address) is not None

    def send(self, message: Message) -> Outcome:
        """A broken or forbidden address must not stop the messages to all other browsers; our own key must."""
        try:
            web_push.private_key(self.given["private_key"])
        except ValueError:
            return Refused("the VAPID private key is not base64url of 32 bytes", retry=True, broken=True)
        outcome = super().send(message)
        if not isinstance(outcome, Refused):
            return outcome
        return replace(outcome, retry=outcome.retry and not outcome.broken, down=False, broken=False)

    def request(self, message: Message) -> Request:
        to = push_address.subscription(message.to)
        if to is None:
            raise ValueError("this is no browser's push address")
        key = web_push.private_key(self.given["private_key"])
        left = seconds_left(message, 0, LONGEST)
        headers = {
            "Authorization": web_push.authorization(to.endpoint, key, self.given["subject"]),
            "Content-Encoding": "aes128gcm",
            "TTL": str(LONGEST if left is None else left),
            "Urgency": "normal",
            "Topic": UUID(message.delivery_id).hex,
        }
        return Request(
            "POST", to.endpoint, headers, web_push.encrypted(_payload(message), to.p256dh, to.auth)
        )

    def taken(self, answer: http.Answer) -> Outcome:
        return accepted(answer.headers.get("location"))

    def odd(self, answer: http.Answer) -> Outcome | None:
        if answer.status in GONE:
            return Refused(
                f"{answer.status}: the browser no longer subscribes", retry=False, gone=Gone.NOBODY
            )
        if answer.status in REFUSED_KEY:
            reason = f"{answer.status}: the subscription was made with another VAPID key, or ours is refused"
            return Refused(reason, retry=False)
        return None

    def test(self) -> None:
        """There is nobody to ask; a key that is none raises ValueError."""
        web_push.private_key(self.given["private_key"])


def _payload(message: Message) -> bytes:
    said = {
        "title": message.subject,
        "body": message.text,
        "url": message.url,
        "stop_url": message.unsubscribe_url,
        "delivery_id": message.delivery_id,
    }
    return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False).encode()
