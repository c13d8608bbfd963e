"""Customer.io's reporting webhooks: one object a request, `object_type` and `metric` say what became of a message.

Source: docs.customer.io, "Reporting webhooks"; n8n CustomerIoTriggerHelpers. Signed is `v0:<timestamp>:<body>`; since
a request is repeated for up to seven days, its age is no reason to refuse it. It waits for no answer of ours but 2xx:
whatever cannot be used is answered 200 all the same, or its whole queue would stand still.

Unverified: whether a repeat renews the signed time, `human_opened`, `human_clicked`, WhatsApp, changes of
subscription preferences (they count as an opt-out when no topic is left), and whether `bounced` may be a soft bounce
(a failure that begins with 4 counts as one). `opened` includes opens by machines, so it counts as one; those of
people are `human_opened`.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from signals_app.connectors.base import (
    HookRequest,
    Parsed,
    from_unix,
    identifier,
    members,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_mac
from signals_app.receipt import receipt
from upsell_project.lib import signing, strict_json

CHANNELS = {
    "email": "email",
    "push": "push",
    "in_app": "in_app",
    "sms": "sms",
    "whatsapp": "whatsapp",
    "customer": "*",
}
NAMES = {
    "sent": "Message Sent",
    "delivered": "Message Delivered",
    "opened": "Message Opened",
    "human_opened": "Message Opened",
    "clicked": "Message Clicked",
    "human_clicked": "Message Clicked",
    "bounced": "Message Bounced",
    "failed": "Message Failed",
    "dropped": "Message Dropped",
    "undeliverable": "Message Dropped",
    "spammed": "Spam Reported",
    "unsubscribed": "Unsubscribed",
    "subscribed": "Resubscribed",
}
# Of a person as a whole only this is said; everything else needs a message.
OF_PEOPLE = ("Unsubscribed", "Resubscribed")
PREFERENCES = ("cio_subscription_preferences_changed", "subscription_preferences_changed")


class CustomerIo(JsonConnector):
    kind: ClassVar[str] = "customerio"
    label: ClassVar[str] = "Customer.io"
    dated: ClassVar[str] = "x-cio-timestamp"
    aliases: ClassVar[tuple[str, ...]] = ("customer.io", "customer_io")
    beta: ClassVar[str] = (
        "Opens by people, WhatsApp and preference changes could not be checked against Customer.io."
    )
    setup: ClassVar[str] = (
        "In Customer.io under Data & Integrations, Integrations, Reporting Webhooks: paste the URL and choose the"
        " events of messages and customers; the secret is the webhook signing key."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        timestamp = request.headers.get("x-cio-timestamp", "").strip()
        given = request.headers.get("x-cio-signature", "").strip()
        signed = (b"v0:", timestamp.encode(errors="surrogatepass"), b":", request.body)
        check_mac(secrets, [given] if timestamp else [], lambda secret: signing.hex_mac(secret, *signed))

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        if not isinstance(said.get("metric"), str):
            return arrival.unusable("metric is missing", "metric")
        data = members(said.get("data"))
        channel, name = CHANNELS.get(words(said.get("object_type")), ""), _name(said["metric"], data)
        if not channel or not name or (channel == "*" and name not in OF_PEOPLE):
            return Parsed()
        ids = members(data.get("identifiers"))
        found = receipt(
            name,
            arrival.id(words(said.get("event_id"))),
            arrival.at(from_unix(said.get("timestamp"))),
            channel=channel,
            message=words(data.get("delivery_id")),
            user_id=words(ids.get("id")) or words(data.get("customer_id")),
            lookup=_lookup(channel, data, ids),
            person_ids={"customerio_id": words(ids.get("cio_id"))},
            **_about(name, said["metric"], data),
        )
        return Parsed([found])


def _name(metric: str, data: dict[str, Any]) -> str:
    if metric in PREFERENCES:
        return "Unsubscribed" if _nothing_left(data.get("content")) else ""
    return NAMES.get(metric, "")


def _nothing_left(content: Any) -> bool:
    """`{"topics": {"topic_1": false}}`, as an object or as its text."""
    if isinstance(content, str):
        try:
            content = strict_json.loads(content)
        except strict_json.Refused:
            return False
    topics = members(members(content).get("topics"))
    return bool(topics) and all(chosen is False for chosen in topics.values())


def _lookup(channel: str, data: dict[str, Any], ids: dict[str, Any]) -> dict[str, str]:
    """The address that the message went to, else the person's."""
    recipient = words(data.get("recipient"))
    email = words(ids.get("email")) or words(data.get("email_address"))
    if channel in ("sms", "whatsapp"):
        return {"phone": recipient.removeprefix("whatsapp:"), "email": email.lower()}
    return {"email": (recipient if channel == "email" and "@" in recipient else email).lower()}


def _about(name: str, metric: str, data: dict[str, Any]) -> dict[str, Any]:
    reason = words(data.get("failure_message")) or identifier(data.get("reason"))
    if name == "Message Opened":
        return {"machine": metric == "opened"}
    if name == "Message Clicked":
        return {"machine": False, "url": words(data.get("href")) or words(data.get("link_url"))}
    if name == "Message Bounced":
        return {"permanent": not reason.startswith("4"), "reason": reason}
    if name == "Message Failed":
        return {"permanent": False, "reason": reason}
    return {"reason": reason or metric} if name == "Message Dropped" else {}
