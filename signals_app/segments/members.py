"""Who is in a segment: put in, taken out, counted. Only people with a name are, who were neither erased nor merged."""

from collections.abc import Collection, Sequence
from datetime import datetime

from upsell_project.lib import bulk

COUNTED_EXACTLY = 10_000


def alive(person_ids: Collection[int]) -> list[int]:
    """Those of them who may be in a segment."""
    rows = bulk.select(
        f"SELECT id FROM people_app_person WHERE id = ANY(%s) AND {_ALIVE}", sorted(person_ids)
    )
    return [person for (person,) in rows]


def following(upto: int, most: int) -> list[int]:
    """The next people after this key who may be in a segment, in the order of their keys."""
    rows = bulk.select(_FOLLOWING, upto, most)
    return [person for (person,) in rows]


def among(segment_ids: Collection[int], person_ids: Collection[int]) -> dict[int, set[int]]:
    """By segment, who of these people is in it."""
    found: dict[int, set[int]] = {segment: set() for segment in segment_ids}
    for segment, person in bulk.select(_AMONG, sorted(segment_ids), sorted(person_ids)):
        found[segment].add(person)
    return found


def between(segment_id: int, after: int, upto: int | None) -> set[int]:
    """Who is in it with a key after `after` and up to `upto`; None: whatever comes."""
    return {person for (person,) in bulk.select(_BETWEEN, segment_id, after, upto, upto)}


def add(segment_id: int, person_ids: Collection[int], now: datetime, added_by: str = "") -> set[int]:
    """Those who are new in it; whoever was in it keeps their `since`."""
    if not person_ids:
        return set()
    return {person for (person,) in bulk.select(_ADD, segment_id, now, added_by, sorted(person_ids))}


def remove(segment_id: int, person_ids: Collection[int]) -> set[int]:
    """Those who were in it."""
    if not person_ids:
        return set()
    return {person for (person,) in bulk.select(_REMOVE, segment_id, sorted(person_ids))}


def empty(segment_id: int, most: int) -> int:
    """Take out so many of whoever is in it; return how many."""
    return len(bulk.select(_EMPTY, segment_id, most))


def count(segment_id: int) -> int:
    """Everybody, one by one."""
    return int(
        bulk.select("SELECT count(*) FROM signals_app_segmentmember WHERE segment_id = %s", segment_id)[0][0]
    )


def counts(segment_ids: Sequence[int]) -> dict[int, int]:
    """How many are in each; beyond 10,000 what was last counted, if that is more."""
    return {pk: max(few, counted) if few > COUNTED_EXACTLY else few for pk, few, counted in _few(segment_ids)}


def _few(segment_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    return [
        (pk, few, counted) for pk, few, counted in bulk.select(_COUNTS, COUNTED_EXACTLY + 1, [*segment_ids])
    ]


_ALIVE = "user_id IS NOT NULL AND erased_at IS NULL AND merged_into_id IS NULL"
_FOLLOWING = f"SELECT id FROM people_app_person WHERE id > %s AND {_ALIVE} ORDER BY id LIMIT %s"
_AMONG = """
SELECT segment_id, person_id FROM signals_app_segmentmember WHERE segment_id = ANY(%s) AND person_id = ANY(%s)
"""
_BETWEEN = """
SELECT person_id FROM signals_app_segmentmember
WHERE segment_id = %s AND person_id > %s AND (%s::bigint IS NULL OR person_id <= %s)
"""
# In one order by everybody: two workers that put the same people in wait for each other, never in a circle.
_ADD = f"""
INSERT INTO signals_app_segmentmember (segment_id, person_id, since, added_by)
SELECT s.id, p.id, s.now, s.added_by FROM (SELECT %s::bigint AS id, %s::timestamptz AS now, %s AS added_by) s,
    (SELECT id FROM people_app_person WHERE id = ANY(%s) AND {_ALIVE} ORDER BY id) p
ON CONFLICT (segment_id, person_id) DO NOTHING RETURNING person_id
"""
_REMOVE = """
DELETE FROM signals_app_segmentmember WHERE id IN (SELECT id FROM signals_app_segmentmember
    WHERE segment_id = %s AND person_id = ANY(%s) ORDER BY person_id FOR UPDATE) RETURNING person_id
"""
_EMPTY = """
DELETE FROM signals_app_segmentmember WHERE id IN
    (SELECT id FROM signals_app_segmentmember WHERE segment_id = %s LIMIT %s) RETURNING 1
"""
_COUNTS = """
SELECT s.id, (SELECT count(*) FROM (SELECT FROM signals_app_segmentmember m WHERE m.segment_id = s.id LIMIT %s) few),
    s.counted FROM signals_app_segment s WHERE s.id = ANY(%s)
"""
