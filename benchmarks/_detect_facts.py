"""What is known of somebody, and what a rule says of it: facts of 1,000 people, then one rule for one person."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any

import psycopg

from benchmarks import _detect_definitions as definitions
from benchmarks import _detect_world as world
from benchmarks import _mark as mark
from benchmarks import _rows as rows
from benchmarks import _worker as worker
from upsell_project import embedded

PEOPLE = 1_000
MOST_STATEMENTS = 5
MOST_US = 20.0
REPEATS = 200


def loaded(servers: embedded.Servers, key: str, rounds: int) -> None:
    """All that sixty definitions ask of 1,000 people, each of another, then every rule for some of them."""
    from signals_app import knowing  # noqa: PLC0415  Django must be set up first
    from upsell_project.lib import clock  # noqa: PLC0415

    with worker.running(servers, key, PEOPLE):
        pass
    world.make_room()
    world.restore(0, renew=False)
    parts = _parts()
    facts = frozenset(chain.from_iterable(part.asks for part in parts))
    asked = [knowing.Asked(subject, facts) for subject in _subjects()]
    times, sent = [], []
    for _ in range(rounds + 1):
        with _statements() as statements:
            started = time.monotonic()
            known = knowing.load(asked, clock.now())
            times.append(time.monotonic() - started)
        sent.append(len(statements))
    took = statistics.median(times[1:])
    mark.show(
        "facts of 1,000 people, statements",
        ours=max(sent),
        required=f"at most {MOST_STATEMENTS}",
        holds=len(asked) == PEOPLE and max(sent) <= MOST_STATEMENTS,
        benchmark="detect",
        ms=mark.short(took * 1000),
        facts=len(facts),
        us_a_person_and_fact=mark.short(took * 1e6 / len(asked) / len(facts)),
        known=mark.short(statistics.mean(len(one.values) for one in known)),
    )
    _judged(parts, known)


def _judged(parts: list[Any], known: list[Any]) -> None:
    """Each rule alone for a hundred people, the median of several times; the dearest must be cheap enough."""
    some = known[:100]
    costs = sorted(_microseconds(partial(_hold, part, some)) for part in parts)
    ten = _ten_tests(some)
    mark.show(
        "one rule for one person, us",
        ours=costs[-1] / len(some),
        limit=ten["by_hand_us"],
        required=f"at most {MOST_US:.0f} once facts are loaded, the dearest of all rules",
        holds=max(costs[-1] / len(some), ten["ten_tests_us"]) <= MOST_US,
        benchmark="detect",
        rules=len(parts),
        median_us=mark.short(statistics.median(costs) / len(some)),
        **{name: mark.short(us) for name, us in ten.items()},
    )


def _hold(part: Any, some: list[Any]) -> None:
    for one in some:
        part.holds(one.values, one.at)


def _ten_tests(some: list[Any]) -> dict[str, float]:
    """Ten conditions that all hold, so that none is spared, and the same ones written by hand in Python."""
    from upsell_project.lib.rules import judging, reading  # noqa: PLC0415  Django must be set up first

    tests = [
        {"fact": "events", "names": [f"E{n}"], "window": {"days": 7}, "op": "at_least", "value": n}
        for n in range(10)
    ]
    judge = judging.compiled(reading.read({"all": tests}))
    facts = [reading.read(test).fact for test in tests]  # type: ignore[union-attr]
    values = {fact: Decimal(20) for fact in facts}
    at = some[0].at

    def by_hand() -> None:
        for _ in some:
            all((value := values.get(fact)) is not None and value >= n for n, fact in enumerate(facts))

    ours = _microseconds(lambda: [judge(values, at) for _ in some])
    return {"ten_tests_us": ours / len(some), "by_hand_us": _microseconds(by_hand) / len(some)}


def _microseconds(work: Callable[[], object]) -> float:
    """Of one call, the least of many: whatever else the machine does only makes it slower."""
    least = float("inf")
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - started)
    return least * 1e6


def _parts() -> list[Any]:
    from signals_app import compiled  # noqa: PLC0415  Django must be set up first
    from signals_app.models import SignalDefinition  # noqa: PLC0415

    made = (SignalDefinition(**one) for one in (*definitions.fifty(), *definitions.ten()))
    return [part for one in made for part in compiled.of(one).parts(["exports"])]


def _subjects() -> list[Any]:
    from signals_app.subjects import Subject  # noqa: PLC0415  Django must be set up first

    with rows.connect() as connection:
        found = connection.execute(
            "SELECT person_id, account_id FROM people_app_membership ORDER BY 1 LIMIT %s", [PEOPLE]
        ).fetchall()
    return [Subject(person, account) for person, account in found]


@contextmanager
def _statements() -> Iterator[list[str]]:
    """What is sent to PostgreSQL meanwhile, past Django's cursors too."""
    sent: list[str] = []
    send = psycopg.Cursor.execute

    def counting(cursor: Any, sql: Any, *rest: Any, **more: Any) -> Any:
        sent.append(str(sql))
        return send(cursor, sql, *rest, **more)

    psycopg.Cursor.execute = counting  # type: ignore[method-assign,assignment]
    try:
        yield sent
    finally:
        psycopg.Cursor.execute = send  # type: ignore[method-assign]
