"""What an event costs when many are stored already: as many are loaded by COPY, then one worker is measured.

Stored events lie in the last twelve months; all their keys lie in the two partitions that are looked into, which is
worse than life: there, keys are kept for 31 to 62 days.
"""

import os
import random
import statistics
from datetime import UTC, datetime, timedelta

from benchmarks import _mark as mark
from benchmarks import _rows as rows
from benchmarks import _worker as worker
from upsell_project import embedded

SIZES = (100_000, 1_000_000, 10_000_000)
PEOPLE = 2_000
EVENTS_A_PERSON = 200
CHUNK = 50_000
WARM_UP = 300
# Different moments in a chunk.
PART = 100
DAYS = 365
FLAT = 1.25


def growth(servers: embedded.Servers, key: str, rounds: int, seconds: float) -> None:
    """A line for each size, and one that says whether the cost stays flat."""
    sizes = SIZES if os.environ.get("GROWTH") == "full" else SIZES[:2]
    curve: list[tuple[int, float, float, float]] = []
    with worker.running(servers, key, PEOPLE) as one:
        # People cross their bounds for the first time: once for each, not once for each size.
        one.drain(rows.bodies(WARM_UP, key, PEOPLE))
        one.settle()
        _empty()
        _make_partitions()
        for size in sizes:
            _load(_stored(), size)
            one.drain(rows.bodies(50, key, PEOPLE))
            curve.append((_stored(), *_measured(one, key, rounds, seconds)))
            _show(curve[-1])
    first, last = curve[0], curve[-1]
    mark.show(
        "growth, CPU-us an event",
        ours=last[2],
        limit=first[2],
        required=f"flat: at most {FLAT} of the first figure",
        holds=last[2] <= FLAT * first[2],
        stored=[one[0] for one in curve],
        us=[mark.short(one[1]) for one in curve],
        cpu_us=[mark.short(one[2]) for one in curve],
        ratio_to_copy=[mark.short(one[3]) for one in curve],
    )


def _measured(one: worker.Worker, key: str, rounds: int, seconds: float) -> tuple[float, float, float]:
    """(us, CPU-us, rate against binary COPY in thousands) of an event; the COPY tells a slow moment of the machine."""
    limits, ours = [], []
    for _ in range(rounds):
        one.settle()
        limits.append(rows.copy_rate(seconds, 1000, binary=True))
        ours.append(one.drain(rows.bodies(int(seconds * 50), key, PEOPLE)))
    rate = statistics.median(drained.per_second for drained in ours)
    cpu = statistics.median(drained.cpu_ms for drained in ours)
    return 1e6 / rate, cpu * 1000, rate / statistics.median(limits)


def _show(point: tuple[int, float, float, float]) -> None:
    stored, us, cpu, ratio = point
    mark.line(
        "growth, one size",
        stored=stored,
        us=mark.short(us),
        cpu_us=mark.short(cpu),
        ratio_to_copy=mark.short(ratio),
        events_mb=mark.short(_megabytes("signals_app_event")),
        keys_mb=mark.short(_megabytes("signals_app_eventkey")),
    )


def _megabytes(table: str) -> float:
    """All partitions with their indexes."""
    sizes = "SELECT sum(pg_total_relation_size(relid)) / 1e6 FROM pg_partition_tree(%s::regclass)"
    with rows.connect() as connection:
        found = connection.execute(sizes, [table]).fetchone()
    assert found is not None
    return float(found[0])


def _empty() -> None:
    with rows.connect() as connection:
        connection.execute("TRUNCATE signals_app_event, signals_app_eventkey")


def _make_partitions() -> None:
    """One event in each month; housekeeping makes the partition it belongs to."""
    from signals_app import partitions  # noqa: PLC0415  Django must be set up first

    _copy_events([_event(moment, PEOPLE) for moment in _moments(28)])
    kept = partitions.keep_house(60)
    assert kept is not None and not kept.failed


def _moments(count: int) -> list[str]:
    """Evenly spread over the last year."""
    now, apart = datetime.now(UTC), timedelta(days=DAYS) / count
    return [(now - apart * n).isoformat() for n in range(count)]


def _stored() -> int:
    with rows.connect() as connection:
        found = connection.execute("SELECT count(*) FROM signals_app_event").fetchone()
    assert found is not None
    return int(found[0])


def _load(stored: int, size: int) -> None:
    """Fill up to so many events, and leave the tables as vacuum would have left them long ago."""
    moments, people = _moments(PART * (size - stored) // CHUNK + PART), max(PEOPLE, size // EVENTS_A_PERSON)
    first = stored
    while stored < size:
        count = min(CHUNK, size - stored)
        # In the order of time, as they would have come: a load at random takes twice as long.
        part = moments[len(moments) * (stored - first) // (size - first) :][:PART]
        _copy_events([_event(random.choice(part), people) for _ in range(count)])
        _copy_keys(count)
        stored += count
    with rows.connect(autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) signals_app_event")
        connection.execute("VACUUM (ANALYZE) signals_app_eventkey")
        connection.execute("CHECKPOINT")


def _event(moment: str, people: int) -> str:
    person, n = random.randrange(1, people + 1), random.randrange(rows.BATCH)
    cells = _message(), "track", rows.name(n), person, person // 5 + 1, rows.properties(n), moment, moment
    return "1\t" + "\t".join(map(str, cells)) + "\n"


def _message() -> str:
    """Random as a UUID is, and made in a tenth of the time."""
    return f"{random.getrandbits(128):032x}"


def _copy_events(lines: list[str]) -> None:
    columns = "source_id, message_id, kind, name, person_id, account_id, properties, occurred_at, received_at"
    _copy(f"signals_app_event ({columns})", lines)


def _copy_keys(count: int) -> None:
    """Half of them in the current partition, half in the one before."""
    from signals_app import once  # noqa: PLC0415  Django must be set up first

    current = once.period(datetime.now(UTC).date())
    periods = (current, current - once.PERIOD)
    lines = [f"1\t{_message()}\t{periods[n % 2]}\n" for n in range(count)]
    _copy("signals_app_eventkey (source_id, digest, period)", lines)


def _copy(target: str, lines: list[str]) -> None:
    with rows.connect() as connection, connection.cursor().copy(f"COPY {target} FROM STDIN") as copy:
        copy.write("".join(lines))
