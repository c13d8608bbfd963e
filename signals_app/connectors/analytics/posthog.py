"""PostHog's `/batch/`, as posthog-python and posthog-node send it, and `/e/`, `/i/v0/e/`, `/capture/` of posthog-js.

Source: requests captured from posthog 7.91.1 (PyPI) and posthog-node 5.70.0 (npm); posthog.com, "Capture and batch
API" and "Capture API". A browser sends one event, an array of them or a batch, whose key is each event's
`properties.token`; instead of a time it may say `offset`, the milliseconds since it happened.

Who did it. A `distinct_id` is a user id, except where PostHog says that it is none: it equals `$device_id`
(posthog-js before `identify`), or `$is_identified` or `$process_person_profile` is false; then it is an anonymous
id. That it looks like a UUID proves nothing: many products' user ids do. `$identify` joins `$anon_distinct_id` to
the user. `$create_alias` joins two ids and does not say which of them is the user: it is `distinct_id`, but `alias`
where `distinct_id` is anonymous or the sender is posthog-python, which calls the older id `distinct_id`. The
`distinct_id` of `$groupidentify` is made up by the SDKs and names nobody. The account is the group of the type
`company`, `organization`, ... in `$groups`; groups of other types (`project`) are left out. `$set_once` never
overwrites.

Unverified: the bodies of posthog-js, `offset`, `$is_identified` and `$process_person_profile` are taken from general
knowledge of PostHog's browser SDK.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.analytics.dialect import (
    Dialect,
    Reading,
    account_of,
    changes,
    corrected,
    id_in,
    is_account,
    judged,
    message_id,
    profile,
    sub_id,
    trait_name,
)
from signals_app.connectors.base import from_iso, members, words
from signals_app.incoming import MAX_NAME, Incoming
from upsell_project.lib import strict_items
from upsell_project.lib.strict_json import Refused

_LONGEST_OFFSET = 7 * 24 * 3_600_000
SETS = ("$identify", "$set", "$set_once", "$unset")
_KINDS = {"$pageview": "page", "$screen": "screen"}
# The library's own notes; what flags and surveys say is about the product.
_KEPT_PREFIXES = ("$feature_flag", "$survey")
_IN = "properties."


class PostHog(Dialect):
    name: ClassVar[str] = "posthog"

    def read(self, body: bytes, call: str, received_at: datetime) -> Reading:
        found = _items(body)
        sent = from_iso(found.head.get("sent_at"))
        skew = received_at - sent if sent else None
        refused = (strict_items.said_by(text) for _, _, text in found.refused[:1])
        told = [found.head, *(item for _, item in found.taken), *refused]
        keys = [key for key in map(_token, told) if key][:1]

        def built(index: int, item: dict[str, Any]) -> list[Incoming]:
            if _token(item) not in ("", *keys):
                raise Refused("is not the key of the first event", "properties.token")
            return _built(index, item, skew, received_at)

        return judged(found, keys, built)


def _items(body: bytes) -> strict_items.Items:
    """A batch where there is one, else an array or a single event."""
    if b'"batch"' in body and body.lstrip()[:1] == b"{":
        try:
            return strict_items.under(body, "batch")
        except Refused as error:
            if (error.path, error.reason) != ("batch", "is not an array") or b'"event"' not in body:
                raise
    return strict_items.alone(body)


def _token(said: Any) -> str:
    """The key of a batch or of one event."""
    item = members(said)
    return next(
        filter(
            None,
            map(
                words, (item.get("api_key"), item.get("token"), members(item.get("properties")).get("token"))
            ),
        ),
        "",
    )


def _built(index: int, item: dict[str, Any], skew: timedelta | None, received_at: datetime) -> list[Incoming]:
    event = strict_items.name_at(item, "event", MAX_NAME)
    properties = strict_items.object_at(item, "properties")
    given = id_in(item, "uuid") or id_in(properties, "$insert_id", _IN)
    made = Incoming(
        kind="track",
        message_id=message_id(given, item, index, received_at, timed=item.get("timestamp") is not None),
        occurred_at=_occurred_at(item, skew, received_at),
        name=event,
        context=_context(properties),
    )
    if event == "$groupidentify":
        return _group(made, properties)
    _name_person(made, item, properties)
    made.group_id = account_of(members(properties.get("$groups")))
    if event == "$create_alias":
        return [_alias(made, properties)]
    ops: dict[str, Any] = {
        op: {**members(item.get(f"${said}")), **members(properties.get(f"${said}"))} for op, said in _OPS
    }
    ops["unset"] = properties.get("$unset", item.get("$unset"))
    if event in SETS:
        return _identify(made, properties, ops)
    made.kind = _KINDS.get(event, "track")
    if made.kind != "track":
        made.name = words(properties.get("$screen_name") or properties.get("title"))[:MAX_NAME]
    made.properties = _own(properties)
    about = Incoming("identify", sub_id(made.message_id, "set"), made.occurred_at, active=False)
    about.user_id, about.anonymous_id = made.user_id, made.anonymous_id
    return [made, *changes(about, ops, trait_name)]


_OPS = (("set", "set"), ("once", "set_once"))


def _occurred_at(item: dict[str, Any], skew: timedelta | None, received_at: datetime) -> datetime:
    if item.get("timestamp") is None:
        offset = item.get("offset")
        ago = offset if isinstance(offset, int) and not isinstance(offset, bool) else 0
        return received_at - timedelta(milliseconds=min(max(ago, 0), _LONGEST_OFFSET))
    moment = from_iso(item["timestamp"])
    if moment is None:
        raise Refused("is not an ISO 8601 date and time after 1970", "timestamp")
    return corrected(moment, skew, received_at)


def _name_person(made: Incoming, item: dict[str, Any], properties: dict[str, Any]) -> None:
    distinct = id_in(item, "distinct_id") or id_in(properties, "distinct_id", _IN)
    if distinct is None:
        raise Refused("is missing", "distinct_id")
    if made.name != "$identify" and _anonymous(distinct, properties):
        made.anonymous_id = distinct
    else:
        made.user_id = distinct


def _anonymous(distinct: str, properties: dict[str, Any]) -> bool:
    unknown = properties.get("$is_identified") is False or properties.get("$process_person_profile") is False
    return unknown or distinct == words(properties.get("$device_id"))


def _identify(made: Incoming, properties: dict[str, Any], ops: dict[str, Any]) -> list[Incoming]:
    made.kind, event = "identify", made.name
    made.name = ""
    if event == "$identify":
        made.anonymous_id = id_in(properties, "$anon_distinct_id", _IN)
        if made.anonymous_id == made.user_id:
            made.anonymous_id = None
    return profile(made, ops, trait_name)


def _alias(made: Incoming, properties: dict[str, Any]) -> Incoming:
    alias = id_in(properties, "alias", _IN)
    if alias is None:
        raise Refused("is missing", "properties.alias")
    distinct = made.user_id or made.anonymous_id
    flipped = made.user_id is None or properties.get("$lib") == "posthog-python"
    made.kind, made.name, made.anonymous_id = "alias", "", None
    made.user_id, made.previous_id = (alias, distinct) if flipped else (distinct, alias)
    return made


def _group(made: Incoming, properties: dict[str, Any]) -> list[Incoming]:
    group_type = strict_items.name_at(properties, "$group_type", MAX_NAME, _IN)
    made.group_id = id_in(properties, "$group_key", _IN)
    if made.group_id is None:
        raise Refused("is missing", "properties.$group_key")
    if not is_account(group_type):
        return []
    made.kind, made.name, made.active = "group", "", False
    made.account_traits = strict_items.object_at(properties, "$group_set", _IN)
    return [made]


def _own(properties: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in properties.items()
        if not name.startswith("$") or name.startswith(_KEPT_PREFIXES)
    }
    for name, ours in (("$current_url", "url"), ("$pathname", "path"), ("$referrer", "referrer")):
        if isinstance(properties.get(name), str):
            kept.setdefault(ours, properties[name])
    for name in ("distinct_id", "token"):
        kept.pop(name, None)
    return kept


def _context(properties: dict[str, Any]) -> dict[str, Any]:
    told = {
        "timezone": properties.get("$timezone"),
        "locale": properties.get("$browser_language") or properties.get("$locale"),
        "device_type": properties.get("$device_type"),
        "page_url": properties.get("$current_url"),
        "page_path": properties.get("$pathname"),
    }
    return {name: value[:2_000] for name, value in told.items() if value and isinstance(value, str)}
