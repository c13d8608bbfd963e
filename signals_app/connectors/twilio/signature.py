"""What Twilio signs, and whether a secret signed it."""

import hashlib
from collections.abc import Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit

from signals_app.connectors.base import BadSignature, HookRequest
from signals_app.connectors.shared.signatures import check_any
from upsell_project.lib import signing

MOST_FIELDS = 1000
_ALGORITHMS = {"": "sha1", "HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_FORM = "application/x-www-form-urlencoded"
_PORTS = {"https": 443, "http": 80}


def check(request: HookRequest, secrets: Sequence[str]) -> None:
    """Raise BadSignature unless an active secret signed the URL and every byte of the body."""
    algorithm = _ALGORITHMS.get(_setting(request, "algorithm"))
    fields = _signed_fields(request)
    if algorithm is None or fields is None:
        raise BadSignature("the signature does not cover this request")
    urls = [url.encode(errors="replace") for url in _spellings(request.url)]
    check_any(
        secrets,
        [request.headers.get("x-twilio-signature", "").strip()],
        lambda secret: [signing.base64_mac(secret, url, fields, algorithm=algorithm) for url in urls],
    )


def _setting(request: HookRequest, name: str) -> str:
    """Of `X-Twilio-Webhooks-Signature-Settings: key=...,algorithm=HMAC_SHA256`."""
    said = request.headers.get("x-twilio-webhooks-signature-settings", "")
    pairs = dict(pair.strip().partition("=")[::2] for pair in said.split(","))
    return pairs.get(name, "").strip()


def _signed_fields(request: HookRequest) -> bytes | None:
    """What follows the URL in the signed text; None when the signature leaves something of the request open."""
    if not request.body:
        return b""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        return _form_fields(request.body)
    try:
        named = parse_qs(urlsplit(request.url).query, max_num_fields=MOST_FIELDS).get("bodySHA256", [])
    except ValueError:
        return None
    return b"" if signing.any_same([hashlib.sha256(request.body).hexdigest()], named[:1]) else None


def _form_fields(body: bytes) -> bytes | None:
    """Decoded names and values end to end, sorted, each pair once."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return "".join(name + value for name, value in sorted(set(pairs))).encode(errors="replace")


def _spellings(url: str) -> list[str]:
    """The URL as it is, without and with its port."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
    except ValueError:
        return [url]
    return [url, parts._replace(netloc=host).geturl(), parts._replace(netloc=f"{host}:{port}").geturl()]
