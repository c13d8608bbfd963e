"""Accepting and processing events, against raw psycopg COPY of the same rows in the same run.

`accepted`: batches of 100 over HTTP, durable before each 200, two web processes. `copy`: the same events as rows of a
table with the event table's columns and indexes, 100 a transaction. `processed`: one worker, from envelope to signals.
"""

import itertools
import json
import os
import statistics
import time
import uuid
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


def _event(person: int, n: int, at: str) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Report Exported" if n % 10 == 0 else "Module Opened",
        "userId": f"u_{person}",
        "messageId": str(uuid.uuid4()),
        "timestamp": at,
        "properties": {"module": "reports", "format": "csv", "rows": 1200 + n},
        "context": {
            "groupId": f"acct_{person // 5}",
            "timezone": "Europe/Berlin",
            "library": {"name": "bench"},
        },
    }


def copy_rate(seconds: float) -> float:
    """Rows a second of raw COPY, 100 rows a transaction, one connection, fsync on."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_copy (LIKE signals_app_event INCLUDING ALL)")
        connection.execute("TRUNCATE bench_copy")
        connection.commit()
        ids = itertools.count(1)
        started, done = time.monotonic(), 0
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

        process_rate(10, key)
        copies, accepts, processed = [], [], []
        with stack.web() as port:
            accept_rate(port, key, 1)
            for _ in range(ROUNDS):
                copies.append(copy_rate(SECONDS))
                accepts.append(accept_rate(port, key, SECONDS))
        while pipeline.process(pipeline.CHUNK):
            pass
        processed = [process_rate(100, key) for _ in range(ROUNDS)]
    limit = statistics.median(copies)
    rate = statistics.median(one.per_second * BATCH for one in accepts)
    report = {
        "benchmark": "ingest",
        "limit_copy_rows_per_s": round(limit),
        "accepted_events_per_s": round(rate),
        "accepted_ratio": round(rate / limit, 2),
        "accept_p99_ms": round(statistics.median(one.p99_ms for one in accepts), 1),
        "failed": sum(one.failed for one in accepts),
        "processed_events_per_s": round(statistics.median(processed)),
        "processed_ratio": round(statistics.median(processed) / limit, 2),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
