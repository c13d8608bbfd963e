"""What this app keeps of people who are to be forgotten. What an account used stays, and can still be counted anew.

Of an event remains that it happened in the account, and what a meter reads of it: a number that is summed, a value that
staff themselves named in a condition, and of a value that is told apart only its digest.
"""

import json
from collections.abc import Sequence
from typing import Any

from people_app.names import Key
from signals_app import back_tests, others_evidence, paths, unnoticed, usage, values
from signals_app.models import Answer, Event, Lookup, Meter, Score, SegmentMember, Signal, Ticket
from signals_app.models.meter import Aggregate
from upsell_project.lib import bulk

CHUNK = 1_000
SHORT = 6


def forget(
    person_ids: Sequence[int], home: int | None, names: Sequence[Key], addresses: Sequence[str]
) -> list[int]:
    """Empty their events (those that named no account count for `home` as before), signals, tickets and look-ups, take
    them out of all segments, drop their answers and the scores of their own account, and empty what was refused and
    holds one of their names or addresses.

    Returns the signals of colleagues from which their words went.

    No recount runs until the transaction ends: half of it done would be counted twice or not at all.
    """
    counted: dict[str, list[Meter]] = {}
    for meter in usage.meters():
        counted.setdefault(meter.event, []).append(meter)
    bulk.run(_UNSEE, list(person_ids))
    texts, patterns = _traces(names, addresses)
    bulk.run(_BLANK, patterns, texts)
    resting = others_evidence.forget(person_ids)
    bulk.select(_EMPTY, home, list(person_ids), sorted(counted))
    while rows := list(Event.objects.filter(person__in=person_ids).order_by("pk")[:CHUNK]):
        for event in rows:
            event.properties = kept(event.properties, counted.get(event.name, ()))
            event.person_id = event.identity_id = None
            event.account_id = event.account_id or home
        Event.objects.bulk_update(rows, ["properties", "person", "identity_id", "account"])
    Signal.objects.filter(person__in=person_ids).update(evidence={})
    Ticket.objects.filter(person__in=person_ids).update(person=None)
    SegmentMember.objects.filter(person__in=person_ids).delete()
    Answer.objects.filter(person__in=person_ids).delete()
    bulk.run(_ASK_NO_MORE, list(person_ids))
    Score.objects.filter(account__personal_of__in=person_ids).delete()
    back_tests.forget(person_ids)
    unnoticed.moved()
    for kind, value in names:
        Lookup.objects.filter(source__kind=kind.partition("_")[0], object_id=value).delete()
    return resting


def _traces(names: Sequence[Key], addresses: Sequence[str]) -> tuple[list[str], list[str]]:
    """Texts in lower case, and patterns. An id that is a short word or number only counts where it is a whole value:
    an innocent text that is blanked is a smaller harm than a name that stays."""
    ids = {value.lower() for _, value in names}
    short = {value for value in ids if len(value) < SHORT}
    found = {address.lower() for address in addresses} | (ids - short)
    found |= {form for value in short for form in (json.dumps(value), f">{value}<", f"={value}&")}
    numbers = [value for value in sorted(short) if value.isascii() and value.isdigit()]
    return sorted(found), [rf'"\w*id"\s*:\s*{value}\M' for value in numbers]


def kept(properties: dict[str, Any], meters: Sequence[Meter]) -> dict[str, Any]:
    """What these meters need of an event, by path."""
    found: dict[str, Any] = {}
    for meter in meters:
        for path, wanted in meter.where.items():
            if paths.same(paths.read(properties, path), wanted):
                found[path] = wanted
    for meter in sorted(meters, key=lambda one: one.aggregate == Aggregate.DISTINCT):
        value = paths.read(properties, meter.property) if meter.property else None
        if meter.aggregate == Aggregate.DISTINCT and (name := values.digest(value)):
            found.setdefault(meter.property, {values.ERASED: name})
        elif meter.aggregate in (Aggregate.SUM, Aggregate.LAST) and values.amount(value) is not None:
            found.setdefault(meter.property, value)
    return found


# What is called as only they called it. What others send as well is seen again with their next event.
_UNSEE = """
WITH own AS MATERIALIZED (
    SELECT e.source_id, e.name, k.key, max(e.received_at) AS at FROM signals_app_event e
    LEFT JOIN LATERAL jsonb_object_keys(e.properties) AS k(key) ON true
    WHERE e.person_id = ANY(%s) AND e.kind = 'track' GROUP BY 1, 2, 3
) DELETE FROM signals_app_seenproperty WHERE id IN (
    SELECT s.id FROM signals_app_seenproperty s WHERE EXISTS (
        SELECT FROM own WHERE (own.source_id, own.name) = (s.source_id, s.name)
            AND (s.path = '' OR s.path = own.key OR starts_with(s.path, own.key || '.'))
            AND s.last_seen_at < own.at + interval '7 days')
    ORDER BY source_id, name, path FOR UPDATE)
"""
# What is asked just now, with people locked behind it, is gone after that.
_ASK_NO_MORE = """
DELETE FROM signals_app_askagain WHERE id IN
    (SELECT id FROM signals_app_askagain WHERE person_id = ANY(%s) FOR UPDATE SKIP LOCKED)
"""
_BLANK = """
UPDATE signals_app_rejectedevent SET payload = '' WHERE payload <> '' AND (payload ~* ANY(%s::text[])
    OR EXISTS (SELECT FROM unnest(%s::text[]) AS t(text) WHERE strpos(lower(payload), t.text) > 0))
"""
_EMPTY = """
UPDATE signals_app_event SET person_id = NULL, identity_id = NULL, account_id = coalesce(account_id, %s),
    name = CASE WHEN name ~ '[^ @]@[^ @]' THEN '' ELSE name END, properties = '{}'
WHERE person_id = ANY(%s) AND name <> ALL(%s) RETURNING 1
"""
