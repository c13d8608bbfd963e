"""Mixpanel's `/track`, `/import`, `/engage` and `/groups`; the envelope holds the JSON of `data`, already decoded.

Source: requests captured from mixpanel 5.4.1 (PyPI) and mixpanel 0.24.0 (npm); developer.mixpanel.com, "Track
Events", "User Profiles", "Group Profiles" and "Identity Management".

Who did it. `$user_id` is a user id and `$device_id` an anonymous one, and an event with both joins them. A
`distinct_id` beside neither is a user id, except `$device:<id>` and one that equals `$device_id`: these are
anonymous, the prefix is left out. `$identify` joins `$anon_id` to `$identified_id`; `$create_alias` makes `alias`
the user and `distinct_id` what they were called before; `$merge` joins two ids, of which the first that is no
device is the user. The account of an event is a property named like a group key with `_id` (`company_id`, ...);
`/groups` takes any `$group_key` that names an account and leaves others out. `$set_once` never overwrites, `$add`
becomes the event `Profile Incremented`, operations on lists are left out, and `$delete` is refused, for a
publishable key must not erase anybody.

Events are told apart by `$insert_id`. The npm package sends none unless its caller does, nor a time: then each
request is an event of its own, and a caller that sends it again has to name one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from signals_app.connectors.analytics.dialect import (
    Dialect,
    Reading,
    account_of,
    corrected,
    from_number,
    id_in,
    is_account,
    judged,
    message_id,
    profile,
    trait_name,
)
from signals_app.connectors.base import from_iso, members, words
from signals_app.incoming import MAX_NAME, Incoming
from upsell_project.lib import strict_items
from upsell_project.lib.strict_json import NotJson, Refused

CALLS = ("track", "import", "engage", "groups")
_DEVICE = "$device:"
_IN = "properties."
_NOTES = frozenset({"token", "time", "distinct_id", "mp_lib", "ip"})
_PAGES = frozenset({"$mp_web_page_view"})
_OPS = {"$set": "set", "$set_once": "once", "$add": "add", "$unset": "unset"}


class Mixpanel(Dialect):
    name: ClassVar[str] = "mixpanel"

    def read(self, body: bytes, call: str, received_at: datetime) -> Reading:
        """`call` is `mixpanel:` and one of `CALLS`."""
        kind = call.partition(":")[2]
        found = _items(body, kind)
        heads = [item for _, item in found.taken if isinstance(item, dict)]
        refused = (strict_items.said_by(text) for _, _, text in found.refused[:1])
        tokens = [token for token in map(_token, [*heads, *refused]) if token]
        build = {"engage": _profile, "groups": _group}.get(kind, _event)

        def built(index: int, item: dict[str, Any]) -> list[Incoming]:
            if _token(item) not in ("", tokens[0] if tokens else ""):
                raise Refused("is not the token of the first item", _token_path(item))
            return build(index, item, received_at)

        return judged(found, tokens[:1], built)


def _items(body: bytes, kind: str) -> strict_items.Items:
    """`/import` also takes one event a line."""
    try:
        return strict_items.alone(body)
    except NotJson:
        if kind == "import" and body.lstrip()[:1] == b"{" and b"\n" in body.strip():
            return strict_items.lines(body)
        raise


def _token(item: Mapping[str, Any]) -> str:
    return words(item.get("$token")) or words(members(item.get("properties")).get("token"))


def _token_path(item: Mapping[str, Any]) -> str:
    return "$token" if item.get("$token") else "properties.token"


def _event(index: int, item: dict[str, Any], received_at: datetime) -> list[Incoming]:
    event = strict_items.name_at(item, "event", MAX_NAME)
    properties = strict_items.object_at(item, "properties")
    given = properties.get("time")
    made = Incoming(
        kind="page" if event in _PAGES else "track",
        message_id=message_id(
            id_in(properties, "$insert_id", _IN), item, index, received_at, timed=given is not None
        ),
        occurred_at=_moment(given, "properties.time", received_at),
        name=event if event not in _PAGES else words(properties.get("current_page_title"))[:MAX_NAME],
        context=_context(properties),
    )
    if event in _JOINS:
        return [_JOINS[event](made, properties)]
    made.user_id, made.anonymous_id = _person(properties)
    if not (made.user_id or made.anonymous_id):
        raise Refused("is missing", "properties.distinct_id")
    made.group_id = account_of(properties, only_ids=True)
    made.properties = _own(properties)
    return [made]


def _person(said: dict[str, Any], path: str = _IN) -> tuple[str | None, str | None]:
    """The user id and the anonymous id."""
    device = _without_prefix(id_in(said, "$device_id", path))
    user = id_in(said, "$user_id", path)
    distinct = id_in(said, "distinct_id", path) or id_in(said, "$distinct_id", path)
    if distinct and distinct.startswith(_DEVICE):
        return user, device or _without_prefix(distinct)
    if user is None and distinct != device:
        user = distinct
    return user, device


def _without_prefix(device: str | None) -> str | None:
    return device.removeprefix(_DEVICE) or None if device else None


def _identify(made: Incoming, properties: dict[str, Any]) -> Incoming:
    made.user_id = id_in(properties, "$identified_id", _IN) or id_in(properties, "distinct_id", _IN)
    made.anonymous_id = _without_prefix(id_in(properties, "$anon_id", _IN))
    if made.user_id is None:
        raise Refused("is missing", "properties.$identified_id")
    made.kind, made.name = "identify", ""
    return made


def _create_alias(made: Incoming, properties: dict[str, Any]) -> Incoming:
    return _joined(made, id_in(properties, "alias", _IN), id_in(properties, "distinct_id", _IN), "alias")


def _merge(made: Incoming, properties: dict[str, Any]) -> Incoming:
    ids = properties.get("$distinct_ids")
    if not isinstance(ids, list) or len(ids) != 2:
        raise Refused("is not a list of two ids", "properties.$distinct_ids")
    first, second = (id_in({"id": one}, "id", "properties.$distinct_ids.") for one in ids)
    if first and first.startswith(_DEVICE):
        first, second = second, first
    return _joined(made, first, second, "$distinct_ids")


def _joined(made: Incoming, user: str | None, previous: str | None, path: str) -> Incoming:
    if not user or not previous:
        raise Refused("does not name two ids", _IN + path)
    made.kind, made.name = "alias", ""
    made.user_id, made.previous_id = user, _without_prefix(previous)
    return made


_JOINS = {"$identify": _identify, "$create_alias": _create_alias, "$merge": _merge}


def _profile(index: int, item: dict[str, Any], received_at: datetime) -> list[Incoming]:
    made = _changed(index, item, received_at, "identify")
    made.user_id, made.anonymous_id = _person(item, "")
    if not (made.user_id or made.anonymous_id):
        raise Refused("is missing", "$distinct_id")
    return profile(made, _ops(item), trait_name)


def _group(index: int, item: dict[str, Any], received_at: datetime) -> list[Incoming]:
    made = _changed(index, item, received_at, "group")
    key = strict_items.name_at(item, "$group_key", MAX_NAME)
    made.group_id = id_in(item, "$group_id")
    if made.group_id is None:
        raise Refused("is missing", "$group_id")
    return profile(made, _ops(item), trait_name) if is_account(key) else []


def _changed(index: int, item: dict[str, Any], received_at: datetime, kind: str) -> Incoming:
    if "$delete" in item:
        raise Refused("is not supported: nothing was erased", "$delete")
    given = item.get("$time")
    moment = _moment(given, "$time", received_at)
    return Incoming(
        kind, message_id(None, item, index, received_at, timed=given is not None), moment, active=False
    )


def _ops(item: dict[str, Any]) -> dict[str, Any]:
    return {ours: item[name] for name, ours in _OPS.items() if name in item}


def _moment(given: Any, path: str, received_at: datetime) -> datetime:
    """Seconds or milliseconds since 1970."""
    if given is None:
        return received_at
    moment = from_number(given) or from_iso(given)
    if moment is None:
        raise Refused("is neither seconds since 1970 nor an ISO 8601 moment", path)
    return corrected(moment, None, received_at)


def _own(properties: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value for name, value in properties.items() if not name.startswith("$") and name not in _NOTES
    }
    for name, ours in (("$current_url", "url"), ("current_url_path", "path")):
        if isinstance(properties.get(name), str):
            kept.setdefault(ours, properties[name])
    return kept


def _context(properties: dict[str, Any]) -> dict[str, Any]:
    told = {
        "timezone": properties.get("$timezone"),
        "locale": properties.get("$locale"),
        "page_url": properties.get("$current_url"),
        "page_path": properties.get("current_url_path"),
    }
    return {name: value[:2_000] for name, value in told.items() if value and isinstance(value, str)}
