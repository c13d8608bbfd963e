"""Klaviyo: system webhooks (signed, many events a request) and the "Webhook" action of flows (JSON that we define).

Source: developers.klaviyo.com, "Working with system webhooks"; payloads as of "Get Event". Signed is the body followed
by the timestamp header, and the webhook's id in the header must be the one that the body names. A flow's action signs
nothing, so it must send the secret as header `X-Api-Key`; its body is
`{"event": "unsubscribed_from_email_marketing", "id": "...", "email": "{{ person.email }}", "external_id": "...",
"phone": "...", "timestamp": 1772443794, "url": "...", "text": "..."}`, `event` being a metric below.

A system webhook may name a profile by its id alone, or not at all. Whose opt-out, complaint or answer it is then says
the profile, which is read by the API: see `profiles`.

Unverified: the names of most topics, the names of event properties (machine opens, bounce types, texts), the textual
form of the timestamp, which is therefore used as it came.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    elements,
    from_iso,
    from_unix,
    identifier,
    members,
    printable,
    words,
)
from signals_app.connectors.klaviyo import profiles
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_mac, require_token
from signals_app.incoming import Incoming, Rejected, digest
from signals_app.receipt import receipt
from upsell_project.lib import signing, strict_json

NAMES = {
    "received": "Message Delivered",
    "delivered": "Message Delivered",
    "opened": "Message Opened",
    "clicked": "Message Clicked",
    "bounced": "Message Bounced",
    "dropped": "Message Dropped",
    "failed_to_deliver": "Message Failed",
    "marked_as_spam": "Spam Reported",
    "unsubscribed": "Unsubscribed",
    "subscribed": "Resubscribed",
}
CHANNELS = {"email": "email", "sms": "sms", "push": "push", "whatsapp": "whatsapp", "list": "email"}
# "Sent SMS" is a text that the customer sent, not one of ours.
REPLIES = ("sent_sms", "sent_whatsapp")
TOPIC = "event:klaviyo."
_METRIC = re.compile(
    r"(.+?)_(?:from_|to_)?(email|sms|push|whatsapp|list)(?:_marketing)?(_as_spam|_delivered)?"
)
WISHES = ("Unsubscribed", "Resubscribed", "Spam Reported", "Reply Received")
"""What is worth a question to the API when it says no address."""
_PERMANENT = ("hard", "permanent")
_MAX_TEXT = 10_000


class Klaviyo(JsonConnector):
    kind: ClassVar[str] = "klaviyo"
    label: ClassVar[str] = "Klaviyo"
    dated: ClassVar[str] = "klaviyo-timestamp"
    beta: ClassVar[str] = "The names of most of Klaviyo's topics and event properties could not be checked."
    setup: ClassVar[str] = (
        "System webhooks (app partners and Advanced KDP): create one with this URL, its secret is the source's secret."
        " Flows: add a Webhook action with this URL and the secret as header X-Api-Key. A private API key that may read"
        " profiles and subscriptions tells whose an event is that names a profile only by its id."
    )
    reads: ClassVar[str] = "https://a.klaviyo.com"
    lists: ClassVar[tuple[str, ...]] = ("data",)

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get("klaviyo-signature", "").strip()
        if not given:
            require_token(request, secrets)
            return
        timestamp = request.headers.get("klaviyo-timestamp", "").encode(errors="surrogatepass")
        signed = (request.body, timestamp)
        check_mac(secrets, [given] if timestamp else [], lambda secret: signing.hex_mac(secret, *signed))
        if _webhook_id(request.body) != request.headers.get("klaviyo-webhook-id", "").strip():
            raise BadSignature("the body is about another webhook than the header")

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        if arrival.call.startswith("read:"):
            kind = arrival.call.removeprefix("read:")
            return profiles.read(kind, members(said.get("data")), arrival.received_at)
        return _system(said, arrival.received_at) if "data" in said else _flow(said, arrival)

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        return profiles.question(wanted, api_url, api_key)


def _webhook_id(body: bytes) -> str:
    try:
        said = strict_json.loads(body)
    except strict_json.Refused:
        return ""
    return words(members(members(said).get("meta")).get("klaviyo_webhook_id"))


def _system(said: dict[str, Any], received_at: datetime) -> Parsed:
    parsed = Parsed()
    for index, one in enumerate(elements(said["data"])):
        topic = words(members(one).get("topic"))
        if not topic:
            raw = printable(repr(one).encode(errors="replace"))
            parsed.rejected.append(Rejected(index, "topic is missing", f"data[{index}].topic", raw))
        elif topic.startswith(TOPIC) and (meant := _meaning(topic.removeprefix(TOPIC))):
            item = _event(one, topic, *meant, received_at)
            parsed.items.append(item)
            parsed.wanted += _wanted(item, one)
    parsed.wanted = list(dict.fromkeys(parsed.wanted))
    return parsed


def _wanted(item: Incoming, one: dict[str, Any]) -> list[Wanted]:
    """What tells whose wish this is: the profile, or the event where not even that is named."""
    if item.name not in WISHES or item.user_id or item.lookup:
        return []
    event = members(members(one.get("payload")).get("data"))
    found = item.person_ids.get("klaviyo_profile_id")
    return [Wanted(profiles.PROFILE, found) if found else Wanted(profiles.EVENT, identifier(event.get("id")))]


def _meaning(metric: str) -> tuple[str, str] | None:
    """Event and channel of `opened_email`, `marked_email_as_spam`, `unsubscribed_from_sms`, `email_delivered`."""
    metric = metric.lower().replace(" ", "_")
    if metric in REPLIES:
        return "Reply Received", CHANNELS[metric.removeprefix("sent_")]
    channel, _, verb = metric.partition("_")
    if channel in CHANNELS and verb in NAMES:
        return NAMES[verb], CHANNELS[channel]
    if metric in ("unsubscribed", "subscribed"):
        return NAMES[metric], "email"
    if not (found := _METRIC.fullmatch(metric)):
        return None
    name = NAMES.get(found[1] + ("_as_spam" if found[3] == "_as_spam" else ""))
    return (name, CHANNELS[found[2]]) if name else None


def _event(one: dict[str, Any], topic: str, name: str, channel: str, received_at: datetime) -> Incoming:
    payload = members(one.get("payload"))
    event = members(payload.get("data"))
    attributes = members(event.get("attributes"))
    happened_at = (
        from_unix(attributes.get("timestamp")) or from_iso(attributes.get("datetime")) or received_at
    )
    profile = _profile(payload)
    person = members(profile.get("attributes"))
    related = members(members(members(event.get("relationships")).get("profile")).get("data"))
    key = words(one.get("external_id")) or words(event.get("id")) or digest(repr(one))
    properties = {
        name.lower().replace(" ", "_").lstrip("$"): value
        for name, value in members(attributes.get("event_properties")).items()
    }
    return receipt(
        name,
        f"{key}:{topic.removeprefix(TOPIC)}",
        min(happened_at, received_at),
        channel=channel,
        message=words(properties.get("message")) or words(properties.get("message_id")),
        user_id=words(person.get("external_id")),
        lookup=profiles.lookup(person.get("email"), person.get("phone_number")),
        person_ids={"klaviyo_profile_id": words(profile.get("id")) or words(related.get("id"))},
        delivery_id=identifier(properties.get("delivery_id")),
        **_about(name, properties),
    )


def _profile(payload: dict[str, Any]) -> dict[str, Any]:
    included = map(members, elements(payload.get("included")))
    return next((one for one in included if one.get("type") == "profile"), {})


def _about(name: str, said: dict[str, Any]) -> dict[str, Any]:
    machine = any(
        words(said.get(key)).lower() == "true" or said.get(key) is True
        for key in (
            "machine_open",
            "is_machine_open",
            "apple_privacy_open",
            "bot_click",
            "is_bot_click",
            "machine",
        )
    )
    reason = (
        words(said.get("reason")) or words(said.get("failure_reason")) or words(said.get("bounce_reason"))
    )
    if name == "Message Opened":
        return {"machine": machine}
    if name == "Message Clicked":
        return {"machine": machine, "url": words(said.get("url"))}
    if name in ("Message Bounced", "Message Failed"):
        # A bounce of unknown sort is no proof that the address is dead.
        return {"permanent": words(said.get("bounce_type")).lower() in _PERMANENT, "reason": reason}
    if name == "Reply Received":
        return {"text": (words(said.get("message_body")) or words(said.get("text")))[:_MAX_TEXT]}
    return {"reason": reason} if name == "Message Dropped" else {}


def _flow(said: dict[str, Any], arrival: Arrival) -> Parsed:
    metric = words(said.get("event")) or words(said.get("metric"))
    if not metric:
        return arrival.unusable("event is missing", "event")
    meant = _meaning(metric)
    if meant is None:
        return Parsed()
    name, channel = meant
    found = receipt(
        name,
        arrival.id(words(said.get("id"))),
        arrival.at(from_unix(said.get("timestamp")), from_iso(said.get("timestamp"))),
        channel=channel,
        message=words(said.get("message_id")),
        user_id=words(said.get("external_id")),
        lookup=profiles.lookup(said.get("email"), said.get("phone")),
        delivery_id=identifier(said.get("delivery_id")),
        **_about(name, said),
    )
    return Parsed([found])
