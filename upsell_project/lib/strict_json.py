"""JSON from strangers: parsed strictly, refused with the place and the reason, fast when it is good.

Python's own parser takes NaN, lets the last duplicate key win, decodes lone surrogates (which break UTF-8
later) and `\\u0000` (which PostgreSQL refuses). So three readings: a fast parser and a look from afar, which is all
that most text needs; where that leaves a doubt a parser with hooks; for what it refuses one that says where.
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

import msgspec

MAX_DEPTH = 32
MAX_INTEGER = 2**53
_LONGEST_SAFE_INTEGER = 15
_LONGEST_PATH = 200
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},:]', re.DOTALL)


class Refused(ValueError):
    """`reason` says what is wrong, without the value; `path` where (`properties.items[2]`)."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason, path)
        self.reason = reason
        self.path = path[:_LONGEST_PATH]

    def sentence(self, root: str) -> str:
        """`properties.plan is a duplicate key`; `root` names the whole where there is no path."""
        return f"{self.path or root} {self.reason}"


class NotJson(Refused):
    """The text is not JSON at all, as opposed to JSON that we do not take."""


class TooLarge(Refused):
    """More bytes than the limit, before or after inflating."""


def loads(raw: bytes | str, *, max_depth: int = MAX_DEPTH) -> Any:
    """The decoded value, or `Refused` (`NotJson` for syntax). Depth 1 is a flat object or array."""
    try:
        value = _PLAIN.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _carefully(raw, max_depth)
    plain = raw if isinstance(raw, bytes) else raw.encode()
    return value if _unsuspicious(plain, value, max_depth) else _carefully(raw, max_depth)


_PLAIN = msgspec.json.Decoder()
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG_NUMBER = b"0" * 16


def _unsuspicious(plain: bytes, value: Any, max_depth: int) -> bool:
    """Whether the fast parser can have overlooked nothing: looked at from afar, at the speed of C.

    It lets the last of two equal keys win: then there are fewer members than there are quotes before colons. What only
    looks bad (a colon after a quote inside a text, a long number inside a text) is read again with care.
    """
    if b"\\u" in plain or _LONG_NUMBER in plain.translate(_DIGITS):
        return False
    return plain.translate(None, b" \t\r\n").count(b'":') == _members_within(value, max_depth)


def _members_within(value: Any, max_depth: int) -> int:
    """How many members all its objects have together; -1 where it is nested deeper."""
    members, level = 0, [value] if value.__class__ in (dict, list) else []
    for _ in range(max_depth):
        inner: list[Any] = []
        for parent in level:
            children: Iterable[Any] = parent
            if parent.__class__ is dict:
                members += len(parent)
                children = parent.values()
            inner += [one for one in children if one.__class__ is dict or one.__class__ is list]
        if not inner:
            return members
        level = inner
    return -1


def _carefully(raw: bytes | str, max_depth: int) -> Any:
    text = _decoded(raw)
    try:
        value = _HOOKED.decode(text)
    except _Suspicious:
        _explain(text, max_depth)
        raise Refused("is not JSON that we take") from None
    except RecursionError:
        raise Refused(f"is nested deeper than {max_depth} levels") from None
    except ValueError as error:
        raise NotJson(f"is not JSON: {_syntax(error)}") from None
    if _may_hold_forbidden_characters(text) or _members_within(value, max_depth) < 0:
        _explain(text, max_depth)
    return value


def split(text: str, key: str) -> tuple[str, list[str]]:
    """Cut the array at top-level `key` into the raw text of its items, without judging or decoding them.

    Returns the text with that array emptied (a second `key` stays, for `loads` to refuse) and the items, none
    without such an array. No recursion, so that one absurdly nested item cannot spoil its neighbors.
    """
    items: list[str] = []
    depth, opened_at, start, previous = 0, -1, 0, ("", "")
    for match in _TOKEN.finditer(text):
        mark, at = match[0], match.start()
        if mark == '"':
            raise NotJson("is not JSON: a string does not end")
        if mark in "[{":
            if depth == 1 and mark == "[" and previous == (f'"{key}"', ":"):
                opened_at, start = at, at + 1
            depth += 1
        elif mark in "]}":
            depth -= 1
            if opened_at >= 0 and depth == 1:
                tail = text[start:at]
                if items or tail.strip():
                    items.append(tail)
                return f"{text[:opened_at]}[]{text[at + 1 :]}", items
        elif mark == "," and opened_at >= 0 and depth == 2:
            items.append(text[start:at])
            start = at + 1
        previous = (previous[1], mark)
    if opened_at >= 0:
        raise NotJson("is not JSON: an array does not end")
    return text, []


def _decoded(raw: bytes | str) -> str:
    try:
        if isinstance(raw, str):
            if not raw.isascii():
                raw.encode()
            return raw
        return str(raw, "utf-8")
    except UnicodeDecodeError:
        raise NotJson("is not UTF-8 text") from None
    except UnicodeEncodeError:
        raise Refused("holds half of a surrogate pair") from None


class _Suspicious(Exception):
    """A hook met something we do not take; the slow pass will say where."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Suspicious
    return members


def _integer(digits: str) -> int:
    if len(digits) <= _LONGEST_SAFE_INTEGER:
        return int(digits)
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise _Suspicious
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _Suspicious
    return number


def _constant(_name: str) -> NoReturn:
    raise _Suspicious


_HOOKED = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)


def _may_hold_forbidden_characters(text: str) -> bool:
    return "\\u" in text and ("\\u0000" in text or "\\ud" in text or "\\uD" in text)


def _syntax(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} (line {error.lineno}, column {error.colno})"
    return "a number cannot be read"


class _Pairs(list[tuple[str, Any]]):
    """An object with its duplicate keys still in it."""


class _Bad:
    """Stands where a refused number was."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _explain(text: str, max_depth: int) -> None:
    """The slow pass: raise `Refused` for the first thing in reading order that we do not take, if any."""
    try:
        value = _SLOW.decode(text)
    except RecursionError:
        raise Refused(f"is nested deeper than {max_depth} levels") from None
    except ValueError as error:
        raise NotJson(f"is not JSON: {_syntax(error)}") from None
    _walk(value, "", max_depth)


def _walk(value: Any, path: str, levels_left: int) -> None:
    if isinstance(value, _Bad):
        raise Refused(value.reason, path)
    if isinstance(value, str):
        _refuse_characters(value, path)
    elif isinstance(value, list):
        if levels_left == 0:
            raise Refused("is nested too deeply", path)
        if isinstance(value, _Pairs):
            _walk_members(value, path, levels_left - 1)
        else:
            # Cut here already: each of many elements below a huge key would copy that key.
            path = path[:_LONGEST_PATH]
            for index, child in enumerate(value):
                _walk(child, f"{path}[{index}]", levels_left - 1)


def _walk_members(pairs: _Pairs, path: str, levels_left: int) -> None:
    seen: set[str] = set()
    path = path[:_LONGEST_PATH]
    for key, child in pairs:
        _refuse_characters(key, path)
        where = f"{path}.{key}" if path else key
        if key in seen:
            raise Refused("is a duplicate key", where)
        seen.add(key)
        _walk(child, where, levels_left)


def _refuse_characters(text: str, path: str) -> None:
    if "\x00" in text:
        raise Refused("holds a NUL character (\\u0000)", path)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused("holds half of a surrogate pair", path) from None


def _slow_integer(digits: str) -> int | _Bad:
    try:
        return _integer(digits)
    except _Suspicious:
        return _Bad("is an integer beyond 2^53")


def _slow_number(digits: str) -> float | _Bad:
    try:
        return _number(digits)
    except _Suspicious:
        return _Bad("is a number too large to hold")


_SLOW = json.JSONDecoder(
    object_pairs_hook=_Pairs,
    parse_int=_slow_integer,
    parse_float=_slow_number,
    parse_constant=lambda name: _Bad(f"is {name}, which is not JSON"),
)
