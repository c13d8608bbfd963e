"""HMAC over raw bytes, compared in constant time."""

import base64
import hmac
from collections.abc import Iterable, Sequence


def hex_mac(secret: str, *parts: bytes, algorithm: str = "sha256") -> str:
    """Lower-case hex HMAC of the parts laid end to end; the secret is used as its literal text."""
    return _mac(secret.encode(), parts, algorithm).hex()


def base64_mac(secret: str, *parts: bytes, algorithm: str = "sha256") -> str:
    return base64.b64encode(_mac(secret.encode(), parts, algorithm)).decode()


def same(expected: str, given: str) -> bool:
    """Constant-time comparison that takes any text (`hmac.compare_digest` raises on non-ASCII `str`)."""
    return hmac.compare_digest(expected.encode(), given.encode(errors="surrogatepass"))


def any_same(expected: Iterable[str], given: Iterable[str]) -> bool:
    """True when some expected MAC equals some given one; all pairs are compared, none ends it early."""
    candidates = list(given)
    return sum(same(mac, candidate) for mac in expected for candidate in candidates) > 0


def usable(secrets: Sequence[str]) -> list[str]:
    """The secrets without surrounding blanks; an empty one is dropped: it would sign for everybody."""
    return [trimmed for secret in secrets if (trimmed := secret.strip())]


def _mac(secret: bytes, parts: Iterable[bytes], algorithm: str) -> bytes:
    mac = hmac.new(secret, digestmod=algorithm)
    for part in parts:
        mac.update(part)
    return mac.digest()
