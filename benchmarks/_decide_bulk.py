"""How many decisions a second one worker takes in bulk: `python -m benchmarks._decide_bulk`.

In chunks of CHUNK (200) as workers take them, each with everything read anew: 20 candidates of 40 offers, most of which
sell something that has prices, some with a rule or a cap; 50 segments, answers to all of them, and accounts that own
some and people who declined some, so that what passes differs. A second line also makes the rows of the decisions and
stores them, as a worker does. The least is 2,000 a second, in a process that collects garbage as a worker does.
PROFILE=1 prints where the time goes instead.
"""

import cProfile
import gc
import json
import os
import pstats
import random
import statistics
import time
from datetime import datetime, timedelta
from typing import Any

import django

from benchmarks import _stack as stack
from offers_app import bandit

PEOPLE = 2_000
OFFERS, CANDIDATES, SEGMENTS = 40, 20, 50
PLANS = ("free", "free", "pro")
CHUNK = int(os.environ.get("CHUNK", "200"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
LEAST = 2_000
FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}


def world(source: random.Random) -> list[Any]:
    """One question a person."""
    from offers_app import decide  # noqa: PLC0415  Django must be set up first
    from upsell_project.lib import clock  # noqa: PLC0415

    now = clock.now()
    offers, segments = catalog(source, now)
    people = somebody(source, segments, now)
    turn_down(source, offers, [person for person, _ in people[::2]], now)
    evidence = {"resource": "exports", "used": 17, "cap": 20, "measured_at": now.isoformat()}
    return [
        decide.Ask(
            person,
            account,
            [offer.slug for offer in source.sample(offers, CANDIDATES)],
            "bench",
            "in_app",
            evidence,
            0.9,
            source.randrange(bandit.SEEDS),
        )
        for person, account in people
    ]


def catalog(source: random.Random, now: datetime) -> tuple[list[Any], list[Any]]:
    """Offers with what was learned of each in every segment, and the segments."""
    from offers_app.models import Arm, Offer, OfferCap, Price, Product, Template, Treatment  # noqa: PLC0415
    from signals_app.models import Segment  # noqa: PLC0415

    template = Template.objects.create(slug="bench", name="Bench")
    Treatment.objects.create(template=template, channel="in_app", locale="en", headline="x", body="x")
    products = Product.objects.bulk_create(
        Product(slug=f"addon-{n}", name=f"Add-on {n}", kind="addon", code=f"addon-{n}") for n in range(OFFERS)
    )
    Price.objects.bulk_create(
        Price(product=product, currency=currency, period="month", amount=9, renews=True, cancel_anytime=True)
        for product in products
        for currency in ("EUR", "USD")
    )
    offers = Offer.objects.bulk_create(
        Offer(
            slug=f"offer-{n}",
            name=f"Offer {n}",
            priority=n % 15,
            live=n % 10 != 0,
            product=products[n] if n % 5 else None,
            eligibility=FREE if n % 8 == 1 else {},
        )
        for n in range(OFFERS)
    )
    OfferCap.objects.bulk_create(
        OfferCap(offer=offer, outcome="presented", scope="person", at_most=3, days=30)
        for offer in offers[::4]
    )
    segments = Segment.objects.bulk_create(
        Segment(slug=f"segment-{n}", name=f"Segment {n}", kind="list", counted=n + 1) for n in range(SEGMENTS)
    )
    Arm.objects.bulk_create(
        Arm(
            offer=offer,
            template="bench",
            channel="in_app",
            segment=segment,
            successes=source.uniform(0, 30),
            failures=source.uniform(10, 600),
            updated_at=now,
        )
        for segment in ["", *(one.slug for one in segments)]
        for offer in offers
    )
    return offers, segments


def somebody(source: random.Random, segments: list[Any], now: datetime) -> list[tuple[Any, Any]]:
    """People in a segment, with their accounts, some of which own add-ons."""
    from people_app.models import Account, Person  # noqa: PLC0415
    from signals_app.models import SegmentMember  # noqa: PLC0415

    owned = [[f"addon-{source.randrange(OFFERS)}" for _ in range(source.randrange(4))] for _ in range(PEOPLE)]
    accounts = Account.objects.bulk_create(
        Account(group_id=f"a{n}", plan=PLANS[n % 3], country="DE", addons=addons, created_at=now)
        for n, addons in enumerate(owned)
    )
    people = Person.objects.bulk_create(
        Person(user_id=f"u{n}", locale="en", first_seen_at=now) for n in range(PEOPLE)
    )
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=source.choice(segments), person=person, since=now) for person in people
    )
    return list(zip(people, accounts, strict=True))


def turn_down(source: random.Random, offers: list[Any], people: list[Any], now: datetime) -> None:
    from offers_app.models import Decision, Proposition  # noqa: PLC0415

    decision = Decision.objects.create(at=now, person=people[0], outcome="delivered")
    Proposition.objects.bulk_create(
        Proposition(
            decision=decision,
            person=person,
            enrollment_id=0,
            offer=source.choice(offers),
            topic="x",
            channel="in_app",
            state="answered",
            answer="declined",
            ready_at=now,
            expires_at=now + timedelta(days=7),
            answered_at=now,
        )
        for person in people
    )


def decided(asks: list[Any], *, keep: bool = False) -> int:
    """How many got an offer."""
    from offers_app import decide  # noqa: PLC0415
    from upsell_project.lib import bulk, clock  # noqa: PLC0415

    made = 0
    for start in range(0, len(asks), CHUNK):
        chunk, now = asks[start : start + CHUNK], clock.now()
        catalog = decide.catalog(chunk, now)
        choices = [decide.offer(ask, catalog) for ask in chunk]
        if keep:
            bulk.insert([row(ask, choice, now) for ask, choice in zip(chunk, choices, strict=True)])
        made += sum(choice.offer is not None for choice in choices)
    return made


def row(ask: Any, choice: Any, now: datetime) -> Any:
    """The decision with all that is kept of it, but for the gates of contact."""
    from campaigns_app import judge  # noqa: PLC0415
    from offers_app import replayed  # noqa: PLC0415
    from offers_app.models import Decision  # noqa: PLC0415

    about = choice.candidate.slug
    kept = {**judge.verdict(choice.gates), **replayed.stored(choice)}
    return Decision(at=now, person=ask.person, account=ask.account, offer=about, channel=ask.channel, **kept)


def measure(asks: list[Any], *, keep: bool = False) -> dict[str, int]:
    """Decisions a second, and what they cost the worker's process; the median of the rounds."""
    rates, costs = [], []
    for _ in range(ROUNDS):
        bandit.thompson.cache_clear()  # nobody is asked about twice
        started, used = time.monotonic(), time.process_time()
        decided(asks, keep=keep)
        rates.append(len(asks) / (time.monotonic() - started))
        costs.append((time.process_time() - used) / len(asks))
    cpu = round(statistics.median(costs) * 1e6)
    return {"decisions_per_s": round(statistics.median(rates)), "cpu_us_of_the_worker": cpu}


def collect_as_workers_do() -> None:
    from campaigns_app.management.commands import run_worker  # noqa: PLC0415

    gc.freeze()
    gc.set_threshold(*run_worker.COLLECTING)


def main() -> None:
    with stack.servers():
        django.setup()
        asks = world(random.Random(1))
        started = time.monotonic()
        made = decided(asks)
        first = len(asks) / (time.monotonic() - started)
        if os.environ.get("PROFILE"):
            profiler = cProfile.Profile()
            profiler.runcall(decided, asks)
            pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
            return
        collect_as_workers_do()
        report = {
            "benchmark": "decide_bulk",
            **measure(asks),
            "first_round_per_s": round(first),
            "least": LEAST,
            "candidates": CANDIDATES,
            "with_an_offer": round(made / len(asks), 2),
        }
        print(json.dumps(report), flush=True)
        print(json.dumps({"benchmark": "decide_bulk", "mark": "stored", **measure(asks, keep=True)}))


if __name__ == "__main__":
    main()
