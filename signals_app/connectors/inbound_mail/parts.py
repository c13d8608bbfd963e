"""MIME taken apart, no deeper and no longer than a mail that a human reads.

The standard library takes minutes to parse some bodies of a few hundred kilobytes. Here it is shown heads only, with
every header cut to size, and the parts are cut at their boundaries.
"""

import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import islice

LONGEST_HEADER = 4_000
_MAX_HEADERS = 200
_MAX_HEAD = 256 * 1024
_MAX_PARTS = 200
_MAX_DEPTH = 10
_BLANK = re.compile(rb"\r?\n\r?\n")
_FOLDED = re.compile(rb"\r?\n(?![ \t])")
_PARSER = BytesHeaderParser(policy=policy.compat32)


def read(raw: bytes) -> Message:
    """The headers of a mail or part; all the rest is its payload, as one text."""
    head, body = _cut(raw)
    message = _PARSER.parsebytes(b"\n".join(islice(_headers(head), _MAX_HEADERS)))
    stray = message.get_payload()  # a line among the headers that is none ends them
    said = body.decode("ascii", "surrogateescape")
    message.set_payload(f"{stray}\n\n{said}" if stray else said)
    return message


def leaves(message: Message) -> Iterator[Message]:
    """Every part that holds no others; into a mail within the mail nobody looks."""
    return islice(_leaves(message, 0), _MAX_PARTS)


def blocks(message: Message) -> Iterator[Message]:
    """The blocks of headers in a payload, which blank lines divide."""
    found = _BLANK.split(_payload(message), maxsplit=_MAX_PARTS)
    return (read(block.strip()) for block in found[:_MAX_PARTS] if block.strip())


def shortened(name: str, value: str) -> str:
    """A header's value cut to size: of those that are answered the last are the newest."""
    return value[-LONGEST_HEADER:] if name.strip().lower() == "references" else value[:LONGEST_HEADER]


def _cut(raw: bytes) -> tuple[bytes, bytes]:
    if raw.startswith((b"\n", b"\r\n")):
        return b"", raw.partition(b"\n")[2]
    ends = [(at, at + len(blank)) for blank in (b"\n\n", b"\n\r\n") if (at := raw.find(blank)) >= 0]
    if not ends:
        return raw, b""
    start, end = min(ends)
    return raw[:start].removesuffix(b"\r"), raw[end:]


def _headers(head: bytes) -> Iterator[bytes]:
    for header in _FOLDED.split(head[:_MAX_HEAD]):
        name, colon, value = header.partition(b":")
        said = shortened(name[:LONGEST_HEADER].decode("ascii", "replace"), value.decode("latin-1"))
        yield name[:LONGEST_HEADER] + colon + said.encode("latin-1")


def _leaves(message: Message, depth: int) -> Iterator[Message]:
    nested = _nested(message) if depth < _MAX_DEPTH else []
    for part in nested:
        yield from _leaves(read(part), depth + 1)
    if not nested:
        yield message


def _nested(message: Message) -> list[bytes]:
    """The parts between the boundaries, without what is before the first and after the last."""
    boundary = _boundary(message)
    if not boundary:
        return []
    body = b"\n" + _payload(message)
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?=\n|\Z)")
    found: list[bytes] = []
    start = -1
    for mark in islice(line.finditer(body), _MAX_PARTS + 1):
        if start >= 0:
            found.append(body[start : mark.start()].removesuffix(b"\r"))
        start = mark.end() + 1
        if mark[1]:
            return found
    return [*found, body[start:]] if 0 <= start <= len(body) else found


def _boundary(message: Message) -> bytes:
    if not message.get_content_type().startswith("multipart/"):
        return b""
    try:
        return (message.get_boundary() or "").encode("utf-8", "surrogateescape")
    except (ValueError, TypeError, LookupError):
        return b""


def _payload(message: Message) -> bytes:
    return str(message.get_payload()).encode("utf-8", "surrogateescape")
