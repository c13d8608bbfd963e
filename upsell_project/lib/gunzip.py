"""Bodies from strangers, inflated within a limit: a small body may hold a large one."""

import zlib
from collections.abc import Iterator

from upsell_project.lib.strict_json import Refused, TooLarge

_GZIP = b"\x1f\x8b"
_MAX_MEMBERS = 16


def inflate(body: bytes, limit: int) -> bytes:
    """The body, gunzipped when its first bytes say gzip, whatever the headers say."""
    if len(body) > limit:
        raise TooLarge(f"is larger than {limit} bytes")
    if not body.startswith(_GZIP):
        return body
    plain = b"".join(_members(body, limit))
    if plain.startswith(_GZIP):
        raise Refused("is gzip inside gzip")
    return plain


def _members(body: bytes, limit: int) -> Iterator[bytes]:
    left = limit
    for _ in range(_MAX_MEMBERS):
        if not body.startswith(_GZIP):
            raise Refused("has bytes after the end of its gzip data")
        inflater = zlib.decompressobj(wbits=31)
        try:
            plain = inflater.decompress(body, left + 1)
        except zlib.error:
            raise Refused("is not valid gzip") from None
        left -= len(plain)
        if left < 0:
            raise TooLarge(f"is larger than {limit} bytes once inflated")
        if not inflater.eof:
            raise Refused("is gzip that was cut short")
        yield plain
        body = inflater.unused_data
        if not body:
            return
    raise Refused(f"has more than {_MAX_MEMBERS} gzip members")
