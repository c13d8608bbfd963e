"""What this app keeps of people who are to be forgotten. What an account used stays, and can still be counted anew.

Of an event remains that it happened in the account, and what a meter reads of it: a number that is summed, a value that
staff themselves named in a condition, and of a value that is told apart only its digest.
"""

from collections.abc import Sequence
from typing import Any

from people_app.names import Key
from signals_app import paths, usage, values
from signals_app.models import Event, Lookup, Meter, Signal, Ticket
from signals_app.models.meter import Aggregate
from upsell_project.lib import bulk

CHUNK = 1_000


def forget(person_ids: Sequence[int], home: int | None, names: Sequence[Key]) -> None:
    """Empty their events (those that named no account count for `home` as before), signals, tickets and look-ups.

    No recount runs until the transaction ends: half of it done would be counted twice or not at all.
    """
    counted: dict[str, list[Meter]] = {}
    for meter in usage.meters():
        counted.setdefault(meter.event, []).append(meter)
    bulk.select(_EMPTY, home, list(person_ids), sorted(counted))
    while rows := list(Event.objects.filter(person__in=person_ids).order_by("pk")[:CHUNK]):
        for event in rows:
            event.properties = kept(event.properties, counted.get(event.name, ()))
            event.person_id = event.identity_id = None
            event.account_id = event.account_id or home
        Event.objects.bulk_update(rows, ["properties", "person", "identity_id", "account"])
    Signal.objects.filter(person__in=person_ids).update(evidence={})
    Ticket.objects.filter(person__in=person_ids).update(person=None)
    for kind, value in names:
        Lookup.objects.filter(source__kind=kind.partition("_")[0], object_id=value).delete()


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


_EMPTY = """
UPDATE signals_app_event SET person_id = NULL, identity_id = NULL, account_id = coalesce(account_id, %s),
    properties = '{}'
WHERE person_id = ANY(%s) AND name <> ALL(%s) RETURNING 1
"""
