"""Which event names and property paths really come in, for the pickers of the admin. Names only, never a value.

Each process remembers what it saw and writes it at most once a minute: what is lost with a process comes again.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from signals_app.incoming import Incoming
from upsell_project.lib import bulk, clock

SECONDS = 60.0
MOST_SHAPES = 2_000
MOST_PATHS = 60
MOST_ROWS = 20_000
DEEPEST = 4
FORGOTTEN_AFTER = timedelta(days=90)
# An address or a telephone number in the name of an event.
_PERSONAL = re.compile(r"[^\s@]@[^\s@]|\d[\d ()/-]{7,}\d")
# A key that is an address, a number or a text is data, not a name.
_KEY = re.compile(r"[A-Za-z_$][\w $:/-]{0,59}", re.ASCII)

Shape = tuple[int, str, frozenset[str]]
_seen: dict[Shape, list[tuple[str, str]]] = {}
_written = float("-inf")


def note(source_id: int, items: Iterable[Incoming]) -> None:
    """Remember what track calls of a source are called and hold; one of each shape a minute is looked into.

    Any thread may note, one at a time."""
    for item in items:
        if item.kind != "track":
            continue
        shape = (source_id, item.name, frozenset(item.properties))
        if shape not in _seen and len(_seen) < MOST_SHAPES and not _PERSONAL.search(item.name):
            _seen[shape] = [("", ""), *_some(_paths(item.properties, "", DEEPEST))]


def keep() -> None:
    """Write what was seen if it is time, on its own after the transaction: rows that all workers write are locked for
    no longer than that takes."""
    if _seen and time.monotonic() - _written > SECONDS:
        transaction.on_commit(flush, robust=True)


def flush() -> None:
    """Write what was seen."""
    global _seen, _written
    _written = time.monotonic()
    seen, _seen = _seen, {}
    rows = {(source, name, path): kind for (source, name, _), found in seen.items() for path, kind in found}
    now = clock.now()
    known = bulk.select("SELECT count(*) FROM signals_app_seenproperty")[0][0]
    records = [
        {"source": source, "name": name, "path": path, "type": rows[source, name, path], "at": now}
        for source, name, path in sorted(rows)
    ]
    bulk.execute(_KEEP if known < MOST_ROWS else _TOUCH, records)
    bulk.select(
        "DELETE FROM signals_app_seenproperty WHERE last_seen_at < %s RETURNING 1", now - FORGOTTEN_AFTER
    )


def forget() -> None:
    """Drop what is not written yet, and write at the next chance."""
    global _written
    _seen.clear()
    _written = float("-inf")


def _some(found: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return (pair for pair, _ in zip(found, range(MOST_PATHS), strict=False))


def _paths(value: Any, path: str, levels: int) -> Iterator[tuple[str, str]]:
    """(path, type) of every value below; of a list only what its first entry looks like."""
    if isinstance(value, Mapping) and levels:
        for key, inner in value.items():
            if _KEY.fullmatch(key):
                yield from _paths(inner, f"{path}.{key}" if path else key, levels - 1)
    elif path:
        yield path, _type(value)
        if isinstance(value, list) and value and levels:
            yield from _paths(value[0], f"{path}.0", levels - 1)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {str: "text", list: "list", type(None): "null"}.get(type(value), "object")


_ROWS = "FROM json_to_recordset(%s) AS r(source bigint, name text, path text, type text, at timestamptz)"
_KEEP = f"""
INSERT INTO signals_app_seenproperty (source_id, name, path, type, last_seen_at)
SELECT source, left(name, 200), left(path, 200), type, at {_ROWS}
ON CONFLICT (source_id, name, path) DO UPDATE SET type = excluded.type, last_seen_at = excluded.last_seen_at
"""
_TOUCH = f"""
UPDATE signals_app_seenproperty s SET type = r.type, last_seen_at = r.at {_ROWS}
WHERE s.source_id = r.source AND s.name = r.name AND s.path = r.path
"""
