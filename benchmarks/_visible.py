"""From an event to the offer it leads to, while 500 other events a second come in: all as `make run` runs it."""

import http.client
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import jwt

from benchmarks import _mark as mark
from benchmarks import _rows as rows
from benchmarks import _stack as stack
from benchmarks import _worker as worker

PEOPLE = 40
LOAD_PER_SECOND = 500
LOAD_BATCH = 25
POLL_SECONDS = 0.02
PAUSE_SECONDS = 0.2
GIVE_UP_SECONDS = 30.0
MOST_MS = 1000.0
WORKERS = 2


@dataclass(slots=True)
class Load:
    """What was really sent. A sender that falls behind does not catch up in a burst."""

    events: int = 0
    failed: int = 0
    seconds: float = field(default=0.0)


def visible(key: str) -> None:
    """One person after the other reaches their limit; how long until `GET /v1/offers` holds an offer for them."""
    web = json.loads(stack.manage("create_source", "web", "--json"))
    with ExitStack() as processes:
        port = processes.enter_context(stack.web())
        processes.enter_context(stack.process("dispatch"))
        for _ in range(WORKERS):
            processes.enter_context(stack.process("run_worker"))
        worker.fill([rows.limits(key), *rows.bodies(5, key), _known(key)])
        worker.wait_until_done()
        with steady(port, key) as load:
            time.sleep(2)
            times = [_one(port, key, web, n) for n in range(PEOPLE)]
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95) - 1]
    rate = load.events / load.seconds
    mark.show(
        "event to offer visible, p95 ms",
        ours=p95,
        required=f"less than {MOST_MS:.0f} at {LOAD_PER_SECOND} events/s",
        holds=p95 < MOST_MS and rate > 0.95 * LOAD_PER_SECOND and not load.failed,
        p50_ms=mark.short(statistics.median(ordered)),
        longest_ms=mark.short(ordered[-1]),
        people=len(ordered),
        load_events_per_s=mark.short(rate),
        failed=load.failed,
    )


def _known(key: str) -> bytes:
    """People one step from their limit, each in an account of their own."""
    calls: list[dict[str, object]] = []
    for n in range(PEOPLE):
        context = {"groupId": f"v_{n}", "timezone": "Europe/Berlin"}
        traits = {"first_name": "Ana", "country": "DE"}
        limits = {"plan": "free", "limits": {"exports": 1}}
        calls += [
            {"type": "identify", "userId": f"visible_{n}", "traits": traits, "context": context},
            {"type": "group", "userId": f"visible_{n}", "groupId": f"v_{n}", "traits": limits},
        ]
    return json.dumps({"batch": calls, "writeKey": key}).encode()


def _one(port: int, key: str, web: dict[str, str], n: int) -> float:
    """Milliseconds from before the request with the event until the answer that holds the offer."""
    token = jwt.encode(
        {"sub": f"visible_{n}", "exp": int(time.time()) + 3000}, web["signing_secret"], "HS256"
    )
    headers = {"X-Write-Key": web["write_key"], "Authorization": f"Bearer {token}"}
    call = {"userId": f"visible_{n}", "event": "Report Exported", "context": {"groupId": f"v_{n}"}}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    assert _offers(connection, headers) == []
    time.sleep(PAUSE_SECONDS)
    started = time.monotonic()
    connection.request("POST", "/v1/track", json.dumps(call | {"writeKey": key}))
    assert connection.getresponse().read()
    while not _offers(connection, headers):
        assert time.monotonic() - started < GIVE_UP_SECONDS, "no offer came"
        time.sleep(POLL_SECONDS)
    return (time.monotonic() - started) * 1000


def _offers(connection: http.client.HTTPConnection, headers: dict[str, str]) -> list[object]:
    connection.request("GET", "/v1/offers", headers=headers)
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, body
    return list(json.loads(body)["offers"])


@contextmanager
def steady(port: int, key: str) -> Iterator[Load]:
    """Small batches at an even pace until the block ends."""
    load, stop = Load(), Event()
    thread = Thread(target=_send, args=(port, key, load, stop))
    thread.start()
    try:
        yield load
    finally:
        stop.set()
        thread.join()


def _send(port: int, key: str, load: Load, stop: Event) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    started = due = time.monotonic()
    number = 0
    while not stop.wait(max(0.0, due - time.monotonic())):
        number += 1
        body = rows.body(number, key, rows.PEOPLE, LOAD_BATCH)
        connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        load.failed += response.status != 200
        load.events += LOAD_BATCH
        due = max(due + LOAD_BATCH / LOAD_PER_SECOND, time.monotonic())
    load.seconds = time.monotonic() - started
