"""How sources are doing, for lists and pages: numbers beside what is usual, and a small picture of two days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from signals_app import health
from signals_app.health import History
from signals_app.models import Envelope, Source, SourceAlert

DAY, SHOWN = 24, 48
WIDTH, HEIGHT = 4, 32
"""Of one hour in the picture, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the picture: offsets from the left and from above."""

    x: int
    accepted_y: float
    accepted_height: float
    rejected_y: float
    rejected_height: float


@dataclass(frozen=True, slots=True)
class Picture:
    bars: list[Bar]
    usual: str
    """Points of the line of what is usual, in pieces where it is known; empty when it is not."""
    sentence: str

    def drawn(self) -> SafeString:
        size = {"width": SHOWN * WIDTH, "height": HEIGHT, "bar_width": WIDTH - 1}
        return render_to_string("admin/signals_app/source/sparkline.html", {"picture": self, **size})


@dataclass(frozen=True, slots=True)
class Health:
    """Of one source, over the last 24 hours where nothing else is said."""

    alerts: list[SourceAlert]
    came: int
    usual: int | None
    """None while it is not known for long enough."""
    rejected: int
    refused: int
    parked: int
    picture: Picture

    @property
    def rejected_percent(self) -> float:
        return round(100 * self.rejected / self.came, 1) if self.came else 0.0


def of(sources: Collection[Source], now: datetime) -> dict[int, Health]:
    """By source; three statements for however many."""
    ids = [source.pk for source in sources]
    past = health.compared(ids, now, SHOWN)
    alerts: dict[int, list[SourceAlert]] = {pk: [] for pk in ids}
    for alert in SourceAlert.objects.filter(source__in=ids, closed_at=None).order_by("opened_at"):
        alerts[alert.source_id].append(alert)
    stuck = Envelope.objects.filter(state=Envelope.State.PARKED, source__in=ids).order_by()
    parked = dict(stuck.values_list("source").annotate(Count("pk")))
    return {pk: _health(past[pk], alerts[pk], parked.get(pk, 0), now) for pk in ids}


def _health(past: History, alerts: list[SourceAlert], parked: int, now: datetime) -> Health:
    hours = [health.hour_of(now) - timedelta(hours=back) for back in reversed(range(SHOWN))]
    day = hours[-DAY:]
    usual = [past.usual(hour) for hour in day]
    known = [number for number in usual if number is not None]
    return Health(
        alerts,
        sum(past.of(hour).came for hour in day),
        sum(known) if len(known) == DAY else None,
        sum(past.of(hour).rejected for hour in day),
        sum(past.of(hour).refused for hour in day),
        parked,
        picture(past, hours),
    )


def picture(past: History, hours: list[datetime]) -> Picture:
    """Each hour a bar, what was rejected on top of it, and a line for what this hour of the week usually brings."""
    usual = [past.usual(hour) for hour in hours]
    top = max(1, *(past.of(hour).came for hour in hours), *(number or 0 for number in usual))
    scale = HEIGHT / top
    bars = []
    for position, hour in enumerate(hours):
        good, bad = past.of(hour).accepted * scale, past.of(hour).rejected * scale
        if good or bad:
            bars.append(
                Bar(
                    position * WIDTH,
                    round(HEIGHT - good, 1),
                    round(good, 1),
                    round(HEIGHT - good - bad, 1),
                    round(bad, 1),
                )
            )
    line = [
        f"{position * WIDTH},{HEIGHT - number * scale:.1f} {(position + 1) * WIDTH},{HEIGHT - number * scale:.1f}"
        for position, number in enumerate(usual)
        if number is not None
    ]
    return Picture(bars, " ".join(line), _sentence(past, hours))


def _sentence(past: History, hours: list[datetime]) -> str:
    came = [past.of(hour).came for hour in hours]
    if not any(came):
        return f"Nothing came in the last {len(hours)} hours."
    return (
        f"{sum(came):,} events in the last {len(hours)} hours, at most {max(came):,} in one;"
        f" {sum(past.of(hour).rejected for hour in hours):,} of them were rejected."
    )
