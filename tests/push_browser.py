"""A browser that subscribed to pushes: reads what was encrypted for it, written from RFC 8291 alone."""

import base64
import hmac
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


@dataclass(frozen=True)
class Browser:
    """`private` and `auth` as base64url."""

    private: str
    auth: str

    @property
    def p256dh(self) -> str:
        return base64.urlsafe_b64encode(self._point).decode().rstrip("=")

    def reads(self, body: bytes) -> bytes:
        """Raises if it was not made for this browser, or is not one whole record."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size and len(body) <= 4096
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        secret = _hkdf(_bytes(self.auth), shared, b"WebPush: info\0" + self._point + theirs, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        plain, delimiter, padding = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\2")
        assert delimiter and not padding.strip(b"\0")
        return plain

    @property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(_bytes(self.private)), CURVE)

    @property
    def _point(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """One block of RFC 5869 is enough."""
    return hmac.digest(hmac.digest(salt, secret, sha256), info + b"\1", sha256)[:length]
