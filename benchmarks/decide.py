"""`GET /v1/offers` with 200 offers, 20 placements and 50 segments, against one ORM SELECT by key on the same server.

Rounds of both take turns, the median counts. People poll with the same token until it ends, so their tokens repeat; a
second line is about tokens of which each is seen for the first time. ROUNDS (5), SECONDS (4) a round.
GROWTH=1000,1000000 loads so many more people, each with a live offer (`_decide_world.grow`), asks for 200 of them at
random, and says whether the ratio stays flat.
"""

import json
import os
import statistics
from typing import Any

import django

from benchmarks import _decide_world as world
from benchmarks import _load as load
from benchmarks import _stack as stack

CONNECTIONS = 16
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "4"))
GROWTH = [int(size) for size in os.environ.get("GROWTH", "").split(",") if size]
MOST_P99 = 1.5
FLAT = 0.8
# So many fresh tokens a round last that none comes twice.
FRESH = 40

Pair = tuple[load.Measured, load.Measured]


def pairs(port: int, source: dict[str, str], users: list[str], *, fresh: bool = False) -> list[Pair]:
    """(The plain view, ours), a pair for each round."""
    plain = [load.request("GET", f"/bench/select?pk={key}", {}) for key in world.keys(users)]
    secret = source["signing_secret"], FRESH if fresh else 1
    offers = world.requests(users, source["write_key"], *secret)
    load.run(port, offers, CONNECTIONS, 1)
    load.run(port, plain, CONNECTIONS, 1)
    rounds = []
    for _ in range(ROUNDS):
        asked = world.requests(users, source["write_key"], *secret) if fresh else offers
        limit = load.run(port, plain, CONNECTIONS, SECONDS)
        rounds.append((limit, load.run(port, asked, CONNECTIONS, SECONDS)))
    return rounds


def report(mark: str, rounds: list[Pair], **more: Any) -> float:
    """Print one line; return the ratio of the rates."""
    limit, rate = (statistics.median(pair[which].per_second for pair in rounds) for which in (0, 1))
    slow_limit, slow = (statistics.median(pair[which].p99_ms for pair in rounds) for which in (0, 1))
    line = {
        "benchmark": "decide",
        "mark": mark,
        **more,
        "limit_select_per_s": round(limit),
        "offers_per_s": round(rate),
        "offers_ratio": round(rate / limit, 2),
        "limit_p99_ms": round(slow_limit, 1),
        "offers_p99_ms": round(slow, 1),
        "p99_ratio": round(slow / slow_limit, 2),
        "failed": sum(one.failed for pair in rounds for one in pair),
        "pass": rate >= limit and slow <= MOST_P99 * slow_limit,
    }
    print(json.dumps(line), flush=True)
    return rate / limit


def growth(port: int, source: dict[str, str]) -> None:
    """A line for each size, and one that says whether the ratio stays flat."""
    ratios = []
    for size in GROWTH:
        world.grow(size)
        ratios.append(report("growth", pairs(port, source, world.user_ids(size)), people=size))
    flat = {"people": GROWTH, "ratios": [round(ratio, 2) for ratio in ratios]}
    required = f"at least {FLAT} of the first ratio"
    holds = min(ratios) >= FLAT * ratios[0]
    print(json.dumps({"benchmark": "decide", "mark": "flat", **flat, "required": required, "pass": holds}))


def main() -> None:
    with stack.servers():
        django.setup()
        server = json.loads(stack.manage("create_source", "http", "--json"))
        web = json.loads(stack.manage("create_source", "web", "--json"))
        with stack.web() as port:
            world.begin(port, server["write_key"])
            report("offers", pairs(port, web, world.user_ids(0)))
            report("offers, each token new", pairs(port, web, world.user_ids(0), fresh=True))
            if GROWTH:
                growth(port, web)


if __name__ == "__main__":
    main()
