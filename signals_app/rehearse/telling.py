"""What the answer to each question was at a moment, from the stored events themselves.

This is the slow and obvious way, on purpose: what runs live counts in SQL, and a replay that agrees proves both.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from signals_app.knowing import Known, metered
from signals_app.rehearse import amounts, changing, saying
from signals_app.rehearse.past import Kept, Past, Teller, begins
from upsell_project.lib.rules import judging, measuring
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Measure,
    Metered,
    Of,
    Said,
    Season,
    Share,
    Value,
    Window,
)
from upsell_project.lib.rules.facts import Sequence as InOrder

NOTHING: Mapping[str, Any] = {}


class Told:
    """The answers about one subject. Ask in order of time: use is added up as the moments pass."""

    def __init__(self, past: Past, facts: Iterable[Fact]) -> None:
        self._past = past
        self._tellers = {fact: _teller(fact, past) for fact in facts}

    def at(self, now: datetime) -> Known:
        """What is not known is missing."""
        answers = {fact: teller(now) for fact, teller in self._tellers.items()}
        zone = self._past.zone(self._past.whose)
        return Known(
            values={fact: value for fact, (value, _) in answers.items() if value is not None},
            zone=zone,
            at=judging.at(now, zone),
            more={fact: dict(more) for fact, (_, more) in answers.items() if more},
        )


def _teller(fact: Fact, past: Past) -> Teller:
    whose = {Of.PERSON: past.subject.person, Of.ACCOUNT: past.subject.account}
    of = Of.ACCOUNT if isinstance(fact, Entitlement | Metered) else getattr(fact, "of", past.whose)
    if whose[of] is None:
        return lambda now: (None, NOTHING)
    if isinstance(fact, Entitlement):
        counted = (
            fact.share is not Share.CAP and fact.resource in past.meters and not past.holds(fact.resource)
        )
        return amounts.teller(fact, past) if counted else _as_now(fact, past)
    made: Callable[[Any, Past], Teller] | None = _TELLERS.get(type(fact))
    return made(fact, past) if made else _as_now(fact, past)


def _as_now(fact: Fact, past: Past) -> Teller:
    answer = past.present.get(fact, (None, NOTHING))
    return lambda now: answer


def _events(fact: Events, past: Past) -> Teller:
    kept = [
        one
        for one in past.of(fact.of)
        if (not fact.names or one.name in fact.names) and measuring.fits(fact.where, one)
    ]

    def value(now: datetime) -> Value:
        here = within(fact.window, kept, past, fact.of, now)
        if fact.measure is Measure.COUNT:
            return len(here)
        return measuring.of_events(fact, here, past.seen(fact.of, now))

    return lambda now: (value(now), NOTHING)


def _metered(fact: Metered, past: Past) -> Teller:
    meter = past.meters.get(fact.resource)
    if meter is None:
        return lambda now: (None, NOTHING)
    kept = [one for one in past.account if amounts.named(one, meter)]

    def value(now: datetime) -> Value:
        return metered.of(
            meter, ((one.at, one.properties) for one in within(fact.window, kept, past, Of.ACCOUNT, now))
        )

    return lambda now: (value(now), NOTHING)


def _in_order(fact: InOrder, past: Past) -> Teller:
    steps = fact.steps
    kept = [one for one in past.of(fact.of) if any(measuring.is_step(step, one) for step in steps)]

    def value(now: datetime) -> Value:
        here = within(fact.window, kept, past, fact.of, now)
        return measuring.of_sequence(fact, here, past.seen(fact.of, now))

    return lambda now: (value(now), NOTHING)


def within(window: Window, events: Sequence[Kept], past: Past, of: Of, now: datetime) -> Sequence[Kept]:
    """Those of the window that ends at `now`; `events` are in order of time."""
    since = begins(window, past, of, now)
    return events[bisect_left(events, since, key=_at) : bisect_right(events, now, key=_at)]


def _at(one: Kept) -> datetime:
    return one.at


def _found(fact: Found, past: Past) -> Teller:
    """Only those that are stored: a definition that was not live found nothing."""
    kept = [one for one in past.found if one.slug == fact.slug]
    if past.profile.lacks(fact):
        return lambda now: (None, NOTHING)

    def told(now: datetime) -> tuple[Value, Mapping[str, Any]]:
        since = begins(fact.window, past, past.whose, now)
        here = [one for one in kept if since <= one.at <= now]
        sure = max((one.confidence for one in here), default=Decimal(0))
        return sure, {"signal_ids": [one.id for one in here][-20:]} if here else NOTHING

    return told


def _answered(fact: Answered, past: Past) -> Teller:
    kept = [one for one in past.answers if one.answer == fact.answer and fact.offer in ("", one.offer)]

    def value(now: datetime) -> Value:
        since = begins(fact.window, past, past.whose, now)
        return sum(since <= one.at <= now for one in kept)

    return lambda now: (value(now), NOTHING)


_TELLERS: Mapping[type, Callable[[Any, Past], Teller]] = {
    Metered: _metered,
    Events: _events,
    InOrder: _in_order,
    Changed: changing.teller,
    Season: changing.season,
    Said: saying.teller,
    Found: _found,
    Answered: _answered,
}
