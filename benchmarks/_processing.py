"""From envelope to signals by one worker: how fast against raw binary COPY, at what CPU time, in how much memory."""

import statistics

from benchmarks import _machine as machine
from benchmarks import _mark as mark
from benchmarks import _rows as rows
from benchmarks import _worker as worker
from upsell_project import embedded

THOUSANDS = 1000
MOST_CPU_MS = 0.15
MOST_MEGABYTES = 300


def processed(servers: embedded.Servers, key: str, rounds: int, seconds: float) -> None:
    """Deduplicated, stored, rolled up, signals evaluated. Two marks: the rate, and the CPU time of all processes.

    In rounds three times as long as the others': the first chunk is read while PostgreSQL has nothing to do.
    """
    seconds *= 3
    limits, uniques, ours = [], [], []
    with worker.running(servers, key) as one:
        one.drain(rows.bodies(50, key))
        before = _counts()
        for _ in range(rounds):
            one.settle()
            limits.append(rows.copy_rate(seconds, THOUSANDS, binary=True))
            uniques.append(rows.copy_rate(seconds, THOUSANDS, binary=True, unique=True))
            ours.append(one.drain(rows.bodies(int(seconds * 120), key)))
    events, signals = (now - then for now, then in zip(_counts(), before, strict=True))
    rate, limit = statistics.median(drained.per_second for drained in ours), statistics.median(limits)
    unique = statistics.median(uniques)
    cpu = statistics.median(drained.cpu_ms for drained in ours)
    complete = events == sum(drained.events for drained in ours) and signals > 0
    mark.show(
        "processed, events/s",
        ours=rate,
        limit=limit,
        required="at least 0.25 of binary COPY in thousands",
        holds=rate >= 0.25 * limit and complete,
        limit_with_unique_message_ids=mark.short(unique),
        ratio_with_unique_message_ids=mark.short(rate / unique),
        events=events,
        signals=signals,
    )
    mark.show(
        "processed, CPU-ms an event",
        ours=cpu,
        required=f"at most {MOST_CPU_MS}: worker, PostgreSQL and Redis together",
        holds=cpu <= MOST_CPU_MS and complete,
        rounds=[mark.short(drained.cpu_ms) for drained in ours],
    )


def memory(servers: embedded.Servers, key: str, envelopes: int) -> None:
    """The most memory a fresh worker ever held while it worked off a long backlog."""
    with worker.running(servers, key) as one:
        started = machine.peak_megabytes(one.pid)
        drained = one.drain(rows.bodies(envelopes, key))
        peak = machine.peak_megabytes(one.pid)
    mark.show(
        "memory of a worker, MB",
        ours=peak,
        required=f"less than {MOST_MEGABYTES} at any backlog",
        holds=peak < MOST_MEGABYTES,
        before_backlog=mark.short(started),
        backlog_events=drained.events,
        events_per_s=mark.short(drained.per_second),
    )


def _counts() -> tuple[int, int]:
    """Events and signals there are."""
    with rows.connect() as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM signals_app_event), (SELECT count(*) FROM signals_app_signal)"
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])
