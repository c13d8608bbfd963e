"""How much of a resource was used at a moment, counted from the events by the meter as it is defined now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from signals_app.knowing import limits
from signals_app.knowing.limits import Level
from signals_app.knowing.questions import Row
from signals_app.models.meter import Aggregate, Meter
from signals_app.rehearse.past import Kept, Past, Teller
from signals_app.usage import periods
from signals_app.usage.tally import Key, Tally
from upsell_project.lib.rules.facts import Entitlement, Of, Share, Value


class Use:
    """What a meter came to, as the moments pass: ask in order of time."""

    def __init__(self, past: Past, meter: Meter) -> None:
        self._calendar, self._meter = past.profile.calendar, meter
        self._coming: Sequence[Kept] = [one for one in past.account if named(one, meter)]
        self._place, self._tally = 0, Tally()

    def at(self, now: datetime) -> Decimal:
        while self._place < len(self._coming) and self._coming[self._place].at <= now:
            one = self._coming[self._place]
            self._tally.count(0, self._calendar, self._meter, one.at, one.properties)
            self._place += 1
        first, last = periods.current(self._meter, now, self._calendar)
        return self._over([key for key in self._tally.at if first <= key.period <= last])

    def _over(self, keys: Iterable[Key]) -> Decimal:
        tally = self._tally
        if self._meter.aggregate == Aggregate.DISTINCT:
            return Decimal(len({name for key in keys for name in tally.values[key]}))
        if self._meter.aggregate == Aggregate.LAST:
            newest = [tally.newest[key] for key in keys]
            return max(newest)[1] if newest else Decimal(0)
        return sum((tally.sums[key] for key in keys), Decimal(0))


def teller(fact: Entitlement, past: Past) -> Teller:
    meter, cap = past.meters[fact.resource], past.profile.caps.get(fact.resource)
    use = Use(past, meter)

    def told(now: datetime) -> tuple[Value, Mapping[str, Any]]:
        period = periods.period_of(meter, now, past.profile.calendar)
        level = Level(use.at(now), cap, None if period == periods.ALWAYS else period)
        if fact.share is Share.DAYS_LEFT:
            return _days_left(past, meter, level, now)
        return limits.value(fact, level)

    return told


def _days_left(past: Past, meter: Meter, level: Level, now: datetime) -> tuple[Value, Mapping[str, Any]]:
    """At the rate there was then."""
    profile = replace(past.profile, there=past.seen(Of.ACCOUNT, now))
    asked = limits.question(meter, profile)
    if asked is None:
        return None, {}
    rows = [
        Row(one.id, one.at, one.name, dict(one.properties))
        for one in past.account
        if named(one, meter) and asked.since <= one.at <= now
    ]
    return limits.days_left(meter, profile, level, rows)


def counted(past: Past, resources: Iterable[str]) -> list[tuple[Kept, str]]:
    """The events that a meter of these resources counts, each with the resource."""
    meters = [past.meters[name] for name in resources if name in past.meters]
    return [(one, meter.resource) for one in past.account for meter in meters if _counts(meter, one, past)]


def _counts(meter: Meter, one: Kept, past: Past) -> bool:
    calendar = past.profile.calendar
    return named(one, meter) and bool(Tally().count(0, calendar, meter, one.at, one.properties))


def named(one: Kept, meter: Meter) -> bool:
    return one.name == meter.event and one.kind == "track"
