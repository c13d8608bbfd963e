"""Is each source doing what it usually does? Counted per hour, compared with the same hour of the last four weeks, and
with whole days and weeks where hours say nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from statistics import median_low
from typing import NamedTuple

from django.db.models import Count, F, Max, Q

from signals_app.ingest import Opened, Stored
from signals_app.models import Envelope, Source, SourceAlert, SourceHour
from upsell_project.lib import bulk, clock

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
WEEKS, FEWEST_WEEKS = 4, 2
DAYS = 7
FURTHEST = 5 * WEEK
"""So far back silence is measured: a source of four events a week is missed after it."""
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


def count(opened: Sequence[Opened], stored: Sequence[Stored] = ()) -> None:
    """Add what these envelopes held to their sources' hours: one statement a batch, the last before the commit,
    because all workers meet at these rows. Of one that was put back only what is new counts: `stored` names it."""
    sums: dict[tuple[int, datetime], Counter[str]] = defaultdict(Counter)
    again = any(one.envelope.replayed_at for one in opened)
    new = {id(one.item) for one in stored} if again else set()
    for one in opened:
        found = sums[one.source.pk, hour_of(one.envelope.received_at)]
        if one.envelope.replayed_at is None:
            found.update(accepted=len(one.items), rejected=len(one.rejected))
        else:
            found.update(accepted=sum(id(item) in new for item in one.items))
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


@dataclass
class History:
    """The hours of one source that are known."""

    hours: dict[datetime, Counts] = field(default_factory=dict)

    @cached_property
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
        """How many events should have come between the two moments, of which the first was the last sign of life.

        By its hours a source with a rhythm is missed soon; one without, or one too young to have a usual hour of the
        week, by whole days or weeks of which none was so silent before.
        """
        hours = list(_hours(hour_of(since), now))
        steadily = sum(self.steady(hour) * _share(hour, since, now) for hour in hours)
        over = [hour for hour in hours if hour > since and hour + HOUR * (1 + DRIFT) <= now]
        whole = max(self.least(DAY, DAYS, since, now), self.least(WEEK, WEEKS, since, now))
        return max(steadily, sum(self.usual(hour) or 0 for hour in over), whole)

    def least(self, span: timedelta, spans: int, since: datetime, now: datetime) -> int:
        """The least that any of so many spans before brought, for each whole one that is over since."""
        over, began = (now - since - HOUR * (1 + DRIFT)) // span, self.began
        if over < 1 or began is None or began > since - span * spans:
            return 0
        brought = [0] * spans
        for hour, counts in self.hours.items():
            back = (since - hour - timedelta.resolution) // span
            if 0 <= back < spans:
                brought[back] += counts.came
        return over * min(brought)


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
    known = list(SourceAlert.objects.filter(closed_at=None))
    seen = _signs_of_life(sources.values(), now)
    told = {alert.source_id for alert in known if alert.kind == Kind.SILENT}
    wrong = _wrong(list(sources.values()), {pk: at for pk, at in seen.items() if pk not in told}, now)
    over = [alert.pk for alert in known if _is_over(alert, sources.keys(), seen, wrong)]
    SourceAlert.objects.filter(pk__in=over, closed_at=None).update(closed_at=now)
    new = sorted(wrong.keys() - {(alert.source_id, alert.kind) for alert in known})
    opened = [_open(source, kind, wrong[source, kind], now) for source, kind in new]
    return [alert for alert in opened if alert]


def _is_over(
    alert: SourceAlert, sources: Collection[int], seen: dict[int, datetime], wrong: Sentences
) -> bool:
    """Silence ends with the next event, not when it has lasted so long that it became usual."""
    if alert.source_id not in sources:
        return True
    if alert.kind == Kind.SILENT:
        return alert.source_id in seen and seen[alert.source_id] > alert.opened_at
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


def _wrong(sources: Sequence[Source], seen: dict[int, datetime], now: datetime) -> Sentences:
    """What is wrong now, by source and kind, as a sentence for staff."""
    return _silent(seen, now) | _refusing(sources, now) | _unreachable(sources) | _stuck(sources)


def _signs_of_life(sources: Collection[Source], now: datetime) -> dict[int, datetime]:
    """When each last sent: what waits for a worker, or for a human because it could not be read, has come too."""
    seen = {source.pk: source.last_seen_at for source in sources if source.last_seen_at}
    quiet = [at for at in seen.values() if now - at >= PAUSE]
    if not quiet:
        return seen
    unread = (Envelope.State.PENDING, Envelope.State.PARKED)
    waiting = Envelope.objects.filter(source__in=list(seen), state__in=unread, received_at__gt=min(quiet))
    newest = waiting.order_by().values_list("source_id").annotate(Max("received_at"))
    return seen | {source: max(at, seen[source]) for source, at in newest}


def _silent(seen: dict[int, datetime], now: datetime) -> Sentences:
    quiet = {source: at for source, at in seen.items() if now - at >= PAUSE}
    past = histories(quiet, now - FURTHEST - WEEK * (WEEKS + 1))
    found: Sentences = {}
    for pk, last in quiet.items():
        due = past[pk].due(max(last, now - FURTHEST), now)
        if due >= EXPECTED:
            found[pk, Kind.SILENT] = (
                f"Nothing has come since {last:%Y-%m-%d %H:%M} UTC. By what it sent before, about {due:,.0f} events"
                " should have come. Look whether the sender still runs and its key or address is unchanged."
            )
    return found


def _stuck(sources: Sequence[Source]) -> Sentences:
    parked = Envelope.objects.filter(state=Envelope.State.PARKED, source__in=sources).order_by()
    counts = dict(parked.values_list("source").annotate(Count("pk")))
    return {
        (
            pk,
            Kind.PARKED,
        ): f"{many:,} of its requests could not be taken in, though they were tried again and again. They"
        " are kept: Envelopes, with the filter Parked, says why; once that is mended, try them again there."
        for pk, many in counts.items()
    }


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
