"""What events come to, before it is written: the one arithmetic of adding, moving and counting anew."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from signals_app import paths, values
from signals_app.ingest import Stored
from signals_app.models.meter import Aggregate, Meter
from signals_app.usage.periods import Facts, bucket


class Key(NamedTuple):
    account_id: int
    resource: str
    period: date


@dataclass(slots=True)
class Change:
    """A bucket's total that moved: to what, and by which event of somebody last."""

    account_id: int
    resource: str
    period: date
    used: Decimal
    last: Stored


Newest = tuple[datetime, Decimal]


@dataclass(slots=True)
class Tally:
    """`sums`, `newest` and `values` hold the keys of meters of their kind; `at` holds each key's newest event."""

    sums: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    newest: dict[Key, Newest] = field(default_factory=dict)
    values: dict[Key, dict[str, int]] = field(default_factory=dict)
    at: dict[Key, datetime] = field(default_factory=dict)

    def count(
        self,
        account_id: int,
        known: Facts,
        meter: Meter,
        at: datetime,
        properties: Mapping[str, Any],
        times: int = 1,
    ) -> Key | None:
        """Count one event on a meter (`times` -1: take it back), and say where; None when it is not for this meter.

        A newest value cannot be taken back: its holder is counted anew.
        """
        if meter.where and not paths.matches(properties, meter.where):
            return None
        key = Key(account_id, meter.resource, bucket(meter, at, known))
        if not self._count(key, meter, at, properties, times):
            return None
        self.at[key] = max(self.at.get(key, at), at)
        return key

    def _count(self, key: Key, meter: Meter, at: datetime, properties: Mapping[str, Any], times: int) -> bool:
        if meter.aggregate == Aggregate.COUNT:
            self.sums[key] += times
            return True
        value = paths.read(properties, meter.property)
        if meter.aggregate == Aggregate.DISTINCT:
            return self._see(key, values.digest(value), times)
        number = values.amount(value)
        if number is None:
            return False
        if meter.aggregate == Aggregate.SUM:
            self.sums[key] += number * times
        elif times > 0:
            self.newest[key] = max(self.newest.get(key, (at, number)), (at, number))
        return True

    def _see(self, key: Key, name: str | None, times: int) -> bool:
        if name is None:
            return False
        seen = self.values.setdefault(key, {})
        seen[name] = seen.get(name, 0) + times
        return True


def by_event(meters: Iterable[Meter]) -> dict[str, list[Meter]]:
    found: dict[str, list[Meter]] = defaultdict(list)
    for meter in meters:
        found[meter.event].append(meter)
    return found
