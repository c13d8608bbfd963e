"""What the SDKs of product-analytics vendors have in common: batches under a write key, of people and their groups."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.base import Parsed, elements, from_unix, identifier, members, unusable
from signals_app.incoming import MAX_ID, MAX_RAW, Incoming, Rejected, digest, short_id
from upsell_project.lib import strict_items
from upsell_project.lib.strict_json import Refused

INCREMENTED = "Profile Incremented"
"""The event of a relative change to a profile: `properties` hold the amounts, which a meter can add up."""
# The types of groups that are accounts of ours; a project or a device is none.
_ACCOUNTS = (
    "account",
    "company",
    "organization",
    "organisation",
    "org",
    "workspace",
    "tenant",
    "team",
    "customer",
)
_HASH = "sha256:"
_EPOCH, _FAR = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Reading(Parsed):
    """What a body held. `keys`: the write keys that it names, the likeliest first; `accepted` counts its items, of
    which each may be several `Incoming`."""

    keys: list[str] = field(default_factory=list)
    accepted: int = 0


class Dialect(ABC):
    name: ClassVar[str]
    """The envelope's `call`, or what stands before its colon."""

    @abstractmethod
    def read(self, body: bytes, call: str, received_at: datetime) -> Reading:
        """Verdicts at the door and items for the worker: the same, for nothing but the arguments counts.

        Raises `Refused` when the whole body cannot be used (`TooLarge` past the limits).
        """

    def parse(self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "") -> Parsed:
        """As a connector does."""
        try:
            return self.read(body, call, received_at.astimezone(UTC))
        except Refused as error:
            return unusable(body, error.sentence("the body"), error.path)


Build = Callable[[int, dict[str, Any]], list[Incoming]]


def judged(found: strict_items.Items, keys: Iterable[Any], build: Build) -> Reading:
    """Build each item; one that raises `Refused` is rejected alone."""
    reading = Reading(keys=[key for key in map(identifier, keys) if key])
    reading.rejected = [_rejected(index, error, raw) for index, error, raw in found.refused]
    equal: dict[str, int] = {}
    for index, item in found.taken:
        try:
            if not isinstance(item, dict):
                raise Refused("is not a JSON object")
            reading.items += _numbered(build(index, item), equal)
            reading.accepted += 1
        except Refused as error:
            reading.rejected.append(_rejected(index, error, json.dumps(item, ensure_ascii=False)))
    reading.rejected.sort(key=lambda one: one.index)
    return reading


def _numbered(made: list[Incoming], equal: dict[str, int]) -> list[Incoming]:
    """Equal items of one body that have no ids of their own are separate facts."""
    if made and made[0].message_id.startswith(_HASH):
        number = equal[made[0].message_id] = equal.get(made[0].message_id, 0) + 1
        for item in made if number > 1 else ():
            item.message_id = sub_id(item.message_id, str(number))
    return made


def _rejected(index: int, error: Refused, raw: str) -> Rejected:
    return Rejected(index, error.sentence("the item"), error.path, raw.strip()[:MAX_RAW])


def message_id(
    given: str | None, item: dict[str, Any], index: int, received_at: datetime, *, timed: bool
) -> str:
    """The sender's, else a hash of the item; one that names no time either is a new fact each time."""
    if given:
        return short_id(given)
    moment = "" if timed else f"{received_at.isoformat()} {index}"
    return f"{_HASH}{digest(json.dumps(item, sort_keys=True) + moment)}"


def sub_id(whole: str, part: str) -> str:
    """The id of one more `Incoming` of the same item."""
    return short_id(f"{whole}:{part}")


def corrected(moment: datetime, skew: timedelta | None, received_at: datetime) -> datetime:
    """By how far the sender's clock is behind ours; never later than it was received."""
    try:
        return min(moment + skew, received_at) if skew else min(moment, received_at)
    except OverflowError:
        return received_at


def account_of(groups: Mapping[str, Any], *, only_ids: bool = False) -> str | None:
    """The id of the group that is an account, by the name of its type (`company`, `organization_id`, ...).

    `only_ids`: among ordinary properties only names that end in `_id` are believed.
    """
    named = {name.lower().lstrip("$"): value for name, value in groups.items()}
    for account in _ACCOUNTS:
        for name in (f"{account}_id", *(() if only_ids else (account,))):
            value = named.get(name)
            found = identifier(next(iter(elements(value)), None) if isinstance(value, list) else value)
            if found:
                return found
    return None


def is_account(group_type: str) -> bool:
    return group_type.lower().lstrip("$").removesuffix("_id") in _ACCOUNTS


def once_at(moment: datetime) -> datetime:
    """When something to be set only once is taken to have happened: before anything else that may have been said of it
    (so that this wins), and the earlier it was said the later (so that the first wins), in any order of arrival."""
    return _EPOCH + max(_FAR - moment, timedelta(0)) / 1000


def changes(base: Incoming, ops: Mapping[str, Any], trait: Callable[[str], str] = str) -> list[Incoming]:
    """A profile's `set`, `once`, `add` (objects) and `unset` (names) as items beside or instead of `base`.

    `base` names who and when; `base.kind` is `identify` or `group`. Raises `Refused` for an operation of a wrong type.
    """
    once, added = (_objects(ops, name, trait) for name in ("once", "add"))
    said = _objects(ops, "set", trait) | {trait(name): None for name in _names(ops.get("unset"))}
    made = []
    if said:
        made.append(_of(base, "", base.kind, base.occurred_at, said))
    if once:
        made.append(_of(base, "once", base.kind, once_at(base.occurred_at), once))
    if added:
        made.append(_of(base, "add", "track", base.occurred_at, added))
    return made


def profile(base: Incoming, ops: Mapping[str, Any], trait: Callable[[str], str] = str) -> list[Incoming]:
    """`changes`, and always one item with the id of `base`, for what it joins counts without any change, too."""
    made = changes(base, ops, trait)
    return made if made and made[0].message_id == base.message_id else [base, *made]


def _of(base: Incoming, part: str, kind: str, at: datetime, said: dict[str, Any]) -> Incoming:
    made = Incoming(
        kind=kind,
        message_id=sub_id(base.message_id, part) if part else base.message_id,
        occurred_at=at,
        user_id=base.user_id,
        anonymous_id=base.anonymous_id,
        active=base.active and not part,
        context=base.context,
    )
    if kind == "group" or part != "once":
        made.group_id = base.group_id
    if kind == "group":
        made.account_traits = said
    elif kind == "identify":
        made.traits = said
    else:
        made.name, made.properties = INCREMENTED, said
    return made


def _objects(ops: Mapping[str, Any], name: str, trait: Callable[[str], str]) -> dict[str, Any]:
    value = ops.get(name)
    if value is not None and not isinstance(value, dict):
        raise Refused("is not a JSON object", f"${name}")
    return {trait(key): one for key, one in members(value).items()}


def _names(value: Any) -> list[str]:
    """Amplitude's `$unset` is an object of names, everybody else's a list."""
    if value is not None and not isinstance(value, list | dict):
        raise Refused("is not a list of names", "$unset")
    return [name for name in value or () if isinstance(name, str)]


def id_in(item: dict[str, Any], name: str, path: str = "") -> str | None:
    return strict_items.id_at(item, name, MAX_ID, path)


# How vendors spell traits that we know by other names.
_TRAITS = {"country_code": "country", "firstname": "first_name", "lastname": "last_name"}


def trait_name(name: str) -> str:
    """`$email` is `email`."""
    plain = name.lstrip("$")
    return _TRAITS.get(plain, plain) or name


def from_number(value: Any) -> datetime | None:
    """Of seconds or, where those would lie beyond the year 5000, milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return from_unix(value / 1000 if value > 100_000_000_000 else value)
