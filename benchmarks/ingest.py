"""Accepting and processing events, against raw psycopg COPY of the same rows in the same run.

`accepted`: batches of 100 over HTTP on four connections, durable before each 200, two web processes. `copy`: the same
events as rows of a table with the event table's columns and indexes, 100 a transaction, on one connection and, second
figure, on four. `processed`: one worker, from envelope to signals; all accounts have limits and are near them, and both
kinds of detector have something to find.
"""

import itertools
import json
import os
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import django
import psycopg

from benchmarks import _load as load
from benchmarks import _stack as stack

BATCH = 100
PEOPLE = 500
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "4"))


def bodies(count: int, key: str) -> list[bytes]:
    """Batches of 100 events of about 300 bytes, as an SDK sends them; every message id is new."""
    return [_body(number, key) for number in range(count)]


def _body(number: int, key: str) -> bytes:
    at = datetime.now(UTC).isoformat()
    batch = [_event((number * BATCH + n) % PEOPLE, n, at) for n in range(BATCH)]
    return json.dumps({"batch": batch, "sentAt": at, "writeKey": key}).encode()


def limits(key: str) -> bytes:
    """What every account may use a month: the first rounds cross the bound, later ones stay above it."""
    batch = [
        {
            "type": "group",
            "userId": f"u_{account * 5}",
            "groupId": f"acct_{account}",
            "messageId": str(uuid.uuid4()),
            "traits": {"plan": "free", "limits": {"exports": 20 + account * 4}},
        }
        for account in range(PEOPLE // 5)
    ]
    return json.dumps({"batch": batch, "writeKey": key}).encode()


def _event(person: int, n: int, at: str) -> dict[str, object]:
    name = "Report Exported" if n % 10 == 0 else "Feature Used" if n % 10 == 1 else "Module Opened"
    return {
        "type": "track",
        "event": name,
        "userId": f"u_{person}",
        "messageId": str(uuid.uuid4()),
        "timestamp": at,
        "properties": {"module": "reports", "feature": "Cohorts", "tier": "premium", "rows": 1200 + n},
        "context": {
            "groupId": f"acct_{person // 5}",
            "timezone": "Europe/Berlin",
            "library": {"name": "bench"},
        },
    }


def copy_rate(seconds: float, connections: int = 1) -> float:
    """Rows a second of raw COPY, 100 rows a transaction, fsync on."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_copy (LIKE signals_app_event INCLUDING ALL)")
        connection.execute("TRUNCATE bench_copy")
    with ThreadPoolExecutor(connections) as pool:
        return sum(pool.map(lambda lane: _copy(seconds, lane), range(connections)))


def _copy(seconds: float, lane: int) -> float:
    ids = itertools.count(1 + lane * 100_000_000)
    started, done = time.monotonic(), 0
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        while time.monotonic() - started < seconds:
            rows = [_row(next(ids), n) for n in range(BATCH)]
            with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                for row in rows:
                    copy.write_row(row)
            connection.commit()
            done += BATCH
    return done / (time.monotonic() - started)


_COPY = (
    "COPY bench_copy (id, source_id, message_id, kind, name, person_id, account_id, properties, occurred_at,"
    " received_at) FROM STDIN"
)


def _row(number: int, n: int) -> tuple[object, ...]:
    now = datetime.now(UTC)
    properties = json.dumps({"module": "reports", "format": "csv", "rows": 1200 + n})
    return (number, 1, str(uuid.uuid4()), "track", "Module Opened", number % PEOPLE, 1, properties, now, now)


def accept_rate(port: int, key: str, seconds: float) -> load.Measured:
    """Batches a second that were answered 200."""
    prepared = [
        load.request("POST", "/v1/batch", {"Content-Type": "application/json"}, body)
        for body in bodies(300, key)
    ]
    return load.run(port, prepared, 4, seconds)


def _request(body: bytes) -> bytes:
    return load.request("POST", "/v1/batch", {"Content-Type": "application/json"}, body)


def process_rate(envelopes: int, key: str) -> float:
    """Events a second through one worker, from envelope to signals."""
    from campaigns_app import pipeline  # noqa: PLC0415  Django must be set up first
    from signals_app import authentication, ingest  # noqa: PLC0415

    source = authentication.source_of(key)
    assert source is not None
    for body in bodies(envelopes, key):
        ingest.accept(source.pk, "batch", body, {})
    started = time.monotonic()
    while pipeline.process(pipeline.CHUNK):
        pass
    return envelopes * BATCH / (time.monotonic() - started)


def main() -> None:
    with stack.servers():
        django.setup()
        key = json.loads(stack.manage("create_source", "http", "--json"))["write_key"]
        from campaigns_app import pipeline  # noqa: PLC0415
        from signals_app.models import Envelope, Event, Signal  # noqa: PLC0415

        process_rate(10, key)
        copies, lanes, accepts = [], [], []
        with stack.web() as port:
            assert load.run(port, [_request(limits(key))], 1, 0.1).failed == 0
            accept_rate(port, key, 1)
            for _ in range(ROUNDS):
                copies.append(copy_rate(SECONDS))
                lanes.append(copy_rate(SECONDS, 4))
                accepts.append(accept_rate(port, key, SECONDS))
        while pipeline.process(pipeline.CHUNK):
            pass
        before = Signal.objects.count()
        processed = [process_rate(100, key) for _ in range(ROUNDS)]
        assert not Envelope.objects.exclude(state="done").exists()
        counted = {
            "events": Event.objects.count(),
            "signals": Signal.objects.count(),
            "signals_before": before,
        }
    limit, four = statistics.median(copies), statistics.median(lanes)
    rate = statistics.median(one.per_second * BATCH for one in accepts)
    report = {
        "benchmark": "ingest",
        "limit_copy_rows_per_s": round(limit),
        "limit_copy_rows_per_s_4_connections": round(four),
        "accepted_events_per_s": round(rate),
        "accepted_ratio": round(rate / limit, 2),
        "accepted_ratio_4_connections": round(rate / four, 2),
        "accept_p99_ms": round(statistics.median(one.p99_ms for one in accepts), 1),
        "failed": sum(one.failed for one in accepts),
        "processed_events_per_s": round(statistics.median(processed)),
        "processed_ratio": round(statistics.median(processed) / limit, 2),
        **counted,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
