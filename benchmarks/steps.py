"""Runs through their first step, and mails out of the outbox, by one worker.

Limits in the same run: a bare SKIP LOCKED claim-and-update in chunks of 200, and mails of the same size over one kept
connection to the same SMTP sink.
"""

import json
import os
import smtplib
import statistics
import time
from datetime import timedelta
from email.message import EmailMessage
from threading import Lock
from typing import Any

import django
from aiosmtpd.controller import Controller
from django.db import connection

from benchmarks import _stack as stack

RUNS = int(os.environ.get("RUNS", "1000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))


class Sink:
    """Accepts and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.lock = Lock()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        with self.lock:
            self.count += 1
        return "250 OK"


def arrivals(key: str, start: int) -> list[bytes]:
    """People at their limit who permitted mail, 100 calls a batch."""
    calls: list[dict[str, object]] = []
    for n in range(start, start + RUNS):
        context = {"groupId": f"acct_{n}", "timezone": "UTC"}
        traits = {"email": f"u{n}@bench.test", "first_name": "Ana", "country": "US"}
        calls += [
            {"type": "identify", "userId": f"u_{n}", "traits": traits, "context": context},
            {
                "type": "group",
                "userId": f"u_{n}",
                "groupId": f"acct_{n}",
                "traits": {"limits": {"exports": 1}},
            },
            {"type": "track", "userId": f"u_{n}", "event": "Report Exported", "context": context},
        ]
    return [
        json.dumps({"batch": calls[i : i + 100], "writeKey": key}).encode() for i in range(0, len(calls), 100)
    ]


def claim_rate() -> float:
    """Rows a second of a bare claim-and-update, chunks of 200."""
    from upsell_project.lib import bulk  # noqa: PLC0415  Django must be set up first

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_claim")
        cursor.execute("CREATE TABLE bench_claim (id bigint PRIMARY KEY, wake int)")
    bulk.select("INSERT INTO bench_claim SELECT n, 0 FROM generate_series(1, %s) n RETURNING 1", RUNS * 5)
    started = time.monotonic()
    while bulk.select(
        "UPDATE bench_claim SET wake = 1 WHERE id IN (SELECT id FROM bench_claim WHERE wake = 0 ORDER BY id LIMIT 200"
        " FOR UPDATE SKIP LOCKED) RETURNING id"
    ):
        pass
    return RUNS * 5 / (time.monotonic() - started)


def smtp_rate(port: int) -> float:
    """Mails a second over one kept connection."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@bench.test", "b@bench.test", "Bench"
    message.set_content("x" * 2000)
    message.add_alternative("<p>" + "x" * 6000 + "</p>", subtype="html")
    started = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for _ in range(RUNS):
            connection.send_message(message)
    return RUNS / (time.monotonic() - started)


def one_round(key: str, start: int) -> tuple[float, float]:
    """(first steps a second, mails a second) of `RUNS` new runs."""
    from campaigns_app import advance, outbox, pipeline  # noqa: PLC0415
    from signals_app import authentication, ingest  # noqa: PLC0415
    from upsell_project.lib import clock  # noqa: PLC0415

    source = authentication.source_of(key)
    assert source is not None
    noon = clock.real().replace(hour=3) + timedelta(days=1 + start // RUNS)
    with clock.frozen(noon):
        for body in arrivals(key, start):
            ingest.accept(source.pk, "batch", body, {})
        while pipeline.process(pipeline.CHUNK):
            pass
        steps = _rate(advance.due)
    with clock.frozen(noon + timedelta(hours=12)):
        while advance.due():
            pass
        mails = _rate(outbox.send)
    return steps, mails


def _rate(work: Any) -> float:
    started, done = time.monotonic(), 0
    while count := work():
        done += count
    return done / (time.monotonic() - started)


def main() -> None:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=stack.free_port())
    controller.start()
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{controller.port}"
    try:
        with stack.servers():
            django.setup()
            key = json.loads(stack.manage("create_source", "http", "--json"))["write_key"]
            rounds = [
                (*one_round(key, number * RUNS), claim_rate(), smtp_rate(controller.port))
                for number in range(ROUNDS)
            ]
    finally:
        controller.stop()
    steps, mails, claims, smtp = (statistics.median(values) for values in zip(*rounds, strict=True))
    report = {
        "benchmark": "steps",
        "limit_claim_rows_per_s": round(claims),
        "steps_per_s": round(steps),
        "steps_ratio": round(steps / claims, 3),
        "limit_smtp_per_s": round(smtp),
        "mails_per_s": round(mails),
        "mails_ratio": round(mails / smtp, 2),
        "mails_sent": sink.count - ROUNDS * RUNS,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
