"""`GET /v1/offers` for people who have an offer, against one ORM SELECT by key on the same server in the same run."""

import json
import os
import statistics
import time
import urllib.request

import django
import jwt

from benchmarks import _load as load
from benchmarks import _stack as stack

PEOPLE = 200
CONNECTIONS = 16
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "4"))


def arrivals(key: str) -> bytes:
    """People at their limit, each in an account of their own."""
    batch: list[dict[str, object]] = []
    for n in range(PEOPLE):
        context = {"groupId": f"acct_{n}", "timezone": "Europe/Berlin"}
        plan = {"plan": "free", "limits": {"exports": 1}}
        batch += [
            {
                "type": "identify",
                "userId": f"u_{n}",
                "traits": {"first_name": "Ana", "country": "DE"},
                "context": context,
            },
            {"type": "group", "userId": f"u_{n}", "groupId": f"acct_{n}", "traits": plan},
            {"type": "track", "userId": f"u_{n}", "event": "Report Exported", "context": context},
        ]
    return json.dumps({"batch": batch, "writeKey": key}).encode()


def prepare(port: int) -> tuple[list[bytes], list[bytes]]:
    """Requests for offers and for the plain view, after every person got an offer."""
    server = json.loads(stack.manage("create_source", "http", "--json"))
    web = json.loads(stack.manage("create_source", "web", "--json"))
    url = f"http://127.0.0.1:{port}/v1/batch"
    sent = urllib.request.Request(url, arrivals(server["write_key"]), {"Content-Type": "application/json"})
    urllib.request.urlopen(sent).read()
    from campaigns_app import advance, pipeline  # noqa: PLC0415  Django must be set up first
    from offers_app.models import Proposition  # noqa: PLC0415
    from people_app.models import Person  # noqa: PLC0415

    while pipeline.process(pipeline.CHUNK) or advance.due():
        pass
    assert Proposition.objects.count() == PEOPLE
    expires = int(time.time()) + 3000
    tokens = [
        jwt.encode({"sub": f"u_{n}", "exp": expires}, web["signing_secret"], "HS256") for n in range(PEOPLE)
    ]
    offers = [
        load.request(
            "GET", "/v1/offers", {"X-Write-Key": web["write_key"], "Authorization": f"Bearer {token}"}
        )
        for token in tokens
    ]
    keys = Person.objects.values_list("pk", flat=True)
    return offers, [load.request("GET", f"/bench/select?pk={key}", {}) for key in keys]


def main() -> None:
    with stack.servers():
        django.setup()
        with stack.web() as port:
            offers, plain = prepare(port)
            load.run(port, offers, CONNECTIONS, 1)
            rounds = [
                (load.run(port, plain, CONNECTIONS, SECONDS), load.run(port, offers, CONNECTIONS, SECONDS))
                for _ in range(ROUNDS)
            ]
    limit = statistics.median(one.per_second for one, _ in rounds)
    rate = statistics.median(one.per_second for _, one in rounds)
    slow_limit = statistics.median(one.p99_ms for one, _ in rounds)
    slow = statistics.median(one.p99_ms for _, one in rounds)
    report = {
        "benchmark": "decide",
        "limit_select_per_s": round(limit),
        "offers_per_s": round(rate),
        "offers_ratio": round(rate / limit, 2),
        "limit_p99_ms": round(slow_limit, 1),
        "offers_p99_ms": round(slow, 1),
        "p99_ratio": round(slow / slow_limit, 2),
        "failed": sum(one.failed for pair in rounds for one in pair),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
