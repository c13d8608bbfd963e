"""Does a definition find as many as it usually does? Far more is a flood, far fewer a source that broke or a rule that
was edited. What is unusual: `unusual`, `beginnings`.

One statement for the past of all definitions, three for those that are young; looked at once an hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from signals_app import beginnings, unusual
from signals_app.models import SignalAlert, SignalDefinition
from signals_app.unusual import DAY, Unusual
from upsell_project.lib import baseline, bulk, clock

EVERY = timedelta(hours=1)
HISTORY = DAY * baseline.WEEK * (baseline.WEEKS + 1)
_TURN = "signal-alerts"


def look() -> None:
    """Open and close alerts, at most once an hour however many ask."""
    if bulk.select(_MY_TURN, _TURN, _TURN, clock.real(), clock.real() - EVERY):
        check(clock.now())


def check(now: datetime) -> list[SignalAlert]:
    """Open an alert where something is unusual, close those that are over or turned round; returns the new ones."""
    live = list(SignalDefinition.objects.filter(live=True).order_by("pk"))
    found = _unusual(live, now)
    over = ~Q(definition__in=found)
    for pk, one in found.items():
        over |= Q(definition=pk) & ~Q(evidence__turn=one.turn)
    SignalAlert.objects.filter(over, closed_at=None).update(closed_at=now)
    opened = (_open(pk, one, now) for pk, one in found.items())
    return [alert for alert in opened if alert]


def open_alerts(definition: SignalDefinition | None = None) -> list[SignalAlert]:
    """What is unusual now, newest first."""
    rows = SignalAlert.objects.filter(closed_at=None).select_related("definition")
    return list(
        (rows.filter(definition=definition) if definition else rows).order_by("-opened_at", "-pk")[:100]
    )


def _evidence(found: Unusual) -> dict[str, Any]:
    return {**asdict(found), "day": found.day.isoformat()}


def _unusual(live: Sequence[SignalDefinition], now: datetime) -> dict[int, Unusual]:
    """By definition. What a version that was back-tested finds in its first days is judged by that, as staff saw it."""
    counts, today = _counts(now), now.date()
    past = {one.pk: unusual.by_past(counts[one.pk], today) for one in live}
    young = [one for one in live if unusual.young(counts[one.pk], today)]
    floods = [one for one in live if (found := past[one.pk]) and found.turn == "spike"]
    past.update(beginnings.judged(young, floods, now))
    return {pk: found for pk, found in past.items() if found}


def _counts(now: datetime) -> dict[int, dict[date, int]]:
    since = datetime.combine(now.date() - HISTORY, time.min, UTC)
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for definition, day, count in bulk.select(_COUNTS, since, now):
        found[definition][day] = count
    return found


def _open(definition: int, found: Unusual, now: datetime) -> SignalAlert | None:
    """None when it is open already, or another worker was first."""
    rows = bulk.select(_OPEN, definition, now, bulk.json(_evidence(found)))
    return SignalAlert.objects.select_related("definition").get(pk=rows[0][0]) if rows else None


def claim_untold(at: datetime) -> list[SignalAlert]:
    """Those that staff were not told of: from here on they are."""
    rows: Iterable[tuple[int]] = bulk.select(_CLAIM, bulk.json({"told_at": at}))
    ids = [id for (id,) in rows]
    return list(SignalAlert.objects.filter(pk__in=ids).select_related("definition").order_by("pk"))


# The heartbeat is what only one worker can renew.
_MY_TURN = """
INSERT INTO upsell_lib_heartbeat AS h (name, kind, at) VALUES (%s, %s, %s)
ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE h.at <= %s RETURNING 1
"""
_COUNTS = """
SELECT definition_id, (detected_at AT TIME ZONE 'UTC')::date, count(*) FROM signals_app_signal
WHERE detected_at >= %s AND detected_at <= %s GROUP BY 1, 2
"""
_OPEN = """
INSERT INTO signals_app_signalalert (definition_id, opened_at, evidence) VALUES (%s, %s, %s)
ON CONFLICT (definition_id) WHERE closed_at IS NULL DO NOTHING RETURNING id
"""
_CLAIM = """
UPDATE signals_app_signalalert SET evidence = evidence || %s::jsonb
WHERE closed_at IS NULL AND NOT evidence ? 'told_at' RETURNING id
"""
