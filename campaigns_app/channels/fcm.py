"""Firebase Cloud Messaging: a push to the one app that a registration token names.

Source: FCM's HTTP v1 API (bodies as firebase-admin 7.7 sends them), its list of error codes, and Google's OAuth 2.0 for
service accounts (RFC 7523). FCM has no key of repetition and tells nothing afterwards: without an answer it stays
unknown; the collapse key lets a repetition replace what still waits for the device.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import jwt

from campaigns_app.channels.base import Field, Gone, Message, Outcome, Refused, Unknown
from campaigns_app.channels.over_http import (
    HttpProvider,
    Request,
    accepted,
    as_form,
    as_json,
    inside,
    said,
    seconds_left,
)
from upsell_project.lib import clock, http, push_address

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
HOUR, MARGIN = timedelta(hours=1), timedelta(minutes=5)
LONGEST = 28 * 86_400
"""Seconds that FCM keeps a message."""
LARGEST = 4_096
"""Bytes of notification and data."""
QUOTA_SECONDS = 60.0
_TOKENS: dict[str, tuple[str, datetime]] = {}
"""Access tokens and until when they are used, by the digest of the key file."""


class Fcm(HttpProvider):
    kind: ClassVar[str] = "fcm"
    label: ClassVar[str] = "Firebase Cloud Messaging"
    channels: ClassVar[tuple[str, ...]] = ("push",)
    address: ClassVar[str] = "https://fcm.googleapis.com"
    beta: ClassVar[str] = (
        "Nothing was sent with a real project; bodies are those of Google's own Python library. Apps are addressed by"
        " registration token, which Google begins to replace by installation ids."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "service_account",
            "Service account",
            "The whole JSON key file: Firebase console, Project settings, Service accounts",
            secret=True,
        ),
    )

    def reaches(self, address: str) -> bool:
        return address.startswith(push_address.FCM)

    def send(self, message: Message) -> Outcome:
        return self._signed_in() or super().send(message)

    def request(self, message: Message) -> Request:
        shown = {"title": message.subject, "body": message.text}
        data = {"delivery_id": message.delivery_id, "url": message.url, "stop_url": message.unsubscribe_url}
        data = {name: value for name, value in data.items() if value}
        if (
            size := sum(len(json.dumps(part, ensure_ascii=False).encode()) for part in (shown, data))
        ) > LARGEST:
            raise ValueError(f"the push has {size} bytes; at most {LARGEST}")
        wanted = {
            "token": message.to.removeprefix(push_address.FCM),
            "notification": shown,
            "data": data,
            **_patience(message),
        }
        return as_json("POST", self._path(), self._headers(), {"message": wanted})

    def taken(self, answer: http.Answer) -> Outcome:
        return accepted(said(answer).get("name"))

    def odd(self, answer: http.Answer) -> Outcome | None:
        if answer.status == 401:
            _TOKENS.pop(self._digest(), None)
        match self.code(answer):
            case "UNREGISTERED":
                return Refused("UNREGISTERED: the app is no longer there", retry=False, gone=Gone.NOBODY)
            case "SENDER_ID_MISMATCH":
                return Refused("SENDER_ID_MISMATCH: the token is another project's", retry=False)
            case "QUOTA_EXCEEDED" | "RESOURCE_EXHAUSTED":
                wait = max(answer.wait or 0.0, QUOTA_SECONDS)
                return Refused(self.told(answer), retry=True, retry_after=wait, down=True)
        if answer.status == 404:
            return Refused("404: there is no such project", retry=True, broken=True)
        return None

    def code(self, answer: http.Answer) -> str:
        error = said(answer).get("error")
        details = inside(error, "details")
        codes = [inside(one, "errorCode") for one in details] if isinstance(details, list) else []
        found = [one for one in [*codes, inside(error, "status")] if isinstance(one, str)]
        return found[0] if found else ""

    def test(self) -> Request:
        """Google checks all of it and sends nothing."""
        if refused := self._signed_in():
            raise ValueError(refused.reason)
        message = {"topic": "upsell-test", "notification": {"title": "Test"}}
        return as_json("POST", self._path(), self._headers(), {"validate_only": True, "message": message})

    def _path(self) -> str:
        return f"/v1/projects/{self._account().get('project_id', '')}/messages:send"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {_TOKENS.get(self._digest(), ('',))[0]}"}

    def _account(self) -> Mapping[str, Any]:
        try:
            found = json.loads(self.given["service_account"])
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _digest(self) -> str:
        return hashlib.sha256(self.given["service_account"].encode()).hexdigest()

    def _signed_in(self) -> Refused | None:
        """Afterwards there is an access token, unless it says why not: then nothing was sent."""
        _, until = _TOKENS.get(self._digest(), ("", None))
        if until and until > clock.real():
            return None
        try:
            asking = self._grant()
        except (KeyError, TypeError, ValueError, jwt.PyJWTError):
            return Refused("the service account is no JSON key file of Google's", retry=True, broken=True)
        answer = self.asked(asking)
        if isinstance(answer, Unknown):
            return Refused(f"no access token: {answer.reason}", retry=True, down=True)
        return answer if isinstance(answer, Refused) else self._kept(answer)

    def _grant(self) -> Request:
        account, now = self._account(), clock.real()
        claims = {
            "iss": account["client_email"],
            "scope": SCOPE,
            "aud": account["token_uri"],
            "iat": int(now.timestamp()),
            "exp": int((now + HOUR).timestamp()),
        }
        headers = {"kid": str(account.get("private_key_id", ""))}
        assertion = jwt.encode(claims, account["private_key"], "RS256", headers=headers)
        return as_form(account["token_uri"], {}, {"grant_type": GRANT, "assertion": assertion})

    def _kept(self, answer: http.Answer) -> Refused | None:
        token, lives = said(answer).get("access_token"), said(answer).get("expires_in")
        if answer.status == 200 and isinstance(token, str) and isinstance(lives, int):
            _TOKENS[self._digest()] = token, clock.real() + timedelta(seconds=lives) - MARGIN
            return None
        told = f"no access token: {answer.status} {inside(said(answer), 'error') or ''}".strip()[:200]
        if answer.status == 429 or answer.status >= 500:
            return Refused(told, retry=True, retry_after=answer.wait, down=True)
        return Refused(told, retry=True, broken=True)


def _patience(message: Message) -> dict[str, Any]:
    """How urgent it is, what it replaces, and how long Google and Apple may keep it."""
    android: dict[str, str] = {"priority": "high", "collapse_key": message.delivery_id}
    apple = {"apns-priority": "10", "apns-collapse-id": message.delivery_id}
    left = seconds_left(message, 0, LONGEST)
    if left is not None:
        android["ttl"] = f"{left}s"
        apple["apns-expiration"] = str(int(clock.real().timestamp()) + left)
    return {"android": android, "apns": {"headers": apple}}
