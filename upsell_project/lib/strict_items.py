"""Batches from strangers, read item by item: what is refused in one item costs only that item.

Also the fields of one item, strictly: each reader raises `Refused` with the field's name.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from upsell_project.lib import strict_json
from upsell_project.lib.strict_json import MAX_DEPTH, NotJson, Refused, TooLarge

_LEVELS_ABOVE = 2
_ARRAY = "items"


@dataclass(frozen=True, slots=True)
class Limits:
    """`item` in bytes, `items` as a count."""

    item: int = 32 * 1024
    items: int = 2_500


SDK = Limits()


@dataclass(slots=True)
class Items:
    """`head`: the members beside the array. `taken` and `refused` are told apart by index; `refused` has the text."""

    head: dict[str, Any] = field(default_factory=dict)
    taken: list[tuple[int, Any]] = field(default_factory=list)
    refused: list[tuple[int, Refused, str]] = field(default_factory=list)


def under(plain: bytes, key: str, limits: Limits = SDK) -> Items:
    """The array at top-level `key` of an object. Raises `Refused` when there is none, `TooLarge` past the limits."""
    try:
        head = strict_json.loads(plain, max_depth=MAX_DEPTH + _LEVELS_ABOVE)
    except NotJson:
        raise
    except Refused:
        return _one_by_one(plain.decode(), key, limits)
    if not isinstance(head, dict):
        raise Refused("is not a JSON object")
    items = head.pop(key, None)
    if not isinstance(items, list):
        raise Refused("is not an array", key)
    _refuse_many(items, limits)
    if len(plain) > limits.item and _any_large(msgspec.json.decode(plain, type=_MEMBERS)[key], limits):
        return _one_by_one(plain.decode(), key, limits)
    return Items(head, list(enumerate(items)))


def alone(plain: bytes, limits: Limits = SDK) -> Items:
    """An array of items, or one item by itself."""
    if plain.lstrip()[:1] != b"[":
        return _single(plain, limits)
    try:
        items = strict_json.loads(plain, max_depth=MAX_DEPTH + 1)
    except NotJson:
        raise
    except Refused:
        found = _one_by_one(f'{{"{_ARRAY}":{plain.decode()}}}', _ARRAY, limits)
        if found.head:
            raise NotJson("is not JSON: something follows the array") from None
        return found
    _refuse_many(items, limits)
    if len(plain) > limits.item and _any_large(plain, limits):
        return _one_by_one(f'{{"{_ARRAY}":{plain.decode()}}}', _ARRAY, limits)
    return Items({}, list(enumerate(items)))


def lines(plain: bytes, limits: Limits = SDK) -> Items:
    """Newline-delimited JSON; a line that is no JSON is refused alone."""
    try:
        texts = [line for line in plain.decode().split("\n") if line.strip()]
    except UnicodeDecodeError:
        raise NotJson("is not UTF-8 text") from None
    _refuse_many(texts, limits)
    return _decoded(Items(), texts, limits, broken_too=True)


def _single(plain: bytes, limits: Limits) -> Items:
    if len(plain) > limits.item:
        raise TooLarge(f"is larger than {limits.item} bytes, the limit for one event")
    try:
        item = strict_json.loads(plain)
    except NotJson:
        raise
    except Refused as error:
        text = plain.decode()
        return Items(refused=[(0, error, text)])
    if not isinstance(item, dict):
        raise Refused("is not a JSON object")
    return Items({}, [(0, item)])


def _one_by_one(text: str, key: str, limits: Limits) -> Items:
    """The slow way, where something is refused or large."""
    head_text, texts = strict_json.split(text, key)
    head = strict_json.loads(head_text)
    if not isinstance(head, dict):
        raise Refused("is not a JSON object")
    emptied = head.pop(key, None)
    if not isinstance(emptied, list):
        raise Refused("is not an array", key)
    if emptied:
        raise Refused("is a key that must be written without escapes", key)
    _refuse_many(texts, limits)
    return _decoded(Items(head), texts, limits)


def _decoded(found: Items, texts: Iterable[str], limits: Limits, *, broken_too: bool = False) -> Items:
    for index, text in enumerate(texts):
        try:
            if len(text) * 4 > limits.item and len(text.strip().encode(errors="replace")) > limits.item:
                raise Refused(f"is larger than {limits.item} bytes")
            found.taken.append((index, strict_json.loads(text)))
        except Refused as error:
            if isinstance(error, NotJson) and not broken_too:
                raise
            found.refused.append((index, error, text))
    return found


def said_by(text: str) -> dict[str, Any]:
    """The members of an item that was refused, read leniently: who sent it still counts."""
    try:
        value = json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _refuse_many(items: list[Any], limits: Limits) -> None:
    if len(items) > limits.items:
        raise TooLarge(f"holds more than {limits.items} events")


_MEMBERS = dict[str, msgspec.Raw]


def _any_large(array: bytes | msgspec.Raw, limits: Limits) -> bool:
    raws = msgspec.json.decode(array, type=list[msgspec.Raw])
    return any(len(memoryview(raw)) > limits.item for raw in raws)


def id_at(item: dict[str, Any], name: str, limit: int, path: str = "") -> str | None:
    """An id; numbers are taken as text, blank means absent."""
    value, where = item.get(name), path + name
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Refused("is neither a string nor a whole number", where)
    value = str(value).strip()
    if len(value) > limit:
        raise Refused(f"is longer than {limit} characters", where)
    return value or None


def name_at(item: dict[str, Any], name: str, limit: int, path: str = "") -> str:
    """A name that has to be there."""
    value, where = item.get(name), path + name
    if value is None:
        raise Refused("is missing", where)
    if not isinstance(value, str):
        raise Refused("is not a string", where)
    if len(value) > limit:
        raise Refused(f"is longer than {limit} characters", where)
    if not value.strip():
        raise Refused("is empty", where)
    return value.strip()


def object_at(item: dict[str, Any], name: str, path: str = "") -> dict[str, Any]:
    """An object; absent and null are empty."""
    value = item.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused("is not a JSON object", path + name)
    return value
