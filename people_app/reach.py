"""Where people are reached: the contact points, taken once for all who change, then written."""

from collections.abc import Collection, Iterable, Mapping

from people_app.models import Channel, ContactPoint
from people_app.sayings import Saying
from upsell_project.lib import bulk

Points = dict[tuple[int, str], str]
"""Addresses by person and channel."""


def held(person_ids: Collection[int]) -> Points:
    """Lock all contact points of these people; where they are reached now."""
    if not person_ids:
        return {}
    sql = (
        "SELECT person_id, channel, address FROM people_app_contactpoint WHERE person_id = ANY(%s)"
        " ORDER BY id FOR UPDATE"
    )
    return {(person, channel): address for person, channel, address in bulk.select(sql, sorted(person_ids))}


def turned(before: Points, person_ids: Collection[int], united: Collection[int] = ()) -> set[tuple[str, str]]:
    """(channel, address) that these people have now and had not, or had and have not; and all of who were united."""
    if not person_ids:
        return set()
    rows = ContactPoint.objects.filter(person__in=person_ids).values_list("person_id", "channel", "address")
    after = {(person, channel): address for person, channel, address in rows}
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    changed |= {key for key in before if key[0] in united}
    both = {(key[1], where[key]) for where in (before, after) for key in changed & where.keys()}
    return {(channel, address) for channel, address in both if address}


def leave(gone: Mapping[int, Collection[str]]) -> None:
    """Forget where these people were reached, by channel: it was said under a name that is somebody else's now."""
    bulk.execute(
        "DELETE FROM people_app_contactpoint c USING json_to_recordset(%s) AS r(person bigint, channel text)"
        " WHERE (c.person_id, c.channel) = (r.person, r.channel)",
        [
            {"person": person, "channel": channel}
            for person, channels in sorted(gone.items())
            for channel in sorted(channels)
        ],
    )


def at(said: Mapping[tuple[int, str], Saying]) -> None:
    """Reach people there, by person and channel; a changed address is alive again, and so is a device that was used
    since it was found dead."""
    bulk.execute(
        _REACH,
        [
            {"person": person, "channel": channel, "address": one.value, "at": one.at}
            for (person, channel), one in sorted(said.items())
        ],
    )


def elsewhere(points: Iterable[ContactPoint]) -> set[int]:
    """Those of these whose device somebody else used later, or in the same minute: what is pushed there, they would
    read."""
    ids = sorted(point.pk for point in points if point.channel == Channel.PUSH and point.address)
    return {row[0] for row in bulk.select(_ELSEWHERE, ids)} if ids else set()


def carry(winner: int, loser: int) -> None:
    """Two people are one: of two addresses on one channel the newer one is where they are."""
    own = {point.channel: point for point in ContactPoint.objects.filter(person=winner)}
    for point in ContactPoint.objects.filter(person=loser).order_by("pk"):
        kept = own.get(point.channel)
        if kept is None:
            ContactPoint.objects.filter(pk=point.pk).update(person=winner)
        elif point.address and (point.changed_at, point.address) > (kept.changed_at, kept.address):
            fields = {name: getattr(point, name) for name in ("address", "changed_at", "dead_at")}
            ContactPoint.objects.filter(pk=kept.pk).update(**fields)


def drop(person_ids: Collection[int]) -> None:
    """What was said under the name that they lost tells where they are."""
    if person_ids:
        ContactPoint.objects.filter(person__in=person_ids).delete()


_REACH = """
INSERT INTO people_app_contactpoint (person_id, channel, address, changed_at)
SELECT person, channel, address, at
FROM json_to_recordset(%s) AS r(person bigint, channel text, address text, at timestamptz)
ON CONFLICT (person_id, channel) DO UPDATE SET address = excluded.address, changed_at = excluded.changed_at,
    dead_at = CASE WHEN people_app_contactpoint.address = excluded.address AND (excluded.channel <> 'push'
        OR excluded.changed_at <= people_app_contactpoint.dead_at) THEN people_app_contactpoint.dead_at END
    WHERE (people_app_contactpoint.address, people_app_contactpoint.changed_at)
        IS DISTINCT FROM (excluded.address, excluded.changed_at)
"""
_ELSEWHERE = """
SELECT p.id FROM people_app_contactpoint p WHERE p.id = ANY(%s) AND EXISTS (
    SELECT FROM people_app_contactpoint o JOIN people_app_person q ON q.id = o.person_id AND q.merged_into_id IS NULL
    WHERE (o.channel, o.address) = (p.channel, p.address) AND o.person_id <> p.person_id
    AND o.changed_at >= p.changed_at)
"""
