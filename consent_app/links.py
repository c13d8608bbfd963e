"""Signed links for recipients: they do not expire, hold no personal data, and each fits one purpose alone.

A token is `payload.signature`, both URL-safe base64; the payload is the ids in binary. It follows SECRET_KEY
and its fallbacks: an old mail's link outlives a rotated key for as long as that is listed as a fallback.
"""

import base64
import binascii
import struct
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

_PERSON = struct.Struct(">Q")
_UUID_BYTES = 16


class BadLink(ValueError):
    """Not a link of ours, or one for another purpose."""


class Recipient(NamedTuple):
    """Whose preferences, and which offer led there, if one did."""

    person_id: int
    proposition_id: UUID | None


class Click(NamedTuple):
    """Which of an offer's own targets (`cta`, `secondary`) was followed."""

    proposition_id: UUID
    target: str


def make_preferences(person_id: int, proposition_id: UUID | None = None) -> str:
    return _sign("preferences", _recipient(person_id, proposition_id))


def read_preferences(token: str) -> Recipient:
    """Raises BadLink."""
    return _read_recipient(_verify("preferences", token))


def make_unsubscribe(person_id: int, proposition_id: UUID | None) -> str:
    return _sign("unsubscribe", _recipient(person_id, proposition_id))


def read_unsubscribe(token: str) -> Recipient:
    """Raises BadLink."""
    return _read_recipient(_verify("unsubscribe", token))


def make_click(proposition_id: UUID, target: str) -> str:
    return _sign("click", proposition_id.bytes + target.encode())


def read_click(token: str) -> Click:
    """Raises BadLink."""
    payload = _verify("click", token)
    return Click(_uuid(payload[:_UUID_BYTES]), payload[_UUID_BYTES:].decode())


def make_why(proposition_id: UUID) -> str:
    return _sign("why", proposition_id.bytes)


def read_why(token: str) -> UUID:
    """Raises BadLink."""
    return _uuid(_verify("why", token))


def preferences_url(person_id: int, proposition_id: UUID | None = None, act: str = "") -> str:
    """With an `act` (`not_now`, `no_more`) the page of this one act."""
    page = f"{settings.PUBLIC_URL}/p/{make_preferences(person_id, proposition_id)}"
    return f"{page}?do={act}" if act else page


def unsubscribe_url(person_id: int, proposition_id: UUID | None) -> str:
    """For List-Unsubscribe (RFC 8058): a POST acts at once, a GET only shows a page."""
    return f"{settings.PUBLIC_URL}/u/{make_unsubscribe(person_id, proposition_id)}"


def click_url(proposition_id: UUID, target: str) -> str:
    return f"{settings.PUBLIC_URL}/c/{make_click(proposition_id, target)}"


def why_url(proposition_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}/why/{make_why(proposition_id)}"


def _recipient(person_id: int, proposition_id: UUID | None) -> bytes:
    return _PERSON.pack(person_id) + (proposition_id.bytes if proposition_id else b"")


def _read_recipient(payload: bytes) -> Recipient:
    if len(payload) not in (_PERSON.size, _PERSON.size + _UUID_BYTES):
        raise BadLink("of the wrong length")
    (person_id,) = _PERSON.unpack(payload[: _PERSON.size])
    rest = payload[_PERSON.size :]
    return Recipient(person_id, _uuid(rest) if rest else None)


def _uuid(data: bytes) -> UUID:
    if len(data) != _UUID_BYTES:
        raise BadLink("of the wrong length")
    return UUID(bytes=data)


def _signer(purpose: str) -> Signer:
    return Signer(sep=".", salt=f"upsell.links.{purpose}")


def _sign(purpose: str, payload: bytes) -> str:
    return _signer(purpose).sign(base64.urlsafe_b64encode(payload).decode().rstrip("="))


def _verify(purpose: str, token: str) -> bytes:
    try:
        text = _signer(purpose).unsign(token)
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (BadSignature, binascii.Error) as error:
        raise BadLink("not a link of ours") from error
