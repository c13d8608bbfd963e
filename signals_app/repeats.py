"""What was taken before: sent again it changes nothing, and read again it is put into the words that hold now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from people_app.entitlements import EVENT_FACTS
from people_app.item import Who
from signals_app import once, usage
from signals_app.incoming import MAX_NAME, Incoming
from signals_app.ingest import Opened, Stored
from upsell_project.lib import bulk, clock

DELETE = "delete"
TELLING = frozenset({"identify", "group", "alias", DELETE})
HAPPENED = frozenset({"track", "page", "screen"})
_READ = "read:"
_HASH = "sha256:"
Said = tuple[Opened, Incoming, Who]


@dataclass(slots=True)
class Mended:
    """Stored events that are understood otherwise now."""

    renamed: list[Stored] = field(default_factory=list)
    changed: list[Stored] = field(default_factory=list)
    """Under the same name, with other properties."""


def leave_out(opened: Sequence[Opened]) -> None:
    """Drop from `opened` what tells facts and was taken before: said anew, it would count as newer than what was said
    since. Of what is replayed only erasures: the rest keeps the time at which it was said, and is read anew.
    """
    telling = [(one, item) for one in opened for item in _telling(one) if _is_told_apart(one, item)]
    if not telling:
        return
    known = once.known([_key(*each) for each in telling], clock.real())
    first: dict[tuple[int, str], int] = {}
    gone = set()
    for one, item in telling:
        key = _key(one, item)
        if key in known or first.setdefault(key, one.envelope.pk) != one.envelope.pk:
            gone.add(id(item))
    if gone:
        for one in opened:
            one.items = [item for item in one.items if id(item) not in gone]


def _telling(one: Opened) -> Iterator[Incoming]:
    """An answer to a question of ours is never a repetition."""
    if one.envelope.call.startswith(_READ):
        return iter(())
    if one.envelope.replayed_at:
        return (item for item in one.items if item.kind == DELETE)
    return (item for item in one.items if item.kind in TELLING or item.name in EVENT_FACTS)


def _is_told_apart(one: Opened, item: Incoming) -> bool:
    """What has neither an id nor a time may as well be said for the second time."""
    hashed = item.message_id.startswith(_HASH)
    return not hashed or one.envelope.replayed_at is not None or item.occurred_at < one.envelope.received_at


def _key(one: Opened, item: Incoming) -> tuple[int, str]:
    return one.envelope.source_id, item.message_id


def mend(opened: Sequence[Opened], who: Sequence[Who], stored: Sequence[Stored]) -> Mended:
    """Give events of replayed envelopes, but those just `stored`, the name and properties that they have by now, and
    have their accounts counted anew. Run after `usage.add`; `who` runs along all items.

    An event is found by its time and its person, or the account it named: what was erased meanwhile stays as it is.
    """
    mended = Mended()
    if not any(one.envelope.replayed_at for one in opened):
        return mended
    found: dict[tuple[int, str], Said] = {}
    for each in _said(opened, who, {id(one.item) for one in stored}):
        # Of those that have one id the first counts, as where they are stored.
        found.setdefault(_key(*each[:2]), each)
    said = [*found.values()]
    accounts: dict[str, set[int]] = {}
    for at, event_id, was, account_id in _change(said):
        one, item, answer = said[at]
        of = mended.renamed if was != item.name[:MAX_NAME] else mended.changed
        of.append(Stored(event_id, one.envelope.source_id, item, answer.person_id, answer.account_id))
        for name in (was, item.name):
            accounts.setdefault(name, set()).update(filter(None, (account_id, answer.account_id)))
    _recount(accounts)
    return mended


def _said(opened: Sequence[Opened], who: Sequence[Who], new: set[int]) -> Iterator[Said]:
    answers = iter(who)
    for one in opened:
        for item, answer in zip(one.items, answers, strict=False):
            found = answer.person_id or (answer.grouped and answer.account_id)
            if one.envelope.replayed_at and item.kind in HAPPENED and found and id(item) not in new:
                yield one, item, answer


def _change(said: Sequence[Said]) -> list[tuple[int, int, str, int | None]]:
    """(index, event, its name until now, the account that it names) of each that is changed."""
    if not said:
        return []
    times = [item.occurred_at for _, item, _ in said]
    records = [_record(at, *each) for at, each in enumerate(said)]
    changed = []
    for sql, of_people in ((_OF_PEOPLE, True), (_OF_NOBODY, False)):
        mine = [
            one
            for one, (_, _, answer) in zip(records, said, strict=True)
            if bool(answer.person_id) is of_people
        ]
        changed += bulk.execute(sql, mine, *[min(times), max(times)] * 2)
    return changed


def _record(at: int, one: Opened, item: Incoming, answer: Who) -> dict[str, Any]:
    return {
        "n": at,
        "source": one.envelope.source_id,
        "message": item.message_id,
        "kind": item.kind,
        "name": item.name[:MAX_NAME],
        "owner": answer.person_id or answer.account_id,
        "properties": item.properties,
        "at": item.occurred_at,
    }


def _recount(accounts: dict[str, set[int]]) -> None:
    """`accounts` by the names that their events had or have."""
    if accounts:
        counted = {meter.event for meter in usage.meters()}
        usage.ask_recount({account for name, of in accounts.items() if name in counted for account in of})


# The names that are stored for each owner are looked up one after the other, so that the index leads to the event also
# where somebody did very much.
_MEND = """
WITH RECURSIVE said AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS r(n int, source bigint, message text, kind text, name text, owner bigint,
        properties jsonb, at timestamptz)
), named (owner, name) AS (
    SELECT o.owner, {first} FROM (SELECT DISTINCT owner FROM said) o
    UNION ALL SELECT o.owner, {following} FROM named o WHERE o.name IS NOT NULL
), old AS MATERIALIZED (
    SELECT s.n, e.id, e.occurred_at, e.name AS was, e.account_id, s.kind, s.name, s.properties
    FROM said s JOIN named o ON o.owner = s.owner CROSS JOIN LATERAL (SELECT * FROM signals_app_event
        WHERE {column} = o.owner AND name = o.name AND occurred_at = s.at OFFSET 0) e
    WHERE e.source_id = s.source AND e.message_id = s.message AND {whose}
        AND e.kind IN ('track', 'page', 'screen')
        AND (e.kind, e.name, e.properties) IS DISTINCT FROM (s.kind, s.name, s.properties)
) UPDATE signals_app_event e SET kind = old.kind, name = old.name, properties = old.properties
FROM old
WHERE e.id = old.id AND e.occurred_at = old.occurred_at
RETURNING old.n, e.id, old.was, e.account_id
"""
_NAME = (
    "(SELECT e.name FROM signals_app_event e WHERE e.{column} = o.owner{after} AND e.occurred_at BETWEEN %s AND %s"
    " ORDER BY e.name LIMIT 1)"
)


def _statement(column: str, whose: str) -> str:
    first, following = (_NAME.format(column=column, after=after) for after in ("", " AND e.name > o.name"))
    return _MEND.format(column=column, whose=whose, first=first, following=following)


_OF_PEOPLE = _statement("person_id", "true")
_OF_NOBODY = _statement("account_id", "e.person_id IS NULL")
