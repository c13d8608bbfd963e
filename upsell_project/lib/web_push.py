"""What a browser's push service wants: the payload so that only the browser reads it, and who we are.

Source: RFC 8291 (message encryption, with RFC 8188's `aes128gcm`) and RFC 8292 (VAPID).
"""

import base64
import os
import struct
from datetime import timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from upsell_project.lib import clock

RECORD = 4_096
"""Bytes of a body that every push service takes."""
OVERHEAD = 16 + 4 + 1 + 65 + 1 + 16
"""Salt, record size, length of the key, key; the delimiter and GCM's tag."""
LIVES = timedelta(hours=12)
"""Of an authorization; RFC 8292 allows 24 hours."""
CURVE = ec.SECP256R1()


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Of base64url of its 32 bytes, as tools for VAPID print it. Raises ValueError for anything else."""
    raw = base64.b64decode(text.strip().rstrip("=") + "=", altchars=b"-_", validate=True)
    if len(raw) != 32:
        raise ValueError("a VAPID key has 32 bytes")
    return ec.derive_private_key(int.from_bytes(raw), CURVE)


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """As a page hands it to `pushManager.subscribe`."""
    return base64.urlsafe_b64encode(_point(key)).decode().rstrip("=")


def encrypted(
    payload: bytes,
    p256dh: bytes,
    auth: bytes,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The whole body; `key` and `salt` are made for each message. Raises ValueError for what is too long, and for keys
    that are none."""
    if len(payload) + OVERHEAD > RECORD:
        raise ValueError(f"the push has {len(payload)} bytes; at most {RECORD - OVERHEAD}")
    key, salt = key or ec.generate_private_key(CURVE), salt or os.urandom(16)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, p256dh))
    secret = _derived(shared, auth, b"WebPush: info\0" + p256dh + _point(key), 32)
    content_key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack("!IB", RECORD, 65) + _point(key)
    return head + AESGCM(content_key).encrypt(nonce, payload + b"\2", None)


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, subject: str) -> str:
    """The header's value. `subject`: where the push service reaches us, a mailto: or https: URL."""
    parts, until = urlsplit(endpoint), clock.real() + LIVES
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(until.timestamp()), "sub": subject}
    return f"vapid t={jwt.encode(claims, key, 'ES256')}, k={public_text(key)}"


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
