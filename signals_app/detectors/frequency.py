"""N events in a window. Config: `{"event": "Feature Used", "where": {"tier": "premium"}, "count": 5, "days": 14}`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from signals_app.detectors.base import Batch, Evidence, Finding
from signals_app.ingest import Stored
from signals_app.models import Signal, SignalDefinition
from upsell_project.lib import bulk


def find(definitions: Sequence[SignalDefinition], batch: Batch, now: datetime) -> list[Finding]:
    return [finding for definition in definitions for finding in _find(definition, batch, now)]


def refresh(signals: Sequence[Signal], now: datetime) -> Mapping[int, Evidence | None]:
    """What was done stays done: the evidence holds for the signal's own lifetime."""
    return {signal.pk: signal.evidence for signal in signals}


def _find(definition: SignalDefinition, batch: Batch, now: datetime) -> list[Finding]:
    named = batch.by_name.get(definition.config["event"], ())
    people = {one.person_id: one for one in named if one.person_id and _matches(definition.config, one)}
    if not people:
        return []
    config = definition.config
    rows = bulk.select(
        _COUNT,
        [*people],
        config["event"],
        now - timedelta(days=config["days"]),
        bulk.json(config.get("where", {})),
        config["count"],
        definition.pk,
        now - timedelta(hours=max(definition.cooldown_hours, definition.lifetime_hours)),
    )
    return [_finding(definition, people[person], count, event_ids, now) for person, count, event_ids in rows]


def _matches(config: Mapping[str, Any], one: Stored) -> bool:
    properties = one.item.properties
    return all(properties.get(name) == value for name, value in config.get("where", {}).items())


def _finding(
    definition: SignalDefinition, one: Stored, count: int, event_ids: list[int], now: datetime
) -> Finding:
    evidence = {
        "event": definition.config["event"],
        "feature": str(one.item.properties.get("feature", "")),
        "count": count,
        "days": definition.config["days"],
        "event_ids": event_ids[:20],
        "measured_at": now.isoformat(),
    }
    key = f"{definition.slug}:{one.person_id}:{event_ids[0]}"
    return Finding(definition, one.person_id, one.account_id, evidence, key)


# The people who reach the count and for whom this was not found lately; newest event first. Those for whom it was are
# left out before anything is counted: they are the ones who did much. No upper bound: nothing happened after its
# receipt, and a web host whose clock is ahead must not hide the event that completes the count.
_COUNT = """
SELECT person, found.count, found.ids FROM unnest(%s::bigint[]) AS person
CROSS JOIN LATERAL (
    SELECT count(*), array_agg(e.id ORDER BY e.occurred_at DESC) AS ids FROM signals_app_event e
    WHERE e.person_id = person AND e.name = %s AND e.occurred_at > %s AND e.kind = 'track' AND e.properties @> %s
) found
WHERE found.count >= %s AND NOT EXISTS (SELECT 1 FROM signals_app_signal s
    WHERE s.definition_id = %s AND s.person_id = person AND s.detected_at > %s)
ORDER BY person
"""
