"""Is each source doing what it usually does? Counted per hour, compared with the same hour of the last four weeks."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median_low
from typing import NamedTuple

from django.db.models import F, Q

from signals_app.ingest import Opened
from signals_app.models import Source, SourceAlert, SourceHour
from upsell_project.lib import bulk, clock

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
WEEKS, FEWEST_WEEKS = 4, 2
EXPECTED = 20
"""Nothing came while at least so many events were due: below that, a quiet hour is only chance."""
PAUSE = timedelta(minutes=15)
DRIFT = 2
"""Hours by which a nightly batch may come later than it used to."""
WINDOW = timedelta(hours=2)
MANY_REJECTED, MANY_REFUSED = 20, 5
REJECTED_SHARE, REFUSED_SHARE = 0.2, 0.1

Kind = SourceAlert.Kind
Sentences = dict[tuple[int, str], str]


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def count(opened: Sequence[Opened]) -> None:
    """Add what these envelopes held to their sources' hours: one statement a batch, the last before the commit,
    because all workers meet at these rows."""
    sums: dict[tuple[int, datetime], Counter[str]] = defaultdict(Counter)
    for one in opened:
        found = sums[one.source.pk, hour_of(one.envelope.received_at)]
        found.update(accepted=len(one.items), rejected=len(one.rejected))
    _add((source, hour, found) for (source, hour), found in sorted(sums.items(), key=lambda pair: pair[0]))


def signature_failed(source_id: int) -> None:
    """A request that claims to come from this source could not prove it."""
    Source.objects.filter(pk=source_id).update(signature_failures=F("signature_failures") + 1)
    _add([(source_id, hour_of(clock.now()), Counter(refused=1))])


def _add(sums: Iterable[tuple[int, datetime, Counter[str]]]) -> None:
    bulk.execute(_ADD, [{"source": source, "hour": hour, **found} for source, hour, found in sums])


_ADD = (
    " INSERT INTO signals_app_sourcehour AS h (source_id, hour, accepted, rejected, refused)"
    " SELECT source, hour, coalesce(accepted, 0), coalesce(rejected, 0), coalesce(refused, 0)"
    " FROM json_to_recordset(%s)"
    " AS r(source bigint, hour timestamptz, accepted bigint, rejected bigint, refused bigint)"
    " ON CONFLICT (source_id, hour) DO UPDATE SET accepted = h.accepted + excluded.accepted,"
    " rejected = h.rejected + excluded.rejected, refused = h.refused + excluded.refused"
)


class Counts(NamedTuple):
    """Of one hour."""

    accepted: int = 0
    rejected: int = 0
    refused: int = 0

    @property
    def came(self) -> int:
        """The rejected ones too: they also show that the source lives."""
        return self.accepted + self.rejected


@dataclass(slots=True)
class History:
    """The hours of one source that are known."""

    hours: dict[datetime, Counts] = field(default_factory=dict)

    @property
    def began(self) -> datetime | None:
        return min(self.hours, default=None)

    def of(self, hour: datetime) -> Counts:
        return self.hours.get(hour, Counts())

    def usual(self, hour: datetime) -> int | None:
        """The median of this hour of the week; None while fewer than two weeks are known."""
        began = self.began
        weeks = [hour - WEEK * back for back in range(1, WEEKS + 1)]
        known = [self.of(then).came for then in weeks if began is not None and began <= then]
        return median_low(known) if len(known) >= FEWEST_WEEKS else None

    def steady(self, hour: datetime) -> int:
        """What this hour brings even if everything came an hour earlier or later: daylight saving, drifting jobs."""
        return min(self.usual(hour + HOUR * by) or 0 for by in (-1, 0, 1))

    def due(self, since: datetime, now: datetime) -> float:
        """How many events should have come between the two moments."""
        hours = list(_hours(hour_of(since), now))
        steadily = sum(self.steady(hour) * _share(hour, since, now) for hour in hours)
        over = [hour for hour in hours if hour > since and hour + HOUR * (1 + DRIFT) <= now]
        return max(steadily, sum(self.usual(hour) or 0 for hour in over))


def _hours(first: datetime, last: datetime) -> Iterable[datetime]:
    while first < last:
        yield first
        first += HOUR


def _share(hour: datetime, since: datetime, now: datetime) -> float:
    """The part of this hour that lies between the two moments."""
    return max((min(hour + HOUR, now) - max(hour, since)) / HOUR, 0.0)


def histories(source_ids: Collection[int], since: datetime) -> dict[int, History]:
    """What each of these sources sent since then."""
    return _read(source_ids, Q(hour__gte=hour_of(since)))


def compared(source_ids: Collection[int], now: datetime, span: int) -> dict[int, History]:
    """The last `span` hours, and the same hours of the weeks before."""
    last = [hour_of(now) - HOUR * back for back in range(span)]
    return _read(source_ids, Q(hour__in=[hour - WEEK * week for hour in last for week in range(WEEKS + 1)]))


def _read(source_ids: Collection[int], which: Q) -> dict[int, History]:
    found: dict[int, History] = {pk: History() for pk in source_ids}
    rows = SourceHour.objects.filter(which, source__in=source_ids)
    for source, hour, *counts in rows.values_list("source_id", "hour", "accepted", "rejected", "refused"):
        found[source].hours[hour] = Counts(*counts)
    return found


def check(now: datetime) -> list[SourceAlert]:
    """Open an alert where something is wrong, close those that are over, and return the newly opened ones."""
    sources = {source.pk: source for source in Source.objects.filter(active=True)}
    wrong = _wrong(list(sources.values()), now)
    known = list(SourceAlert.objects.filter(closed_at=None))
    over = [alert.pk for alert in known if _is_over(alert, sources.get(alert.source_id), wrong)]
    SourceAlert.objects.filter(pk__in=over, closed_at=None).update(closed_at=now)
    new = sorted(wrong.keys() - {(alert.source_id, alert.kind) for alert in known})
    opened = [_open(source, kind, wrong[source, kind], now) for source, kind in new]
    return [alert for alert in opened if alert]


def _is_over(alert: SourceAlert, source: Source | None, wrong: Sentences) -> bool:
    """Silence ends with the next event, not when it has lasted so long that it became usual."""
    if source is None:
        return True
    if alert.kind == Kind.SILENT:
        return bool(source.last_seen_at and source.last_seen_at > alert.opened_at)
    return (alert.source_id, alert.kind) not in wrong


def _open(source: int, kind: str, sentence: str, now: datetime) -> SourceAlert | None:
    """None when another dispatcher was first."""
    rows = bulk.select(
        "INSERT INTO signals_app_sourcealert (source_id, kind, sentence, opened_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (source_id, kind) WHERE closed_at IS NULL DO NOTHING RETURNING id",
        source,
        kind,
        sentence[:300],
        now,
    )
    return SourceAlert.objects.select_related("source").get(pk=rows[0][0]) if rows else None


def _wrong(sources: Sequence[Source], now: datetime) -> Sentences:
    """What is wrong now, by source and kind, as a sentence for staff."""
    return _silent(sources, now) | _refusing(sources, now) | _unreachable(sources)


def _silent(sources: Sequence[Source], now: datetime) -> Sentences:
    quiet = {s.pk: s.last_seen_at for s in sources if s.last_seen_at and now - s.last_seen_at >= PAUSE}
    past = histories(quiet, now - WEEK * (WEEKS + 2))
    found: Sentences = {}
    for pk, seen in quiet.items():
        since = max(seen, now - WEEK)
        due = past[pk].due(since, now)
        if due >= EXPECTED:
            found[pk, Kind.SILENT] = (
                f"Nothing has come since {seen:%Y-%m-%d %H:%M} UTC. By the last weeks about {due:,.0f} events"
                " should have come. Look whether the sender still runs and its key or address is unchanged."
            )
    return found


def _refusing(sources: Sequence[Source], now: datetime) -> Sentences:
    found: Sentences = {}
    recent = histories([source.pk for source in sources], now - WINDOW + HOUR)
    for pk, past in recent.items():
        accepted, rejected, refused = (
            sum(getattr(row, name) for row in past.hours.values())
            for name in ("accepted", "rejected", "refused")
        )
        if rejected >= MANY_REJECTED and rejected >= REJECTED_SHARE * (accepted + rejected):
            found[pk, Kind.REJECTING] = (
                f"{rejected:,} of {accepted + rejected:,} items of the last two hours were rejected."
                " Live events says which field is wrong and what to change."
            )
        if refused >= MANY_REFUSED and refused >= REFUSED_SHARE * (accepted + refused):
            found[pk, Kind.SIGNATURE] = (
                f"{refused:,} requests of the last two hours had a missing, wrong or stale signature."
                " Compare the signing secret with the provider's, and the clocks."
            )
    return found


def _unreachable(sources: Sequence[Source]) -> Sentences:
    said = {source.pk: str(getattr(source, "lookup_error", "") or "") for source in sources}
    return {(pk, Kind.CONNECTION): error for pk, error in said.items() if error}


def open_alerts(source: Source | None = None) -> list[SourceAlert]:
    """What is wrong now, newest first."""
    mine = Q(source=source) if source else Q()
    rows = SourceAlert.objects.filter(mine, closed_at=None).select_related("source")
    return list(rows.order_by("-opened_at", "-pk")[:100])
