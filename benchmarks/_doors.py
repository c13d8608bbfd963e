"""What the door takes: batches of 100 against raw COPY, single events against a Django view that does nothing."""

import json
import statistics

from benchmarks import _load as load
from benchmarks import _mark as mark
from benchmarks import _rows as rows
from benchmarks import _stack as stack

SINGLE_CONNECTIONS = 16
BATCH_CONNECTIONS = 4


def accepted(key: str, rounds: int, seconds: float) -> None:
    """Batches over HTTP, durable before each 200. What was answered must be there."""
    requests = [rows.post("/v1/batch", body) for body in rows.bodies(300, key)]
    limits, fours, ours = [], [], []
    with stack.web() as port:
        load.run(port, requests, BATCH_CONNECTIONS, 1)
        _forget()
        for _ in range(rounds):
            limits.append(rows.copy_rate(seconds))
            fours.append(rows.copy_rate(seconds, connections=4))
            ours.append(load.run(port, requests, BATCH_CONNECTIONS, seconds))
    kept = _forget()
    failed, sent = sum(one.failed for one in ours), sum(one.count for one in ours)
    rate = statistics.median(one.per_second for one in ours) * rows.BATCH
    limit, four = statistics.median(limits), statistics.median(fours)
    mark.show(
        "accepted, events/s",
        ours=rate,
        limit=limit,
        required="at least 1.0 of COPY in hundreds",
        holds=rate >= limit and not failed and kept == sent,
        limit_4_connections=mark.short(four),
        ratio_4_connections=mark.short(rate / four),
        p99_ms=mark.short(statistics.median(one.p99_ms for one in ours)),
        requests=sent,
        failed=failed,
        durable=kept,
    )


def single(key: str, rounds: int, seconds: float) -> None:
    """One event a request, committed before the answer."""
    at = "2026-11-02T10:00:00Z"
    events = [rows.event(n % rows.PEOPLE, n, at) for n in range(2000)]
    requests = [rows.post("/v1/track", json.dumps(event).encode(), key) for event in events]
    plain = [load.request("GET", "/bench/plain", {})]
    limits, bares, ours = [], [], []
    with stack.web() as port, stack.web(BENCH_BARE="1") as bare:
        for each, what in ((port, requests), (port, plain), (bare, plain)):
            load.run(each, what, SINGLE_CONNECTIONS, 1)
        _forget()
        for _ in range(rounds):
            limits.append(load.run(port, plain, SINGLE_CONNECTIONS, seconds))
            ours.append(load.run(port, requests, SINGLE_CONNECTIONS, seconds))
            bares.append(load.run(bare, plain, SINGLE_CONNECTIONS, seconds))
    kept = _forget()
    failed, sent = sum(one.failed for one in (*ours, *limits)), sum(one.count for one in ours)
    rate, limit, bare_rate = (
        statistics.median(one.per_second for one in measured) for measured in (ours, limits, bares)
    )
    mark.show(
        "single events, requests/s",
        ours=rate,
        limit=limit,
        required="at least 0.6 of a bare Django JSON view on the same server",
        holds=rate >= 0.6 * limit and not failed and kept == sent,
        limit_without_middleware=mark.short(bare_rate),
        ratio_without_middleware=mark.short(rate / bare_rate),
        p99_ms=mark.short(statistics.median(one.p99_ms for one in ours)),
        requests=sent,
        failed=failed,
        durable=kept,
    )


def _forget() -> int:
    """Count the envelopes and remove them: what is processed is measured on its own."""
    with rows.connect() as connection:
        found = connection.execute("SELECT count(*) FROM signals_app_envelope").fetchone()
        connection.execute("TRUNCATE signals_app_envelope")
    assert found is not None
    return int(found[0])
