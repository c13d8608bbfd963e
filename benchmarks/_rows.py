"""The events of the benchmarks: as an SDK sends them, and as rows of the event table for raw COPY."""

import base64
import json
import os
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks import _load as load

BATCH = 100
PEOPLE = 500
_TYPES = {
    "id": "int8",
    "source_id": "int8",
    "message_id": "varchar",
    "kind": "varchar",
    "name": "varchar",
    "person_id": "int8",
    "account_id": "int8",
    "properties": "jsonb",
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
}
_TEXT = f"COPY bench_copy ({', '.join(_TYPES)}) FROM STDIN"
_BINARY = f"{_TEXT} (FORMAT BINARY)"


def bodies(count: int, key: str, people: int = PEOPLE, batch: int = BATCH) -> list[bytes]:
    """Batches of events of about 300 bytes, as an SDK sends them; every message id is new."""
    return [body(number, key, people, batch) for number in range(count)]


def body(number: int, key: str, people: int, size: int) -> bytes:
    at = datetime.now(UTC).isoformat()
    batch = [event((number * size + n) % people, n, at) for n in range(size)]
    return json.dumps({"batch": batch, "sentAt": at, "writeKey": key}).encode()


def event(person: int, n: int, at: str) -> dict[str, object]:
    """One call; every tenth counts for a limit, every tenth for adoption."""
    return {
        "type": "track",
        "event": name(n),
        "userId": f"u_{person}",
        "messageId": str(uuid.uuid4()),
        "timestamp": at,
        "properties": _properties(n),
        "context": {
            "groupId": f"acct_{person // 5}",
            "timezone": "Europe/Berlin",
            "library": {"name": "bench"},
        },
    }


def name(n: int) -> str:
    return {0: "Report Exported", 1: "Feature Used"}.get(n % 10, "Module Opened")


def _properties(n: int) -> dict[str, object]:
    return {"module": "reports", "feature": "Cohorts", "tier": "premium", "rows": 1200 + n}


@cache
def properties(n: int) -> str:
    """As JSON text."""
    return json.dumps(_properties(n))


def limits(key: str, people: int = PEOPLE) -> bytes:
    """What every account may use a month: the first rounds cross the bound, later ones stay above it."""
    batch = [
        {
            "type": "group",
            "userId": f"u_{account * 5}",
            "groupId": f"acct_{account}",
            "messageId": str(uuid.uuid4()),
            "traits": {"plan": "free", "limits": {"exports": 20 + account * 4}},
        }
        for account in range(people // 5)
    ]
    return json.dumps({"batch": batch, "writeKey": key}).encode()


def post(path: str, body: bytes, key: str = "") -> bytes:
    """The request; a single call names its source by basic authentication."""
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    return load.request("POST", path, headers, body)


def copy_rate(
    seconds: float, size: int = BATCH, *, binary: bool = False, connections: int = 1, unique: bool = False
) -> float:
    """Rows a second of raw COPY of the same events, `size` a transaction, into a plain table like the event table.

    As many rows as take about `seconds`, made before the clock starts; fsync on. `unique`: the table also sees to it
    that each message id is there once.
    """
    lanes = [_rows(int(seconds * 30_000 / connections), lane) for lane in range(connections)]
    if binary:
        lanes = [[(*row[:7], Jsonb(row[7], str), *row[8:]) for row in rows] for rows in lanes]
    with connect() as connection:
        connection.execute("CREATE TABLE bench_copy (LIKE signals_app_event INCLUDING ALL)")
        if unique:
            connection.execute("CREATE UNIQUE INDEX ON bench_copy (source_id, message_id)")
    started = time.monotonic()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda rows: _copy(rows, size, binary), lanes))
    took = time.monotonic() - started
    with connect() as connection:
        connection.execute("DROP TABLE bench_copy")
    rest()
    return sum(map(len, lanes)) / took


def rest() -> None:
    """Have PostgreSQL write what it still has to, so that no measure pays for the one before."""
    with connect(autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def _copy(rows: Sequence[tuple[Any, ...]], size: int, binary: bool) -> None:
    with connect() as connection:
        for start in range(0, len(rows), size):
            with connection.cursor() as cursor, cursor.copy(_BINARY if binary else _TEXT) as copy:
                if binary:
                    copy.set_types(list(_TYPES.values()))
                for row in rows[start : start + size]:
                    copy.write_row(row)
            connection.commit()


def _rows(count: int, lane: int) -> list[tuple[Any, ...]]:
    first = 1 + lane * 100_000_000
    return [_row(first + n, n) for n in range(count)]


def _row(number: int, n: int) -> tuple[Any, ...]:
    now = datetime.now(UTC)
    person = number % PEOPLE
    text = properties(n % BATCH)
    return (number, 1, str(uuid.uuid4()), "track", name(n), person, person // 5, text, now, now)


def connect(*, autocommit: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of the benchmark's own, with the server's defaults."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=autocommit)
