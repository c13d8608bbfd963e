"""What a definition found lately, as a picture and a list."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from signals_app.models import Signal, SignalDefinition
from upsell_project.lib import in_words

SHOWN, LAST, LATELY = 30, 10, 7
WIDTH, HEIGHT = 10, 60
"""Of one day in the picture, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    day: date
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Fired:
    """Days are those of UTC, the oldest first; the last one is today and not over."""

    bars: list[Bar]
    last: list[Signal]
    width: int = SHOWN * WIDTH
    height: int = HEIGHT

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)

    @property
    def sentence(self) -> str:
        if not self.total:
            return f"Not found in the last {SHOWN} days."
        times = "once" if self.total == 1 else f"{self.total:,} times"
        most = max(self.bars, key=lambda bar: bar.count)
        return f"Found {times} in the last {SHOWN} days, most on {most.day:%B %-d} ({most.count:,})."


def of(definition: SignalDefinition, now: datetime) -> Fired:
    """Two statements."""
    days = [now.date() - timedelta(days=back) for back in reversed(range(SHOWN))]
    those = Signal.objects.filter(definition=definition)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=SHOWN - 1)
    recent = those.filter(detected_at__gte=midnight).order_by().annotate(day=TruncDate("detected_at"))
    counts = Counter(dict(recent.values_list("day").annotate(Count("pk"))))
    most = max(counts.values(), default=0) or 1
    bars = [_bar(place, day, counts[day], most) for place, day in enumerate(days)]
    last = those.select_related("person", "account").order_by("-detected_at", "-pk")[:LAST]
    return Fired(bars, list(last))


def lately(definitions: Iterable[SignalDefinition], now: datetime) -> dict[int, str]:
    """`12, last 2026-03-10 10:00 UTC` of those that found something within a week. One statement."""
    rows = Signal.objects.filter(
        definition__in=list(definitions), detected_at__gte=now - timedelta(days=LATELY)
    )
    counted = rows.order_by().values_list("definition").annotate(Count("pk"), Max("detected_at"))
    return {pk: f"{count:,}, last {in_words.moment(last)}" for pk, count, last in counted}


def _bar(place: int, day: date, count: int, most: int) -> Bar:
    height = round(HEIGHT * count / most, 1)
    return Bar(day, count, place * WIDTH, HEIGHT - height, height)
