"""Caps of offers: what came of them so far, counted for many people and accounts by one statement."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from offers_app.models import Offer, OfferCap
from upsell_project.lib import bulk
from upsell_project.lib.gates import Code, Gate, failed, passed

Scope = OfferCap.Scope


@dataclass(slots=True)
class Counts:
    """By cap and whom it is about, when the counted outcomes were: newest first, no more than the cap allows."""

    times: dict[tuple[int, int], list[datetime]] = field(default_factory=dict)

    def presented(self, offer: Offer, person_id: int, account_id: int, now: datetime) -> None:
        """One more is made ready: whoever is judged later in the same transaction meets the caps with it."""
        for cap in offer.caps.all():
            if cap.outcome == OfferCap.Outcome.PRESENTED:
                whom = (cap.pk, _whom(cap, person_id, account_id))
                self.times[whom] = [now, *self.times.get(whom, [])][: cap.at_most]


def load(offers: Iterable[Offer], people: Collection[int], accounts: Collection[int], now: datetime,
         held: Collection[UUID] = ()) -> Counts:  # fmt: skip
    """`held`: propositions that wait to leave and are judged again, which do not count against themselves.

    What everybody shares is counted under a lock on its caps, so that two workers do not both take the last one.
    """
    caps = [cap for offer in offers for cap in offer.caps.all()]
    if not caps:
        return Counts()
    if connection.in_atomic_block and any(cap.scope == Scope.EVERYBODY for cap in caps):
        _lock()
    rows = bulk.select(_COUNTED, now, [cap.pk for cap in caps], list(held), sorted(people), sorted(accounts))
    return Counts({(cap, whom): times for cap, whom, times in rows})


def gate(caps: Sequence[OfferCap], person_id: int, account_id: int, counts: Counts) -> Gate:
    """Of the caps of an offer, one or more: the first that is reached, else the last."""
    for cap in caps:
        times = counts.times.get((cap.pk, _whom(cap, person_id, account_id)), ())
        if len(times) >= cap.at_most:
            return _reached(cap, times)
    return passed(Code.OFFER_CAP, *_said(cap, times))


def _reached(cap: OfferCap, times: Sequence[datetime]) -> Gate:
    reason = f"The offer was {_PAST[OfferCap.Outcome(cap.outcome)]} {_limit(cap)}."
    again = times[cap.at_most - 1] + timedelta(days=cap.days) if cap.days else None
    return failed(Code.OFFER_CAP, reason, *_said(cap, times), again)


def _said(cap: OfferCap, times: Sequence[datetime]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was counted, and the limit."""
    return (
        {"outcome": cap.outcome, "scope": cap.scope, "count": len(times)},
        {"at_most": cap.at_most, "days": cap.days},
    )


def _limit(cap: OfferCap) -> str:
    whom = {
        Scope.PERSON: "this person",
        Scope.ACCOUNT: "their account",
        Scope.EVERYBODY: "everybody together",
    }
    times = "once" if cap.at_most == 1 else f"{cap.at_most} times"
    within = f" in {cap.days} days" if cap.days else ""
    return f"{times}{within}, the most for {whom[Scope(cap.scope)]}"


def _whom(cap: OfferCap, person_id: int, account_id: int) -> int:
    if cap.scope == Scope.PERSON:
        return person_id
    return account_id if cap.scope == Scope.ACCOUNT else 0


def _lock() -> None:
    """All of them, always in one order: whoever judges twice in a transaction waits for nobody the second time."""
    bulk.select("SELECT 1 FROM offers_app_offercap WHERE scope = 'everybody' ORDER BY id FOR NO KEY UPDATE")


_PAST = {
    OfferCap.Outcome.PRESENTED: "made",
    OfferCap.Outcome.VIEWED: "seen",
    OfferCap.Outcome.CLICKED: "followed",
    OfferCap.Outcome.ACCEPTED: "accepted",
    OfferCap.Outcome.DISMISSED: "put off",
    OfferCap.Outcome.DECLINED: "declined",
    OfferCap.Outcome.SNOOZED: "snoozed",
    OfferCap.Outcome.OPTED_OUT: "opted out of",
    OfferCap.Outcome.FEEDBACK: "criticized",
}

# Each scope by its own index. A whole product of people and caps is never built: only what was proposed is read.
_TIMES = """
    SELECT c.id AS cap, {whom} AS whom, c.at_most, x.at
    FROM offers_app_offercap c
    JOIN offers_app_proposition p ON p.offer_id = c.offer_id {of}
    CROSS JOIN LATERAL (SELECT CASE c.outcome WHEN 'presented' THEN p.ready_at WHEN 'viewed' THEN p.viewed_at
        WHEN 'clicked' THEN p.clicked_at WHEN p.answer THEN p.answered_at
        ELSE (p.also_said ->> c.outcome)::timestamptz END AS at) x
    WHERE c.id IN (SELECT id FROM wanted) AND c.scope = '{scope}' AND p.id NOT IN (SELECT id FROM held)
        AND x.at IS NOT NULL AND (c.days IS NULL OR x.at > (SELECT now FROM asked) - make_interval(days => c.days))
"""
_COUNTED = f"""
WITH asked AS (SELECT %s::timestamptz AS now), wanted AS (SELECT unnest(%s::bigint[]) AS id),
    held AS (SELECT unnest(%s::uuid[]) AS id), times AS (
    {_TIMES.format(whom="p.person_id", of="AND p.person_id = ANY(%s)", scope="person")}
    UNION ALL {_TIMES.format(whom="p.account_id", of="AND p.account_id = ANY(%s)", scope="account")}
    UNION ALL {_TIMES.format(whom="0", of="", scope="everybody")})
SELECT cap, whom, (array_agg(at ORDER BY at DESC))[1:min(at_most)] FROM times GROUP BY cap, whom
"""
