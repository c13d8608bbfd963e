"""Does a definition find as many as it usually does on this weekday? Far more is a flood, far fewer a source that broke
or a rule that was edited.

Days are UTC. Yesterday is compared as a whole; today may only be too much, as it is not over. One statement for all
definitions; looked at once an hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from signals_app.models import SignalAlert, SignalDefinition
from upsell_project.lib import baseline, bulk, clock
from upsell_project.lib.baseline import Change

EVERY = timedelta(hours=1)
DAY = timedelta(days=1)
HISTORY = DAY * baseline.WEEK * (baseline.WEEKS + 1)
_TURN = "signal-alerts"


def look() -> None:
    """Open and close alerts, at most once an hour however many ask."""
    if bulk.select(_MY_TURN, _TURN, _TURN, clock.real(), clock.real() - EVERY):
        check(clock.now())


def check(now: datetime) -> list[SignalAlert]:
    """Open an alert where something is unusual, close those that are over; returns the newly opened ones."""
    live = list(SignalDefinition.objects.filter(live=True).order_by("pk"))
    counts = _counts(now)
    unusual = {one.pk: found for one in live if (found := _unusual(counts[one.pk], now.date()))}
    SignalAlert.objects.filter(closed_at=None).exclude(definition__in=unusual).update(closed_at=now)
    opened = (_open(pk, found, now) for pk, found in unusual.items())
    return [alert for alert in opened if alert]


def open_alerts(definition: SignalDefinition | None = None) -> list[SignalAlert]:
    """What is unusual now, newest first."""
    rows = SignalAlert.objects.filter(closed_at=None).select_related("definition")
    return list(
        (rows.filter(definition=definition) if definition else rows).order_by("-opened_at", "-pk")[:100]
    )


@dataclass(frozen=True, slots=True)
class Unusual:
    day: date
    change: Change

    @property
    def evidence(self) -> dict[str, Any]:
        change = self.change
        return {
            "turn": change.verdict,
            "day": self.day.isoformat(),
            "found": int(change.observed),
            "expected": change.expected,
            "usual": [round(bound, 1) for bound in change.usual] if change.usual else None,
            "sentence": self.sentence,
        }

    @property
    def sentence(self) -> str:
        change = self.change
        low, high = change.usual or (0.0, 0.0)
        advice = (
            "Look at what it found, and whether its rule, a mapping or a sender was changed."
            if change.verdict == "spike"
            else "Look whether its events still come and whether its rule or a mapping was changed."
        )
        return (
            f"It found {change.observed:,.0f} on {self.day:%A, %Y-%m-%d}; by its own weekdays {low:,.0f} to"
            f" {high:,.0f} are usual. {advice}"
        )


def _unusual(counts: Mapping[date, int], today: date) -> Unusual | None:
    """Today first: a flood is urgent."""
    for day, whole in ((today, False), (today - DAY, True)):
        change = baseline.change(counts.items(), day, "day", whole=whole)
        if change.verdict in ("spike", "drop"):
            return Unusual(day, change)
    return None


def _counts(now: datetime) -> dict[int, dict[date, int]]:
    since = datetime.combine(now.date() - HISTORY, time.min, UTC)
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for definition, day, count in bulk.select(_COUNTS, since, now):
        found[definition][day] = count
    return found


def _open(definition: int, found: Unusual, now: datetime) -> SignalAlert | None:
    """None when it is open already, or another worker was first."""
    rows = bulk.select(_OPEN, definition, now, bulk.json(found.evidence))
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
