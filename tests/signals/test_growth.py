"""PostgreSQL sums the growth of a resource as Python does of the same events, whatever they say."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signals_app import values
from signals_app.knowing import growth, stored_events
from signals_app.knowing.questions import Form, Numbered, Question, Row, keys_of
from signals_app.models import Meter
from signals_app.usage import periods
from tests.rules.drawn import NOW, ZONES
from tests.signals.knowing_world import QUICK, Did, a_world
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.measuring import Happened

pytestmark = pytest.mark.django_db
TEXTS = ["7", "7.0", " 5\n", "1e2", "-3", "+.5", "2.", "1e-4", "0.0005", "0.0015", "1_000", "٣", "1e9999"]
NO_NUMBERS = [
    "",
    "x",
    "NaN",
    "Infinity",
    "1e",
    "--1",
    "1 2",
    "0x1",
    "9" * 101,
    "9" * 99,
    "ß",
    "1\x0b",
    "1\n\n",
    "true",
]
ERASED = [{values.ERASED: values.digest("x")}, {values.ERASED: "x"}, {values.ERASED: 5}, {"a": 1}]
numbers = st.integers(-3, 9) | st.sampled_from(
    [0.5, 0.0005, 0.0015, -0.0025, 1e11, 1e12, -1e15, 7.0, -0.0, 1e-7]
)
plain = numbers | st.booleans() | st.none() | st.sampled_from([*TEXTS, *NO_NUMBERS])
amounts = plain | st.sampled_from(ERASED) | st.lists(plain, max_size=2)
properties = st.fixed_dictionaries(
    {},
    optional={
        "n": amounts,
        "a": st.fixed_dictionaries({}, optional={"b": amounts}) | amounts,
        "a.b": amounts,
    },
)
minutes = st.integers(0, 60 * 24 * 70)
dids = st.builds(
    lambda minute, kind, said: Did(
        "ana", "acme", kind, Happened(NOW - timedelta(minutes=minute), "Feature Used", said)
    ),
    minutes | st.just(0),
    st.sampled_from(["track", "track", "track", "page"]),
    properties,
)
wheres = st.dictionaries(st.sampled_from(["n", "a.b", "a"]), plain, max_size=2)
meters = st.builds(
    lambda aggregate, path, where, window: Meter(
        resource="r", event="Feature Used", aggregate=aggregate, property=path, where=where, window=window
    ),
    st.sampled_from(["count", "sum", "last", "distinct"]),
    st.sampled_from(["n", "a.b"]),
    st.just({}) | wheres,
    st.sampled_from(["calendar", "billing"]),
)
SINCE = timedelta(days=56)


@QUICK
@given(meters, st.lists(dids, max_size=12), st.sampled_from(ZONES), minutes)
@example(
    Meter(event="Feature Used", aggregate="sum", property="n", window="calendar"),
    [Did("ana", "acme", "track", Happened(NOW, "Feature Used", {"n": one})) for one in (*TEXTS, *NO_NUMBERS)],
    "UTC",
    0,
)
@example(
    Meter(event="Feature Used", aggregate="distinct", property="n", window="billing"),
    [
        Did("ana", "acme", "track", Happened(NOW - timedelta(minutes=ago), "Feature Used", {"n": one}))
        for ago in (0, 10, 30)
        for one in (7, "7", 7.0, "7.0", True, "true", "x", ERASED[0])
    ],
    "Asia/Kolkata",
    20,
)
@example(
    Meter(event="Feature Used", aggregate="last", property="n", window="calendar"),
    [
        Did("ana", "acme", "track", Happened(NOW - timedelta(minutes=ago), "Feature Used", {"n": one}))
        for ago, one in ((5, 4), (5, 9), (5, 6), (3, "x"), (1, 7), (3000, 5), (0, -2.5))
    ],
    "UTC",
    0,
)
def test_each_day_grew_as_python_counts_it(meter: Meter, story: list[Did], zone: str, billed: int) -> None:
    started = NOW - timedelta(minutes=billed)
    calendar = periods.facts(zone, started, None, "month")
    here = ZoneInfo("UTC" if meter.window == "billing" else zone)
    since = datetime.combine(NOW.astimezone(here).date() - SINCE, time.min, here).astimezone(UTC)
    asked = growth.question(meter, calendar, since, NOW, here.key)
    assert asked.form is not Form.ROWS
    with a_world(zone) as world:
        world.store(story)
        said, rows = answers(world.accounts["acme"].pk, asked, as_rows(meter, since))
    days = {number: day.astimezone(here).date() for number, day in enumerate(asked.days, 1)}
    found = {days[number]: Decimal(amount) for number, amount in (said or {}).items()}
    assert found == growth.by_day(meter, calendar, rows or [], here)


def as_rows(meter: Meter, since: datetime) -> Question:
    keys = keys_of(meter.property, *meter.where)
    return Question(Form.ROWS, Of.ACCOUNT, (meter.event,), since, NOW, keys=keys, tracked=True)


def answers(account: int, *questions: Question) -> list[Any]:
    numbered = Numbered()
    numbers = [numbered.number(one) for one in questions]
    found = stored_events.answers(numbered, [(number, account) for number in numbers])
    return [found.get((number, account)) for number in numbers]


@pytest.mark.parametrize(
    "fields",
    [
        {"property": "cart.0.n"},
        {"property": "n\0"},
        {"property": "n", "where": {"cart.0": 1}},
        {"property": "n", "where": {"n": [1]}},
        {"property": "n", "where": {"n": "\ud800"}},
        {"property": ".".join("a" * 30)},
    ],
)
def test_what_postgresql_cannot_say_is_read_from_rows(fields: dict[str, Any]) -> None:
    meter = Meter(event="Feature Used", aggregate="sum", window="calendar", **fields)
    asked = growth.question(meter, periods.NOTHING_KNOWN, NOW - SINCE, NOW, "UTC")
    assert asked.form is Form.ROWS
    rows = [Row(1, NOW, "Feature Used", {"cart": [{"n": 5}]})]
    told = growth.by_day(meter, periods.NOTHING_KNOWN, rows, ZoneInfo("UTC"))
    assert told == ({NOW.date(): 5} if fields == {"property": "cart.0.n"} else {})
