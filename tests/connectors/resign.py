"""The vectors signed anew with another secret, by the algorithm that each vector states (not by our own code)."""

import base64
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

Vector = dict[str, Any]
KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("first-secret", "second-secret")}


def secret(provider: str, name: str) -> str:
    """As it would be stored: most take any text."""
    if provider == "standard_webhooks":
        return "whsec_" + base64.b64encode(name.encode()).decode()
    if provider == "sendgrid":
        der = (
            KEYS[name]
            .public_key()
            .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        return base64.b64encode(der).decode()
    return (
        {"first-secret": "00D000000000002EAA", "second-secret": "00D000000000003EAA"}[name]
        if (provider == "salesforce_outbound_message")
        else name
    )


def signed(vector: Vector, name: str, url: str = "") -> Vector:
    """The vector as the holder of secret `name` would have sent it, to `url` if it is given."""
    again = {**vector, "url": url or vector["url"]}
    headers, body = SIGNERS[vector["provider"]](again, name)
    return {**again, "headers": {**vector["headers"], **headers}, "body": body}


TIMES: dict[str, tuple[str, Callable[[datetime], str]]] = {
    "zendesk": ("X-Zendesk-Webhook-Signature-Timestamp", lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")),
    "hubspot": ("X-HubSpot-Request-Timestamp", lambda at: f"{at.timestamp() * 1000:.0f}"),
    "slack": ("X-Slack-Request-Timestamp", lambda at: f"{at.timestamp():.0f}"),
    "sendgrid": ("X-Twilio-Email-Event-Webhook-Timestamp", lambda at: f"{at.timestamp():.0f}"),
    "customerio": ("X-CIO-Timestamp", lambda at: f"{at.timestamp():.0f}"),
    "klaviyo": ("Klaviyo-Timestamp", lambda at: at.isoformat()),
    "standard_webhooks": ("webhook-timestamp", lambda at: f"{at.timestamp():.0f}"),
}
"""Where a header beside the signature says when it was made; it is in the signature itself for the others."""
TIMED = frozenset({*TIMES, "stripe", "paddle", "recurly"})


def signed_at(vector: Vector, name: str, at: datetime, url: str = "") -> Vector:
    """The same body with a fresh signature, as a retry by the provider or by who holds the secret."""
    headers = dict(vector["headers"])
    if vector["provider"] in TIMES:
        header, written = TIMES[vector["provider"]]
        headers[header] = written(at)
    again = {**vector, "headers": headers, "signed_at": f"{at.timestamp():.0f}"}
    return signed(again, name, url)


def _unix(vector: Vector) -> str:
    return str(vector.get("signed_at", "1772443800"))


def _timed(vector: Vector, key: str, separator: str, after: str = "") -> str:
    return _mac(key, f"{_unix(vector)}{after}{separator}{vector['body']}").hex()


def _mac(key: str, text: str, algorithm: str = "sha256") -> bytes:
    return hmac.new(key.encode(), text.encode(), algorithm).digest()


def _base64(found: bytes) -> str:
    return base64.b64encode(found).decode()


def _header(
    name: str, value: Callable[[Vector, str], str]
) -> Callable[[Vector, str], tuple[dict[str, str], str]]:
    return lambda vector, key: ({name: value(vector, key)}, vector["body"])


def _at(vector: Vector, name: str) -> str:
    return str(vector["headers"][name])


def _hubspot(vector: Vector, key: str) -> str:
    url = vector["url"].replace("%3A", ":")
    return _base64(_mac(key, "POST" + url + vector["body"] + _at(vector, "X-HubSpot-Request-Timestamp")))


def _twilio(vector: Vector, key: str) -> str:
    pairs = sorted(parse_qsl(vector["body"], keep_blank_values=True))
    return _base64(_mac(key, vector["url"] + "".join(name + value for name, value in pairs), "sha1"))


def _sendgrid(vector: Vector, key: str) -> str:
    at = _at(vector, "X-Twilio-Email-Event-Webhook-Timestamp")
    return _base64(KEYS[key].sign((at + vector["body"]).encode(), ec.ECDSA(SHA256())))


def _standard(vector: Vector, key: str) -> str:
    text = f"{_at(vector, 'webhook-id')}.{_at(vector, 'webhook-timestamp')}.{vector['body']}"
    return "v1," + _base64(_mac(key, text))


def _salesforce(vector: Vector, key: str) -> tuple[dict[str, str], str]:
    return {}, vector["body"].replace(vector["secret"], secret("salesforce_outbound_message", key))


SIGNERS: dict[str, Callable[[Vector, str], tuple[dict[str, str], str]]] = {
    "stripe": _header("Stripe-Signature", lambda v, k: f"t={_unix(v)},v1={_timed(v, k, '.')}"),
    "paddle": _header("Paddle-Signature", lambda v, k: f"ts={_unix(v)};h1={_timed(v, k, ':')}"),
    "recurly": _header("recurly-signature", lambda v, k: f"{_unix(v)}000,{_timed(v, k, '.', after='000')}"),
    "segment_webhook": _header("X-Signature", lambda v, k: _mac(k, v["body"], "sha1").hex()),
    "zendesk": _header(
        "X-Zendesk-Webhook-Signature",
        lambda v, k: _base64(_mac(k, _at(v, "X-Zendesk-Webhook-Signature-Timestamp") + v["body"])),
    ),
    "intercom": _header("X-Hub-Signature", lambda v, k: "sha1=" + _mac(k, v["body"], "sha1").hex()),
    "optimizely": _header("X-Hub-Signature", lambda v, k: "sha1=" + _mac(k, v["body"], "sha1").hex()),
    "hubspot": _header("X-HubSpot-Signature-v3", _hubspot),
    "slack": _header(
        "X-Slack-Signature",
        lambda v, k: "v0=" + _mac(k, f"v0:{_at(v, 'X-Slack-Request-Timestamp')}:{v['body']}").hex(),
    ),
    "typeform": _header("Typeform-Signature", lambda v, k: "sha256=" + _base64(_mac(k, v["body"]))),
    "sendgrid": _header("X-Twilio-Email-Event-Webhook-Signature", _sendgrid),
    "twilio": _header("X-Twilio-Signature", _twilio),
    "whatsapp_cloud": _header("X-Hub-Signature-256", lambda v, k: "sha256=" + _mac(k, v["body"]).hex()),
    "customerio": _header(
        "X-CIO-Signature", lambda v, k: _mac(k, f"v0:{_at(v, 'X-CIO-Timestamp')}:{v['body']}").hex()
    ),
    "klaviyo": _header(
        "Klaviyo-Signature", lambda v, k: _mac(k, v["body"] + _at(v, "Klaviyo-Timestamp")).hex()
    ),
    "delighted": _header("X-Delighted-Webhook-Signature", lambda v, k: "sha256=" + _mac(k, v["body"]).hex()),
    "launchdarkly": _header("X-LD-Signature", lambda v, k: _mac(k, v["body"]).hex()),
    "pendo": _header("X-Pendo-Signature", lambda v, k: _mac(k, v["body"]).hex()),
    "standard_webhooks": _header("webhook-signature", _standard),
    "mixpanel_cohort": _header("Authorization", lambda _, k: "Basic " + _base64(k.encode())),
    "salesforce_outbound_message": _salesforce,
}
