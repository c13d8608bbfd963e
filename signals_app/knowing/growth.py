"""By how much the use of a resource grew on each day of the last weeks: summed by PostgreSQL, and in Python from rows
where it cannot say exactly what a meter means.

Both say the same: days are known from the first event that the meter counts, and what takes use back counts for
nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from signals_app import paths, values
from signals_app.knowing import where_path
from signals_app.knowing.questions import Form, Question, Row, keys_of, midnights
from signals_app.models.meter import Aggregate, Meter
from signals_app.usage import periods
from upsell_project.lib.rules.facts import Of

_FORMS = {
    Aggregate.COUNT: Form.DAILY,
    Aggregate.SUM: Form.ADDED,
    Aggregate.LAST: Form.RISEN,
    Aggregate.DISTINCT: Form.NEW,
}
_WHOLE = {
    Aggregate.COUNT: Form.COUNT,
    Aggregate.SUM: Form.TOTAL,
    Aggregate.LAST: Form.NEWEST_AMOUNT,
    Aggregate.DISTINCT: Form.NEW,
}
_DEEPEST = 20
_PLACE = re.compile(r"[0-9]{1,6}")
_INSTANT = timedelta(microseconds=1)


def question(meter: Meter, calendar: periods.Facts, since: datetime, now: datetime, zone: str) -> Question:
    """Of an account's events from the midnight `since` on, by days of the zone."""
    if not _is_sayable(meter):
        return _rows(meter, since, now)
    form = _FORMS[Aggregate(meter.aggregate)]
    days = midnights(since, now, zone)
    anew = tuple(_begins(meter, calendar, [*days, now])) if form is Form.NEW else ()
    return _said(meter, form, since, now, days, anew)


def whole(meter: Meter, since: datetime, now: datetime) -> Question:
    """Of all that was used from `since` on, as one."""
    if not _is_sayable(meter):
        return _rows(meter, since, now)
    form = _WHOLE[Aggregate(meter.aggregate)]
    once = (since,) if form is Form.NEW else ()
    return _said(meter, form, since, now, once, once)


def _is_sayable(meter: Meter) -> bool:
    """Whether PostgreSQL can say just what the meter means."""
    counts = meter.aggregate == Aggregate.COUNT
    said = all(_condition(path, wanted) is not None for path, wanted in meter.where.items())
    return said and (counts or bool(meter.property and _sayable(meter.property)))


def _rows(meter: Meter, since: datetime, now: datetime) -> Question:
    keys = keys_of(meter.property, *meter.where)
    return Question(Form.ROWS, Of.ACCOUNT, (meter.event,), since, now, keys=keys, tracked=True)


def _said(
    meter: Meter,
    form: Form,
    since: datetime,
    now: datetime,
    days: tuple[datetime, ...],
    anew: tuple[datetime, ...],
) -> Question:
    said = [_condition(path, wanted) for path, wanted in meter.where.items()]
    return Question(
        form,
        Of.ACCOUNT,
        (meter.event,),
        since,
        now,
        where=f"strict ({' && '.join(filter(None, said))})" if said else None,
        path="" if meter.aggregate == Aggregate.COUNT else meter.property,
        days=days,
        periods=anew,
        tracked=True,
    )


def by_day(
    meter: Meter, calendar: periods.Facts, rows: Iterable[Row], zone: ZoneInfo
) -> Mapping[date, Decimal]:
    """What PostgreSQL answers, of the same events."""
    found: dict[date, Decimal] = defaultdict(Decimal)
    for row, amount in _counted(meter, calendar, rows):
        found[row.at.astimezone(zone).date()] += max(Decimal(0), amount)
    return found


def _counted(meter: Meter, calendar: periods.Facts, rows: Iterable[Row]) -> Iterator[tuple[Row, Decimal]]:
    """By how much each event moved the total of its period."""
    seen: dict[date, set[str]] = defaultdict(set)
    newest: Decimal | None = None
    for row in sorted(rows, key=lambda row: (row.at, row.id)):
        if not paths.matches(row.properties, meter.where):
            continue
        found = paths.read(row.properties, meter.property) if meter.property else None
        amount = Decimal(1) if meter.aggregate == Aggregate.COUNT else values.amount(found)
        if meter.aggregate == Aggregate.DISTINCT:
            digest = values.digest(found)
            of = seen[periods.bucket(meter, row.at, calendar)]
            amount = Decimal(digest not in of) if digest else None
            of |= {digest} if digest else set()
        elif meter.aggregate == Aggregate.LAST and amount is not None:
            newest, amount = amount, amount - (amount if newest is None else newest)
        if amount is not None:
            yield row, amount


def _begins(meter: Meter, calendar: periods.Facts, days: list[datetime]) -> Iterator[datetime]:
    """The first of `days`, and when the meter began anew after it: bills do at any time of a day."""
    yield days[0]
    for first, last in pairwise(days):
        before = periods.bucket(meter, first, calendar)
        if periods.bucket(meter, last, calendar) == before:
            continue
        near, far = first, last
        while far - near > _INSTANT:
            middle = near + (far - near) // 2
            near, far = (middle, far) if periods.bucket(meter, middle, calendar) == before else (near, middle)
        yield far


def _sayable(path: str) -> bool:
    """Whether no part of it could be a place in a list."""
    parts = path.split(".")
    deep = len(parts) > 1 and (len(parts) > _DEEPEST or any(_PLACE.fullmatch(part) for part in parts))
    return not deep and where_path.storable(path)


def _condition(path: str, wanted: Any) -> str | None:
    """What `paths.matches` says, as SQL/JSON path; None: it cannot be said."""
    if not _sayable(path) or not isinstance(wanted, str | int | float | None):
        return None
    if isinstance(wanted, str) and not where_path.storable(wanted):
        return None
    whole, deep = where_path.node(path), where_path.deep_node(path)
    value = where_path.literal(wanted)
    if deep is None:
        return f"({whole} == {value})"
    return (
        f"((exists({whole}) && {whole} == {value}) || (((exists({whole})) is unknown) && {deep} == {value}))"
    )


# As `values.amount`: half a thousandth goes to the even one.
_NUMBER = f"""
CASE jsonb_typeof(e.value) WHEN 'number' THEN e.value::numeric
    WHEN 'string' THEN CASE WHEN length(e.value #>> '{{{{}}}}') <= {values.LONGEST_NUMBER}
        AND e.value #>> '{{{{}}}}' ~ '{values.NUMBER.replace("{", "{{").replace("}", "}}")}'
        THEN (e.value #>> '{{{{}}}}')::numeric END END
"""
_AMOUNT = f"""
(SELECT e.id, e.occurred_at,
    CASE WHEN abs(mod(e.n * 1000, 1)) = 0.5 THEN round(e.n * 500) * 0.002 ELSE round(e.n, 3) END AS amount
    FROM (SELECT e.id, e.occurred_at, {_NUMBER} AS n FROM {{source}} OFFSET 0) e WHERE abs(e.n) < 1000000000000)
"""
# As `values.digest`.
_DIGEST = """
CASE jsonb_typeof(e.value)
    WHEN 'object' THEN CASE WHEN jsonb_typeof(e.value -> '$erased') = 'string' AND length(e.value ->> '$erased') = 32
        THEN e.value ->> '$erased' END
    WHEN 'array' THEN NULL WHEN 'null' THEN NULL
    ELSE left(encode(sha256(convert_to(nullif(CASE jsonb_typeof(e.value) WHEN 'number'
        THEN trim_scale(e.value::numeric)::text ELSE e.value #>> '{{}}' END, ''), 'UTF8')), 'hex'), 32) END
"""
_BY_DAY = """
SELECT NULL::bigint AS count, json_object_agg(d.day, d.amount::text)::text AS text FROM ({days}) d HAVING count(*) > 0
"""
COLUMNS = "e.id, e.occurred_at"
"""Besides the value."""
ANSWERS = {
    Form.ADDED: _BY_DAY.format(
        days="SELECT width_bucket(a.occurred_at, f.days) AS day, sum(greatest(a.amount, 0)) AS amount"
        f" FROM {_AMOUNT} a GROUP BY 1"
    ),
    Form.RISEN: _BY_DAY.format(
        days="SELECT width_bucket(a.occurred_at, f.days) AS day, sum(greatest(a.amount - a.before, 0)) AS amount FROM"
        " (SELECT a.occurred_at, a.amount, lag(a.amount, 1, a.amount) OVER (ORDER BY a.occurred_at, a.id) AS before"
        f" FROM {_AMOUNT} a) a GROUP BY 1"
    ),
    Form.NEW: _BY_DAY.format(
        days="SELECT n.day, count(*) FILTER (WHERE n.day = n.first) AS amount FROM (SELECT s.day, min(s.day) OVER"
        " (PARTITION BY s.period, s.digest) AS first FROM (SELECT DISTINCT width_bucket(e.occurred_at, f.days) AS day,"
        f" width_bucket(e.occurred_at, f.periods) AS period, {_DIGEST} AS digest FROM {{source}}) s"
        " WHERE s.digest IS NOT NULL) n GROUP BY 1"
    ),
    Form.TOTAL: _BY_DAY.format(
        days=f"SELECT 1 AS day, sum(a.amount) AS amount FROM {_AMOUNT} a HAVING count(*) > 0"
    ),
    Form.NEWEST_AMOUNT: _BY_DAY.format(
        days=f"SELECT 1 AS day, a.amount FROM {_AMOUNT} a ORDER BY a.occurred_at DESC, a.amount DESC LIMIT 1"
    ),
}
"""The amount of each day, as `by_day`, or of all of them."""
