"""Where a push goes, as one line of text.

`fcm:<registration token>` is an app that asks Firebase; `device:<token>` one that only a service knows how to reach
(Apple's token in hex, a service's own id); `https://...#<p256dh>.<auth>` a browser: the address at its push service and
the two keys of its subscription (RFC 8291), base64url.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

LONGEST = 1_000
SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
)
"""The push services of Chrome and its kin, Firefox, Edge and Safari. Browsers say where we send to, so no others."""
FCM, DEVICE = "fcm:", "device:"
_TOKEN = re.compile(r"[\x21-\x7e]{8,900}")
_ELSEWHERE = re.compile(r"[0-9A-Fa-f]{64,200}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""Apple's tokens; the ids that OneSignal and Airship give."""
_WEB = re.compile(r"(https?://[\x21\x22\x24-\x7e]+)#([\w-]{87})\.([\w-]{22})", re.ASCII)


class Subscription(NamedTuple):
    endpoint: str
    p256dh: bytes
    """The browser's public key: an uncompressed point of P-256, 65 bytes."""
    auth: bytes
    """16 bytes."""


def of_device(token: Any) -> str:
    """Of Segment's `context.device.token`: a token, or a browser's `PushSubscription` as object or JSON. Empty where it
    is none of them."""
    if isinstance(token, str) and token.startswith("{"):
        try:
            token = json.loads(token)
        except (ValueError, RecursionError):
            return ""
    if isinstance(token, Mapping):
        return _of_subscription(token)
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return ""
    return f"{DEVICE if _ELSEWHERE.fullmatch(token) else FCM}{token}"


def sound(address: str) -> bool:
    """Whether it is one of these, at a push service that is known."""
    if address.startswith((FCM, DEVICE)):
        return bool(_TOKEN.fullmatch(address.partition(":")[2]))
    found = subscription(address)
    return found is not None and len(address) <= LONGEST and _known(found.endpoint)


def subscription(address: str) -> Subscription | None:
    """None: it is no browser's."""
    found = _WEB.fullmatch(address)
    if found is None:
        return None
    p256dh, auth = (base64.urlsafe_b64decode(found[part] + "==") for part in (2, 3))
    return Subscription(found[1], p256dh, auth) if p256dh[0] == 4 else None


def _of_subscription(said: Mapping[str, Any]) -> str:
    endpoint, keys = said.get("endpoint"), said.get("keys")
    given = [keys.get(name) for name in ("p256dh", "auth")] if isinstance(keys, Mapping) else []
    p256dh, auth = (str(one).rstrip("=").replace("+", "-").replace("/", "_") for one in given or ("", ""))
    address = f"{endpoint}#{p256dh}.{auth}"
    return address if sound(address) else ""


def _known(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username is not None or port not in (None, 443):
        return False
    return any(host == one or host.endswith(f".{one}") for one in SERVICES)
