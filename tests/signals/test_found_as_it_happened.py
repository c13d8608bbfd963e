"""The whole way in against what obviously happened: random histories come by the front door in random batches, late and
out of order; visitors turn out to be people, people join accounts. After each batch everybody for whom a rule holds by
the raw history was found, and nobody for whom it never did.
"""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns_app import asked_again, pipeline, sweeps
from signals_app import ingest, noted
from signals_app.models import Signal, SignalDefinition, Source
from tests import examples
from tests.build import a_source
from tests.conftest import Time
from tests.engine import MORNING
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
HOURS = 48
ENOUGH = {"person": 3, "account": 4, "member": 4, "planned": 2}
"""Exports of a person; of an account; of the account of a person; of a person whose account is on the free plan."""
IS = {"v1": "ana", "v2": "ben"}
"""Who the visitors turn out to be."""
BELONGS = {"ana": "acme", "ben": "acme", "cy": "bolt"}


@dataclass(frozen=True)
class Call:
    """`who` does something, says who they are (a visitor), joins their account, or says of it that its plan is free;
    `ago`: so many minutes before it arrives."""

    what: str
    who: str
    ago: int = 0
    named: bool = False
    """Whether the account is named with it."""


Batch = tuple[int, list[Call]]
"""So many minutes after the one before."""


def lateness(call: Call) -> timedelta:
    """Never to the minute, as all else is."""
    return timedelta(minutes=call.ago, seconds=20 if call.ago else 0)


@dataclass
class Happened:
    """What is known by now, the obvious way."""

    done: list[tuple[datetime, str, str | None]] = field(default_factory=list)
    is_known: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    free: set[str] = field(default_factory=set)

    def take(self, call: Call, now: datetime) -> None:
        self.seen.add(call.who)
        if call.what == "track":
            group = BELONGS[call.who] if call.named else None
            self.done.append((now - lateness(call), call.who, group))
            if group:
                self.joined.add(call.who)
        elif call.what == "identify":
            self.is_known.add(call.who)
            self.seen.add(IS[call.who])
        else:
            self.joined.add(call.who)
            if call.what == "plan":
                self.free.add(BELONGS[call.who])

    def person(self, who: str) -> str:
        return IS[who] if who in self.is_known else who

    def account(self, who: str, group: str | None) -> str | None:
        person = self.person(who)
        return group or (BELONGS[person] if person in self.joined else None)

    def home(self, who: str) -> str:
        """Whoever is in no account has one of their own."""
        return self.account(who, None) or f"own of {self.person(who)}"

    def holds(self, slug: str, now: datetime) -> set[str]:
        within = [one for one in self.done if now - timedelta(hours=HOURS) <= one[0] <= now]
        own = Counter(self.person(who) for _, who, _ in within)
        of_account = Counter(group or self.home(who) for _, who, group in within)
        enough = ENOUGH[slug]
        match slug:
            case "person":
                return {one for one, times in own.items() if times >= enough}
            case "account":
                return {
                    one for one, times in of_account.items() if times >= enough and not one.startswith("own")
                }
            case "member":
                return {self.person(who) for who in self.seen if of_account[self.home(who)] >= enough}
        return {
            self.person(w) for w in self.seen if self.home(w) in self.free and own[self.person(w)] >= enough
        }


def exported(slug: str, of: str) -> dict[str, Any]:
    asked = {"fact": "events", "names": ["Report Exported"], "of": of, "window": {"hours": HOURS}}
    return asked | {"op": "at_least", "value": ENOUGH[slug]}


FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
RULES = {
    "person": exported("person", "person"),
    "account": exported("account", "account"),
    "member": exported("member", "account"),
    "planned": {"all": [FREE, exported("planned", "person")]},
}


def definition(slug: str) -> SignalDefinition:
    return SignalDefinition.objects.create(
        slug=slug,
        name=slug,
        detector="rule",
        config={"rule": RULES[slug]},
        about="account" if slug == "account" else "person",
        live=True,
        lifetime_hours=9_000,
    )


def sent(call: Call, now: datetime) -> dict[str, Any]:
    who = {"anonymousId": call.who} if call.who in IS else {"userId": call.who}
    # Senders know nothing of a clock that was moved.
    at = now - clock.offset() - lateness(call)
    common = {"messageId": uuid.uuid4().hex, "timestamp": at.isoformat()}
    if call.what == "track":
        context = {"context": {"groupId": BELONGS[call.who]}} if call.named else {}
        return {"type": "track", "event": "Report Exported", **who, **common, **context}
    if call.what == "identify":
        return {"type": "identify", "userId": IS[call.who], **who, **common}
    traits = {"plan": "free"} if call.what == "plan" else {}
    return {"type": "group", "groupId": BELONGS[call.who], "traits": traits, **who, **common}


def found(slug: str) -> Counter[str]:
    """By user id or group id, how often."""
    column = "account__group_id" if slug == "account" else "person__user_id"
    rows = Signal.objects.filter(definition__slug=slug).values_list(column, flat=True)
    return Counter(one for one in rows if one)


def receive(source: Source, calls: list[dict[str, Any]]) -> None:
    ingest.accept(source.pk, "batch", json.dumps({"batch": calls}).encode(), {})
    while pipeline.process(20):
        pass
    while noted.waiting():
        assert asked_again.step()


def live_through(time: Time, history: list[Batch]) -> Iterator[tuple[str, set[str], set[str], Counter[str]]]:
    """After each batch, by definition: for whom it holds, for whom it ever did, who was found."""
    source, happened, now = a_source(), Happened(), MORNING
    ever: dict[str, set[str]] = {definition(slug).slug: set() for slug in ENOUGH}
    sweeps.run()  # or it would look at everybody once more
    for minutes, calls in history:
        now += timedelta(minutes=minutes)
        time.set(now)
        receive(source, [sent(call, now) for call in calls])
        for call in calls:
            happened.take(call, now)
        for about, those in ever.items():
            holds = happened.holds(about, clock.now())
            those |= holds | {happened.person(one) for one in those}
            yield about, holds, those, found(about)


def check(time: Time, history: list[Batch]) -> int:
    with transaction.atomic():
        total = 0
        for about, holds, ever, signals in live_through(time, history):
            named = {one for one in holds if one not in IS}
            assert named <= signals.keys(), f"{about}: not found"
            assert signals.keys() <= ever, f"{about}: found though it never held"
            assert set(signals.values()) <= {1}, f"{about}: found more than once"
            total += signals.total()
        transaction.set_rollback(True)
        return total


tracks = st.builds(
    Call,
    what=st.just("track"),
    who=st.sampled_from(("ana", "ben", "cy", "v1", "v2")),
    ago=st.sampled_from((0, 0, 7, 90, 1500, 4000)),
)
by_name = st.builds(
    Call,
    what=st.just("track"),
    who=st.sampled_from(sorted(BELONGS)),
    ago=st.sampled_from((0, 11, 1600)),
    named=st.just(True),
)
known = st.sampled_from(
    [
        *(Call("identify", who) for who in IS),
        *(Call("group", who) for who in BELONGS),
        *(Call("plan", who) for who in BELONGS),
    ]
)
acts = st.lists(tracks | tracks | by_name | known, min_size=1, max_size=8)
histories = st.lists(st.tuples(st.sampled_from((1, 31, 703, 2003)), acts), min_size=1, max_size=6)


def track(who: str, ago: int = 0, *, named: bool = False) -> Call:
    return Call("track", who, ago, named)


CASES: dict[str, list[Batch]] = {
    "out of order": [(1, [track("ana"), track("ana", 1500), track("ana", 90)])],
    "the last one late": [
        (1, [track("ana"), track("ana", 4000), track("ana", 90)]),
        (31, [track("ana", 1500)]),
    ],
    "a visitor, then by name": [
        (1, [track("v1"), track("v1"), Call("identify", "v1")]),
        (31, [track("ana")]),
    ],
    "a visitor who is found": [(1, [track("v1")] * 3), (703, [Call("identify", "v1")])],
    "by turning out to be somebody": [
        (1, [track("v1"), track("v1"), track("ana")]),
        (31, [Call("identify", "v1")]),
    ],
    "by joining": [(1, [track("cy")] * 4), (2003, [Call("group", "cy")])],
    "by the second who joins": [
        (1, [track("ana")] * 2 + [track("ben")] * 2),
        (31, [Call("group", "ana")]),
        (1, [Call("group", "ben")]),
    ],
    "by the account's name": [(1, [track("cy", named=True)] * 3), (703, [track("cy", 1600, named=True)])],
    "by what a colleague did": [(1, [Call("group", "ana"), Call("group", "ben")]), (31, [track("ben")] * 4)],
    "by what a colleague did, beside something else": [
        (1, [Call("group", "ana"), Call("group", "ben")]),
        (31, [track("ben")] * 4 + [Call("group", "ana")]),
    ],
    "by what a colleague said": [
        (1, [track("ana"), track("ana"), Call("group", "ana")]),
        (31, [Call("plan", "ben"), track("ana", 4000)]),
    ],
    "by joining what there is": [
        (1, [track("ben")] * 4 + [Call("plan", "ben")]),
        (31, [track("ana"), track("ana")]),
        (31, [Call("group", "ana")]),
    ],
    "a visitor's account": [
        (1, [track("v1")] * 4),
        (31, [Call("identify", "v1")]),
        (31, [Call("group", "ana")]),
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_in_these_cases(time: Time, name: str) -> None:
    assert check(time, CASES[name]) > 0


@given(histories)
@settings(max_examples=examples.slow(15), deadline=None, suppress_health_check=list(HealthCheck))
def test_whoever_fulfils_it_by_the_raw_history_is_found_and_nobody_else(
    time: Time, history: list[Batch]
) -> None:
    check(time, history)


def test_it_works(time: Time) -> None:
    """By three of four events that come late, and by a visitor who turns out to be somebody."""
    late = [(1, [track("ana", 90), track("ana", 7)]), (30, [track("ana", 1500)])]
    assert check(time, late) == 1
    assert check(time, [(1, [track("cy", named=True)] * 4)]) == 3, "cy, bolt, and cy as one of bolt"
