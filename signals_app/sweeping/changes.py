"""Who may do unusually much or little: one pass over the events of nine weeks, for everybody at once.

`lib.baseline` compares with a median of the weeks (or weekdays) before. A median lies between the least and the most of
what it is made of, and both scores and ratios only fall as it comes nearer to what is compared: so whoever is no drop
against the most of their weeks is none against the median, and likewise a spike against the least.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypedDict

from signals_app.knowing import where_path
from signals_app.sweeping import reach, zones
from signals_app.sweeping.asking import TRUE, Asking
from signals_app.sweeping.happened import named
from upsell_project.lib import baseline, bulk
from upsell_project.lib.rules.facts import Changed, Of, Op, Span, Turn
from upsell_project.lib.rules.tree import Test

_ROUNDING = 1e-6
_LONGEST = timedelta(days=(baseline.WEEKS + 1) * baseline.WEEK + 2)


class Days(TypedDict):
    zones: list[str]
    bounds: str
    """As PostgreSQL reads an array."""


def say(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Changed)
    plain = test.op in (Op.IS, Op.IS_NOT) and isinstance(test.value, bool)
    path, rest = where_path.split(fact.where)
    if rest or not plain or (test.value is (test.op is Op.IS)) is not wanted:
        return TRUE
    return asking.among(_query(fact, path, asking), "p.id" if fact.of is Of.PERSON else "a.id")


def _query(fact: Changed, path: str | None, asking: Asking) -> str:
    days = asking.given(
        f"days_of_a_{fact.span}_{fact.turn}",
        "SELECT unnest(zones) AS zone, bounds::timestamptz[] AS bounds FROM json_to_recordset("
        f"{asking.value(bulk.json(_bounds(fact, asking)))}::json) AS x(zones text[], bounds text)",
    )
    last = len(_starts(fact.span, asking.now.date())) - 1
    like = f"d.b < {last} AND ({last} - d.b) % {1 if fact.span is Span.WEEK else baseline.WEEK} = 0".replace(
        "%", "%%"
    )
    return _COUNTED.format(
        events=reach.events(asking, fact.of, "e.occurred_at", _conditions(fact, path, asking)),
        days=days,
        zone=_zone(fact.of, days, asking),
        last=last,
        like=like,
        weeks=baseline.WEEKS,
        young=baseline.FEWEST_WEEKS * baseline.WEEK if fact.span is Span.DAY else 0,
        fits=_fits(fact),
    )


def _conditions(fact: Changed, path: str | None, asking: Asking) -> str:
    first, now = asking.value(asking.now - _LONGEST), asking.value(asking.now)
    within = f"{named(fact.names, asking)} AND e.occurred_at > {first} AND e.occurred_at <= {now}"
    return f"{within} AND e.properties @@ {asking.value(path)}::jsonpath" if path else within


def _zone(of: Of, days: str, asking: Asking) -> str:
    """The days where each of `v` is; somebody without a zone lives in that of their account."""
    if of is Of.ACCOUNT:
        rows, zone = "JOIN people_app_account b ON b.id = v.id", "b.timezone"
    else:
        reach.homes(asking)
        rows = (
            "JOIN people_app_person b ON b.id = v.id LEFT JOIN home h ON h.person = b.id"
            " LEFT JOIN people_app_account y ON y.id = h.account"
        )
        zone = "coalesce(nullif(b.timezone, ''), y.timezone, '')"
    still = f"WHERE NOT {zone} = ANY({asking.value(asking.still)}::text[])" if asking.still else ""
    return f"{rows} LEFT JOIN {days} k ON k.zone = {zone} {still}"


def _bounds(fact: Changed, asking: Asking) -> list[Days]:
    """When the days or weeks began, and when the last one ended, for all zones where that is the same."""
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    lasts = {name: _last(fact, asking.now.astimezone(zone).date()) for name, zone in zones.every().items()}
    for last in sorted({*lasts.values()}):
        begins = zip(*[_begins(day) for day in _starts(fact.span, last)], strict=True)
        for name, bounds in zip(lasts, begins, strict=True):
            if lasts[name] == last:
                alike[bounds].append(name)
    return [{"zones": names, "bounds": f"{{{','.join(bounds)}}}"} for bounds, names in alike.items()]


@lru_cache(maxsize=_LONGEST.days + 20)
def _begins(day: date) -> list[str]:
    """When it does in each of `zones.every()`. They are 600, and a sweep an hour has the days of the one before."""
    return [
        datetime.combine(day, time.min, zone).astimezone(UTC).isoformat() for zone in zones.every().values()
    ]


def _last(fact: Changed, today: date) -> date:
    return today if fact.turn is Turn.SPIKE else today - timedelta(days=1)


@lru_cache(maxsize=8)
def _starts(span: Span, last: date) -> list[date]:
    """The first days of all that is compared with, of what is compared, and of what comes after it."""
    step = baseline.WEEK if span is Span.WEEK else 1
    count = baseline.WEEKS * baseline.WEEK // step
    return [last + timedelta(days=1 - step * back) for back in range(count + 1, -1, -1)]


def _fits(fact: Changed) -> str:
    bounds = baseline.STANDARD
    if fact.turn is Turn.DROP:
        more, less, ratio = "c.most", "c.now", f"c.now <= {bounds.fall} * c.most + {_ROUNDING}"
    else:
        more, less, ratio = "c.now", "c.fewest", f"c.now >= {bounds.rise} * c.fewest - {_ROUNDING}"
    chance = f"2 * (sqrt({more} + {baseline.SHIFT}) - sqrt({less} + {baseline.SHIFT})) >= {bounds.score - _ROUNDING}"
    return f"{ratio} AND {more} - {less} >= {bounds.least - _ROUNDING} AND {chance}"


# Weeks are like any others, days like those of the same weekday; of who came lately all days are. The offset of nothing
# keeps the bucket from being computed again for each use of it.
_COUNTED = """
SELECT c.id FROM (
    SELECT d.id, coalesce(sum(d.n) FILTER (WHERE d.b = {last}), 0) AS now,
        greatest(max(d.n) FILTER (WHERE {like}),
            CASE WHEN min(d.b) > {last} - {young} THEN max(d.n) FILTER (WHERE d.b < {last}) END) AS most,
        CASE WHEN count(*) FILTER (WHERE {like}) = {weeks} THEN min(d.n) FILTER (WHERE {like}) ELSE 0 END AS fewest
    FROM (SELECT w.id, w.b, count(*)::float8 AS n FROM (SELECT v.id, width_bucket(v.occurred_at,
                coalesce(k.bounds, (SELECT bounds FROM {days} WHERE zone = ''))) AS b
            FROM ({events}) v {zone} OFFSET 0) w GROUP BY 1, 2) d
    WHERE d.b BETWEEN 1 AND {last} GROUP BY d.id
) c WHERE {fits}
"""
