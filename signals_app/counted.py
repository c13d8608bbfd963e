"""Whether a body holds too many items, found out without reading them: a stranger may send millions."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec

# Some senders write them, and they stand in nobody's way to count.
_NO_NUMBER = re.compile(rb"NaN|-?Infinity")
_LINE = re.compile(rb"[^\r\n]*[^\s][^\r\n]*")
_NO_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)
_PERHAPS = msgspec.Raw | msgspec.UnsetType


def beyond(most: int, body: bytes, lists: Sequence[str], *, lines: bool = False) -> bool:
    """Whether one of these lists holds more than `most` items; with `lines` all lines together, each at least one.

    `lists` are paths (`parameters.members`), "" is an array that is the body itself. What is no JSON holds nothing.
    """
    # So many items have as many of these between them at least.
    if body.count(b",") + (body.count(b"\n") + body.count(b"\r") if lines else 0) < most:
        return False
    body = _NO_NUMBER.sub(b"0", body)
    if not lines or _decoded(body, msgspec.Raw) is not None:
        return any(_longer(most, body, path) for path in lists)
    left = most
    for line in lines_of(body):
        if any(_longer(most, line, path) for path in lists):
            return True
        left -= max(1, _longest(_decoded(line, Any), lists))
        if left < 0:
            return True
    return False


def lines_of(body: bytes) -> Iterator[bytes]:
    """The lines that hold anything, one after the other."""
    return (found[0] for found in _LINE.finditer(body))


def _longest(value: Any, lists: Sequence[str]) -> int:
    return max((len(found) for path in lists if isinstance(found := _at(value, path), list)), default=0)


def _at(value: Any, path: str) -> Any:
    for name in _names(path):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _longer(most: int, body: bytes, path: str) -> bool:
    found = _decoded(body, _shape(most, path))
    for _ in _names(path):
        found = getattr(found, "inner", None)
    return getattr(found, "more", msgspec.UNSET) is not msgspec.UNSET


def _decoded(body: bytes, type: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=type)
    except _NO_JSON:
        return None


@cache
def _shape(most: int, path: str) -> Any:
    """An array is read into so many fields and one more, and whatever follows or is beside the path is skipped."""
    fields = [(f"item{at}", _PERHAPS, msgspec.UNSET) for at in range(most)]
    shape = msgspec.defstruct("Items", [*fields, ("more", _PERHAPS, msgspec.UNSET)], array_like=True)
    for name in reversed(_names(path)):
        inner = [("inner", shape | msgspec.UnsetType, msgspec.UNSET)]
        shape = msgspec.defstruct("Holder", inner, rename={"inner": name})
    return shape


def _names(path: str) -> list[str]:
    return path.split(".") if path else []
