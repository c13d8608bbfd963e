"""WhatsApp by Meta's own Cloud API: approved templates only, since we write first.

Source: Meta's WhatsApp Business Platform, "Send messages", "Message templates", "Error codes" (to be told apart by
`error.code`, not by status). Meta has no key of repetition and nobody to ask; `biz_opaque_callback_data` comes back
with every status, so the webhook settles what an answer was lost for.
"""

import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

from campaigns_app.channels.base import Field, Gone, Message, Outcome, Refused, Unknown
from campaigns_app.channels.over_http import HttpProvider, Request, accepted, as_json, inside, said
from upsell_project.lib import http

VERSION = "v23.0"
LONGEST = 1_024
"""Letters of one variable: those of a whole body."""
_NAME = re.compile("[a-z0-9_]{1,512}")
_VERSION = re.compile(r"v\d{1,3}\.\d")
ACCOUNT = {
    0: "the access token is no longer good",
    3: "the app may not do this",
    10: "a permission is missing",
    33: "the phone number was deleted",
    190: "the access token has expired",
    368: "Meta restricted the account",
    131005: "a permission is missing",
    131031: "Meta locked the account",
    131042: "a payment is due at Meta",
    131045: "the phone number is not registered",
    133010: "the phone number is not registered",
}
"""Nothing leaves until staff mend it; 200 to 299 are permissions, too."""
LATER = {
    4: "too many at once",
    80007: "too many at once",
    130429: "too many at once",
    131048: "Meta limits this number: too many were reported as spam",
    131056: "too many to this one number",
    131057: "Meta is working on the account",
    133004: "Meta's server is away",
}
ALONE = 131056
"""Everybody else's go on."""
NOT_NOW = {
    130472: "WhatsApp keeps marketing from this person",
    131026: "WhatsApp cannot deliver to this number",
    131047: "outside WhatsApp's 24 hours only an approved template may be sent",
    131049: "WhatsApp chose not to deliver another marketing message",
    132000: "the template takes another number of variables",
    132001: "there is no approved template of this name and language",
    132007: "the template's variables break a rule of WhatsApp",
    132012: "a variable has another form than the template's",
    132015: "WhatsApp paused the template",
    132016: "WhatsApp switched the template off",
}
OPTED_OUT = 131050


class WhatsAppCloud(HttpProvider):
    kind: ClassVar[str] = "whatsapp_cloud"
    label: ClassVar[str] = "WhatsApp (Meta Cloud API)"
    channels: ClassVar[tuple[str, ...]] = ("whatsapp",)
    address: ClassVar[str] = "https://graph.facebook.com"
    beta: ClassVar[str] = (
        "Nothing was sent with a real account; bodies and error codes are from Meta's documentation only."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("phone_number_id", "Phone number ID", "Of WhatsApp > API setup; not the number itself"),
        Field(
            "access_token", "Access token", "Of a system user, with whatsapp_business_messaging", secret=True
        ),
        Field("version", "Graph API version", f"Empty: {VERSION}", required=False),
    )

    def request(self, message: Message) -> Request:
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to.removeprefix("+"),
            "type": "template",
            "template": _template(message),
            "biz_opaque_callback_data": message.delivery_id,
        }
        return as_json("POST", f"{self._number()}/messages", self._authorized(), body)

    def taken(self, answer: http.Answer) -> Outcome:
        found = inside(said(answer), "messages", 0, "id")
        return accepted(found) if found else Unknown(f"{answer.status} without a message's id")

    def odd(self, answer: http.Answer) -> Outcome | None:
        code = inside(said(answer), "error", "code")
        if answer.status < 400 or not isinstance(code, int):
            return None
        if code in ACCOUNT or 200 <= code <= 299:
            return Refused(f"{code}: {ACCOUNT.get(code, ACCOUNT[10])}", retry=True, broken=True)
        if code in LATER:
            why = f"{code}: {LATER[code]}"
            return Refused(why, retry=True, retry_after=answer.wait, down=code != ALONE)
        if code == OPTED_OUT:
            return Refused(f"{code}: they want no marketing on WhatsApp", retry=False, gone=Gone.OPTED_OUT)
        return Refused(f"{code}: {NOT_NOW[code]}", retry=False) if code in NOT_NOW else None

    def code(self, answer: http.Answer) -> str:
        return str(inside(said(answer), "error", "code") or "")

    def test(self) -> Request:
        return Request("GET", f"{self._number()}?fields=id", self._authorized())

    def _number(self) -> str:
        version = self.given.get("version") or VERSION
        number = self.given["phone_number_id"]
        if not _VERSION.fullmatch(version) or not number.isdecimal():
            raise ValueError("the version is like v23.0, and the phone number's ID has digits only")
        return f"/{version}/{number}"

    def _authorized(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.given['access_token']}", "Accept": "application/json"}


def _template(message: Message) -> dict[str, Any]:
    name = str(message.form.get("id") or "")
    if not name:
        raise ValueError("WhatsApp takes approved templates only: this text names none")
    if not _NAME.fullmatch(name):
        raise ValueError(
            "Meta's templates have names of small letters, digits and _: this one is not of Meta"
        )
    language = str(message.form.get("language") or message.locale).replace("-", "_")
    found: dict[str, Any] = {"name": name, "language": {"code": language}}
    parts = []
    if variables := [_variable(value) for value in message.form.get("variables", ())]:
        parts.append({"type": "body", "parameters": variables})
    if message.form.get("button"):
        parts.append(
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [_behind(message.url)]}
        )
    return {**found, "components": parts} if parts else found


def _behind(url: str) -> dict[str, str]:
    """What follows the host: the template's first button leads to `<PUBLIC_URL>/{{1}}`."""
    parts = urlsplit(url)
    return _variable(f"{parts.path}{'?' if parts.query else ''}{parts.query}".lstrip("/"))


def _variable(value: Any) -> dict[str, str]:
    """One line: WhatsApp refuses line breaks, tabs and more than four blanks in a variable, and an empty one."""
    text = " ".join(str(value).split())
    if not text or len(text) > LONGEST:
        raise ValueError(f"a variable of the template is empty, or longer than {LONGEST} letters")
    return {"type": "text", "text": text}
