"""What live definitions cost: the same traffic is taken in by the same worker with none of them and with fifty."""

import statistics
from typing import Any

from benchmarks import _detect_world as world
from benchmarks import _mark as mark
from benchmarks import _rows as rows
from benchmarks import _worker as worker
from upsell_project import embedded

MOST_SHARE = 0.25
LIVE = 50
MANY_PEOPLE = 5_000


def processed(servers: embedded.Servers, key: str, rounds: int, seconds: float) -> None:
    """The mark: people, events and rounds as in the mark of processing."""
    share, complete, more = _cost(servers, key, rounds, int(seconds * 3 * 120), rows.PEOPLE)
    mark.show(
        "50 live definitions, share of the time of processing",
        ours=share,
        required=f"at most {MOST_SHARE} of the throughput without any",
        holds=share <= MOST_SHARE and complete,
        **more,
    )


def spread(servers: embedded.Servers, key: str, rounds: int, seconds: float) -> None:
    """No mark: so many people that a chunk holds one or two events of each, so that there is more to ask."""
    share, complete, more = _cost(servers, key, rounds, int(seconds * 120), MANY_PEOPLE)
    mark.line(
        "50 live definitions, ten times as many people",
        share=mark.short(share),
        complete=complete,
        **more,
    )


def _cost(
    servers: embedded.Servers, key: str, rounds: int, envelopes: int, people: int
) -> tuple[float, bool, dict[str, Any]]:
    """The share of throughput that is lost, by pairs of rounds whose order alternates."""
    without, with_all = [], []
    found, complete = [], True
    with worker.running(servers, key, people) as one:
        world.make_room()
        # Whoever does as much as that has been found long ago.
        for turn in range(-1, rounds):
            pair = {}
            for prefix in ("", "bench") if turn % 2 else ("bench", ""):
                one.settle()
                world.go_live(prefix)
                before, signals = world.restore(turn, renew=bool(prefix)), _count("signal")
                pair[prefix] = one.drain(rows.bodies(envelopes, key, people))
                complete &= _count("event") == before + pair[prefix].events
                if prefix:
                    found.append(_count("signal") - signals)
                else:
                    complete &= _count("signal") == signals
            if turn >= 0:
                without.append(pair[""])
                with_all.append(pair["bench"])
    ratios = [ours.per_second / bare.per_second for ours, bare in zip(with_all, without, strict=True)]
    more = _figures(without, with_all, ratios) | {
        "people": people,
        "signals": found[1:],
        "benchmark": "detect",
    }
    return 1 - statistics.median(ratios), complete and all(found), more


def _figures(
    without: list[worker.Drained], with_all: list[worker.Drained], ratios: list[float]
) -> dict[str, Any]:
    rate, bare = (statistics.median(one.per_second for one in each) for each in (with_all, without))
    cpu, bare_cpu = (statistics.median(one.cpu_ms * 1000 for one in each) for each in (with_all, without))
    return {
        "events_per_s": mark.short(rate),
        "events_per_s_without": mark.short(bare),
        "us_an_event_and_definition": mark.short((1e6 / rate - 1e6 / bare) / LIVE),
        "cpu_us": mark.short(cpu),
        "cpu_us_without": mark.short(bare_cpu),
        "shares": [mark.short(1 - ratio) for ratio in ratios],
    }


def _count(table: str) -> int:
    with rows.connect() as connection:
        found = connection.execute(f"SELECT count(*) FROM signals_app_{table}").fetchone()
    assert found is not None
    return int(found[0])
