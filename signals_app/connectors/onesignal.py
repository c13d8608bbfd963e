"""OneSignal's Event Streams, with the body that we recommend.

Source: documentation.onesignal.com, "Event Streams" and "Event Stream data reference". OneSignal signs nothing: the
stream sends the secret as custom header `X-Api-Key`, and a request without it is refused. The older web push webhooks
are fired by the browsers of visitors, who could say anything: they are never believed. The body of the stream:

    {"event_id": "{{ event.id }}", "kind": "{{ event.kind }}", "ts": "{{ event.timestamp }}",
     "external_id": "{{ event.external_id }}", "notification_id": "{{ message.id }}"}

and, where one has them, `delivery_id`, `email`, `phone`, `url` and `reason`.

Unverified: the names of the placeholders (copy them from OneSignal's editor), and kinds other than those of push
and e-mail. An event's own body under `event` and `message`, unchanged, is read as well.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from signals_app.connectors.base import (
    HookRequest,
    Parsed,
    from_iso,
    from_unix,
    identifier,
    members,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import require_token
from signals_app.receipt import receipt

CHANNELS = {"push": "push", "email": "email", "sms": "sms", "iam": "in_app", "in_app": "in_app"}
NAMES = {
    "sent": "Message Sent",
    "received": "Message Delivered",
    "delivered": "Message Delivered",
    "impression": "Message Opened",
    "opened": "Message Opened",
    "clicked": "Message Clicked",
    "bounced": "Message Bounced",
    "hard_bounced": "Message Bounced",
    "failed": "Message Failed",
    "undelivered": "Message Failed",
    "suppressed": "Message Dropped",
    "reported_as_spam": "Spam Reported",
    "unsubscribed": "Unsubscribed",
}
FROM_BROWSERS = "notification."
NO_BROWSERS = "web push webhooks come from browsers and prove nothing: set up an Event Stream instead"


class OneSignal(JsonConnector):
    kind: ClassVar[str] = "onesignal"
    label: ClassVar[str] = "OneSignal"
    beta: ClassVar[str] = (
        "The template's placeholders and the kinds of SMS events could not be checked against OneSignal."
    )
    setup: ClassVar[str] = (
        "In OneSignal under Data, Event Streams: POST to the URL, with the secret as custom header X-Api-Key and the"
        ' body {"event_id": "{{ event.id }}", "kind": "{{ event.kind }}", "ts": "{{ event.timestamp }}",'
        ' "external_id": "{{ event.external_id }}", "notification_id": "{{ message.id }}"}.'
        " Never use it as a web push webhook."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        require_token(request, secrets)

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        if words(said.get("event")).startswith(FROM_BROWSERS):
            return arrival.unusable(NO_BROWSERS, "event")
        return _read(_flat(said), arrival)


def _flat(said: dict[str, Any]) -> dict[str, Any]:
    """The recommended body, or the whole event as OneSignal has it, as the former."""
    event, message = members(said.get("event")), members(said.get("message"))
    whole = {
        "event_id": event.get("id"),
        "kind": event.get("kind"),
        "ts": event.get("timestamp"),
        "external_id": event.get("external_id"),
        "notification_id": message.get("id"),
        "url": members(event.get("data")).get("target_url"),
        "reason": members(event.get("data")).get("failure_reason"),
    }
    return {**{name: value for name, value in whole.items() if value is not None}, **said}


def _read(said: dict[str, Any], arrival: Arrival) -> Parsed:
    kind = _filled(said, "kind")
    if not kind:
        return arrival.unusable("kind is missing", "kind")
    channel, _, verb = kind.lower().removeprefix("message.").partition(".")
    if channel not in CHANNELS or verb not in NAMES:
        return Parsed()
    ts = words(said.get("ts"))
    happened_at = from_unix(int(ts)) if ts.isascii() and ts.isdecimal() and len(ts) < 12 else from_iso(ts)
    found = receipt(
        NAMES[verb],
        arrival.id(_filled(said, "event_id")),
        arrival.at(happened_at),
        channel=CHANNELS[channel],
        message=_filled(said, "notification_id"),
        user_id=_filled(said, "external_id"),
        lookup={"email": _filled(said, "email").lower(), "phone": _filled(said, "phone")},
        delivery_id=identifier(_filled(said, "delivery_id")),
        **_about(NAMES[verb], verb, said),
    )
    return Parsed([found])


def _filled(said: dict[str, Any], name: str) -> str:
    """A placeholder left as typed says nothing."""
    value = words(said.get(name))
    return "" if "{{" in value else value


def _about(name: str, verb: str, said: dict[str, Any]) -> dict[str, Any]:
    if name == "Message Opened":
        # Mail programs load pictures ahead: an open of a mail proves nobody there.
        return {"machine": verb == "opened"}
    if name == "Message Clicked":
        return {"machine": False, "url": _filled(said, "url")}
    if name in ("Message Bounced", "Message Failed"):
        return {"permanent": name == "Message Bounced", "reason": _filled(said, "reason")}
    return {"reason": _filled(said, "reason") or verb} if name == "Message Dropped" else {}
