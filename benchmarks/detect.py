"""Noticing moments, at speed: what live definitions cost, sweeps of a million people, facts and rules, in one run.

As in `ingest.py`: figures beside a limit of the same run, in rounds that take turns. ROUNDS (3), SECONDS (3) a round,
PEOPLE (1000000) of the sweeps, MARKS=processed,loaded for some.
"""

import json
import os
from collections.abc import Callable

import django

from benchmarks import _detect_definitions as definitions
from benchmarks import _detect_facts as facts
from benchmarks import _detect_processing as processing
from benchmarks import _detect_sweep as sweep
from benchmarks import _detect_world as world
from benchmarks import _stack as stack
from upsell_project import embedded

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = float(os.environ.get("SECONDS", "3"))
# Not "spread", which is no mark and takes long.
MARKS = "processed,loaded,swept"
PEOPLE = int(os.environ.get("PEOPLE", "1000000"))


def marks(servers: embedded.Servers, key: str) -> dict[str, Callable[[], None]]:
    """In the order in which they are taken: what leaves much behind comes late."""
    return {
        "processed": lambda: processing.processed(servers, key, ROUNDS, SECONDS),
        "loaded": lambda: facts.loaded(servers, key, ROUNDS),
        "swept": lambda: sweep.swept(servers, PEOPLE),
        "spread": lambda: processing.spread(servers, key, ROUNDS, SECONDS),
    }


def main() -> None:
    with stack.servers() as servers:
        django.setup()
        key = json.loads(stack.manage("create_source", "http", "--json"))["write_key"]
        world.define([*definitions.fifty(), *definitions.ten()])
        there = marks(servers, key)
        for name in os.environ.get("MARKS", MARKS).split(","):
            there[name]()


if __name__ == "__main__":
    main()
