"""Who is calling: a source by its write key, and a person by the token that the customer's own server signed."""

import base64
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import jwt
from django.http import HttpRequest
from jwt.types import Options

from signals_app.incoming import MAX_ID
from signals_app.models import Source
from upsell_project.lib import clock

# A revoked or rotated key is refused this many seconds later, in every process.
KEPT_SECONDS = 2.0
LEEWAY_SECONDS = 60
LONGEST_TOKEN = 3600
LONGEST_KEY = 100
# A page asks again every minute with the same token: its signature is not computed anew, its end is looked at.
VERIFIED_SECONDS = 120.0
MOST_VERIFIED = 20_000
_kept: dict[str, tuple[float, Source]] = {}
_verified: "OrderedDict[bytes, Verified]" = OrderedDict()
_verifying = Lock()


class BadToken(Exception):
    """The person token is missing, forged, expired or lives too long; the text says which."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the token speaks for."""

    user_id: str
    account: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """A token whose signature was computed: which secret made it, who it speaks for, when it ends (Unix time)."""

    secret: str
    claims: Claims
    expires: float
    kept_until: float


def source_of(write_key: str) -> Source | None:
    """The active source with this key, remembered for two seconds. Strangers choose unknown keys: none is kept."""
    if not 0 < len(write_key) <= LONGEST_KEY or not (write_key.isascii() and write_key.isprintable()):
        return None  # no key of ours, and perhaps nothing that PostgreSQL could compare
    read_at, source = _kept.get(write_key, (float("-inf"), None))
    if time.monotonic() - read_at > KEPT_SECONDS:
        source = Source.objects.filter(write_key=write_key, active=True).first()
        if source:
            _kept[write_key] = (time.monotonic(), source)
        else:
            _kept.pop(write_key, None)
    return source


def is_remembered(write_key: str) -> bool:
    """Whether this process has seen a source with this key."""
    return write_key in _kept


def remembered(write_key: str) -> Source | None:
    """The source that this process last saw with this key, without asking the database."""
    return _kept.get(write_key, (0.0, None))[1]


def forget() -> None:
    """Read all sources, and all tokens, afresh."""
    _kept.clear()
    _verified.clear()


def basic_key(request: HttpRequest) -> str | None:
    """The user name of Basic authentication: `base64(writeKey:)`, the colon is optional."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except ValueError:  # no base64, no UTF-8, or not even ASCII
        return ""


def claims_of(source: Source, token: str) -> Claims:
    """Verify a person token: JWT, HS256 with the source's secret, `sub`, `exp` at most an hour ahead.

    Real time decides, not the sandbox clock. Raises BadToken.
    """
    if not token:
        raise BadToken("a person token is needed: Authorization: Bearer <token>")
    digest = hashlib.sha256(token.encode(errors="replace")).digest()
    known = _verified.get(digest)
    if known is None or not _still(known, source):
        known = _verify(source, token)
        _keep(digest, known)
    return known.claims


def _still(known: Verified, source: Source) -> bool:
    """A rotated or revoked secret makes no token any more, however lately it was verified."""
    now = clock.real().timestamp()
    return (
        known.secret in source.secrets
        and time.monotonic() < known.kept_until
        and now < known.expires + LEEWAY_SECONDS
        and known.expires - now <= LONGEST_TOKEN + LEEWAY_SECONDS
    )


def _keep(digest: bytes, verified: Verified) -> None:
    """Strangers sign nothing, so only tokens of sources take room, the oldest of which makes way."""
    with _verifying:
        _verified[digest] = verified
        _verified.move_to_end(digest)
        while len(_verified) > MOST_VERIFIED:
            _verified.popitem(last=False)


def _verify(source: Source, token: str) -> Verified:
    for secret in source.secrets:
        try:
            payload = jwt.decode(token, secret, ["HS256"], leeway=LEEWAY_SECONDS, options=_REQUIRED)
            kept_until = time.monotonic() + VERIFIED_SECONDS
            return Verified(secret, _claims(payload), float(str(payload["exp"])), kept_until)
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise BadToken("the person token has expired") from None
        except jwt.PyJWTError as error:  # also a secret that is no HMAC key
            raise BadToken(f"the person token is not valid: {error}") from None
        except OverflowError:
            raise BadToken("the person token is not valid: a time is out of range") from None
    raise BadToken("the person token is not signed with this source's secret")


_REQUIRED: Options = {"require": ["sub", "exp"], "verify_aud": False}


def _claims(payload: dict[str, object]) -> Claims:
    lives = float(str(payload["exp"])) - clock.real().timestamp()
    if lives > LONGEST_TOKEN + LEEWAY_SECONDS:
        raise BadToken("the person token lives longer than an hour")
    subject, account = str(payload["sub"]), payload.get("account")
    if not _is_id(subject) or (account is not None and not _is_id(str(account))):
        raise BadToken("the person token is not valid: it names an id that cannot exist")
    return Claims(subject, str(account) if account is not None else None)


def _is_id(text: str) -> bool:
    """Printable text (so neither NUL nor half a surrogate pair) that is not blank and fits its column."""
    return bool(text.strip()) and len(text) <= MAX_ID and text.isprintable()


def bearer(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
