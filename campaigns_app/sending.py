"""One batch of one channel under one lease: checked once more, marked, sent, and what became of each.

A message of which nobody knows whether it left goes again only by the same account and under the same key, as long as
the provider remembers that; `lost_answers` asks the others.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from campaigns_app import demo_inbox, judge, last_check, letter, refusals, routes, shown, standing
from campaigns_app.channels.base import Accepted, Connection, Message, Outcome, Refused, Unknown
from campaigns_app.channels.email import Kept
from campaigns_app.models import Delivery
from campaigns_app.routes import Route
from offers_app.models import Proposition
from upsell_project.lib import bulk, clock

WORK_SECONDS = 30.0  # of a lease; what is left of the batch then goes back
RECHECK_SECONDS = 2.0
MAX_ATTEMPTS = 6
DOWN_SECONDS = 30.0
SHUT_SECONDS = 300.0
KEY_MARGIN = timedelta(minutes=5)
"""A key is younger than the message that bears it is old: the answer was waited for."""
FORGOTTEN = "Its provider no longer knows its key, or its account is gone: whether it was sent is not known"
DOWN = "The account at its provider is down or switched off"
NOBODY = "Nothing is configured that carries this channel (admin: Channel accounts; mail: EMAIL_URL)"
NOBODYS = "No account carries messages to this kind of address (admin: Channel accounts)"

State = Delivery.State
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """`opened`: connections by the account's id; `down`: accounts that fell out meanwhile; `waiting`: for them."""

    lease: datetime
    length: timedelta
    ways: list[Route]
    opened: dict[int, Connection] = field(default_factory=dict)
    down: set[int] = field(default_factory=set)
    waiting: list[UUID] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def work(self, batch: list[Delivery]) -> None:
        if not self.ways:
            for delivery in batch:
                self._close(delivery, State.CLAIMED, state=State.REFUSED, reason=NOBODY)
            return
        until, left = time.monotonic() + WORK_SECONDS, self._hopeful(batch)
        with self.stack:
            while left and time.monotonic() < until:
                self._stretch(left)
        _give_back([delivery.pk for delivery in left], self.lease, None)
        _give_back(self.waiting, self.lease, self._back_at(), DOWN)

    def _hopeful(self, batch: list[Delivery]) -> deque[Delivery]:
        """Without those that may have left and must not go again: a human hears of them though nothing can leave."""
        ways = {way.account.pk: way for way in self.ways if way.account}
        left: deque[Delivery] = deque()
        for delivery in batch:
            if delivery.unsure_at and not _remembers(ways.get(delivery.via_id or 0), delivery):
                self._close(delivery, State.CLAIMED, state=State.UNKNOWN, reason=FORGOTTEN)
            else:
                left.append(delivery)
        return left

    def _usable(self) -> list[Route]:
        real = clock.real()
        return [way for way in self.ways if _key(way) not in self.down and way.well(real)]

    def _back_at(self) -> datetime:
        """When the first of them may be tried again."""
        real = clock.real()
        if rests := [until for way in self.ways if (until := way.rests_until(real))]:
            return min(rests)
        shut = all(way.shut for way in self.ways)
        return real + timedelta(seconds=_jitter(SHUT_SECONDS if shut else DOWN_SECONDS))

    def _stretch(self, left: deque[Delivery]) -> None:
        """Check all that are left, then send for a short while; what is said meanwhile counts soon."""
        verdicts = last_check.run(left)
        until = time.monotonic() + RECHECK_SECONDS
        while left:
            delivery = left.popleft()
            verdict = verdicts[delivery.pk]
            if verdict.wait:
                retry_at = clock.real() + verdict.wait
                _give_back([delivery.pk], self.lease, retry_at, verdict.reason)
            elif verdict.reason:
                self._skip(delivery, verdict)
            else:
                self._one(delivery, verdict.address)
            if time.monotonic() >= until:
                return

    def _one(self, delivery: Delivery, address: str) -> None:
        """A message that cannot be built is refused alone; its neighbors go on."""
        if not any(way.reaches(address) for way in self.ways):
            self._close(delivery, State.CLAIMED, state=State.REFUSED, reason=NOBODYS)
            return
        way = self._way(delivery, address)
        if way is None:
            self.waiting.append(delivery.pk)
            return
        try:
            message = letter.message(delivery, address)
        except Exception as error:
            log.exception("message %s cannot be built", delivery.pk)
            reason = f"The message cannot be built: {type(error).__name__}"
            self._close(delivery, State.CLAIMED, state=State.REFUSED, reason=reason)
            return
        if not self._mark(delivery, way):
            return  # the run ended or another worker took over meanwhile
        keeps = delivery.channel == "email" and demo_inbox.keeps(address)
        connection = Kept(demo_inbox.keep) if keeps else self._open(way)
        self._record(delivery, way, _sent(connection, message), address)

    def _way(self, delivery: Delivery, address: str) -> Route | None:
        """What may have left goes by the way it went, or not at all."""
        usable = [way for way in self._usable() if way.reaches(address)]
        if delivery.unsure_at is None:
            return usable[0] if usable else None
        return next((way for way in usable if way.account and way.account.pk == delivery.via_id), None)

    def _mark(self, delivery: Delivery, way: Route) -> bool:
        """From here on it may have left."""
        renewed = clock.real() + self.length
        changes = {"via": way.account, "provider": way.channel.name, "lease_until": renewed}
        if not _held_by(delivery, State.CLAIMED).update(state=State.SENDING, **changes):
            return False
        delivery.lease_until, delivery.via, delivery.provider = renewed, way.account, way.channel.name
        return True

    def _open(self, way: Route) -> Connection:
        """One connection for a whole batch."""
        key = _key(way)
        if key not in self.opened:
            self.opened[key] = self.stack.enter_context(way.channel.connect())
        return self.opened[key]

    def _record(self, delivery: Delivery, way: Route, outcome: Outcome, address: str) -> None:
        routes.noted(way, outcome)
        match outcome:
            case Accepted(provider_ref):
                assert delivery.lease_until
                name = way.channel.name
                shown.accepted(delivery.pk, delivery.lease_until, name, provider_ref[:200], clock.now())
            case Unknown(reason):
                self._unsure(delivery, way, reason)
            case Refused():
                self._refused(delivery, way, outcome, address)

    def _unsure(self, delivery: Delivery, way: Route, reason: str) -> None:
        """Again under the same key, or looked up soon; else a human decides."""
        delivery.unsure_at = delivery.unsure_at or clock.real()
        again = _remembers(way, delivery)
        soon = clock.real() + timedelta(seconds=_pause(delivery.attempts, None))
        _held_by(delivery).update(
            state=State.INTENDED if again else State.UNKNOWN,
            unsure_at=delivery.unsure_at,
            reason=reason[:300],
            retry_at=soon if again or way.channel.name in routes.tellers() else None,
            lease_until=None,
        )
        log.warning("message %s is uncertain: %s", delivery.pk, reason)

    def _refused(self, delivery: Delivery, way: Route, refusal: Refused, address: str) -> None:
        """Later, when it makes sense; a provider that is down uses up nobody's attempts, only time."""
        whole = refusal.down or refusal.broken
        if whole:
            self.down.add(_key(way))
        attempts = delivery.attempts - whole
        if not refusal.retry or attempts >= MAX_ATTEMPTS:
            closed = self._close(delivery, State.SENDING, state=State.REFUSED, reason=refusal.reason)
            if closed and refusal.gone:
                refusals.heed(delivery, refusal.gone, address)
            return
        _held_by(delivery).update(
            state=State.INTENDED,
            attempts=attempts,
            reason=refusal.reason[:300],
            retry_at=self._retry_at(attempts, refusal),
            lease_until=None,
        )

    def _retry_at(self, attempts: int, refusal: Refused) -> datetime:
        """At once where another account takes over."""
        if refusal.down or refusal.broken:
            return clock.real() if self._usable() else self._back_at()
        return clock.real() + timedelta(seconds=_pause(attempts, refusal.retry_after))

    @transaction.atomic
    def _skip(self, delivery: Delivery, verdict: last_check.Verdict) -> None:
        """Of what stopped it a decision is kept, like of what stops it sooner."""
        if self._close(delivery, State.CLAIMED, state=State.SKIPPED, reason=verdict.reason):
            judge.again(delivery, verdict.gates, standing.policy().version, clock.now()).save()
            Delivery.objects.filter(pk=delivery.pk).update(decision=delivery.decision)

    def _close(self, delivery: Delivery, held: str, *, state: str, reason: str) -> bool:
        """An end without a message: its offer is no longer live, so it blocks no other. What may have left before stays
        uncertain. False: the lease was lost."""
        state = State.UNKNOWN if delivery.unsure_at else state
        values = {"state": state, "reason": reason[:300], "lease_until": None, "retry_at": None}
        if not _held_by(delivery, held).update(**values):
            return False
        if state == State.UNKNOWN:
            return True
        live = Proposition.objects.filter(pk=delivery.proposition_id, state=Proposition.State.LIVE)
        live.update(state=Proposition.State.ENDED)
        return True


def _remembers(way: Route | None, delivery: Delivery) -> bool:
    lives, since = way.channel.key_lives if way else None, delivery.unsure_at
    return lives is not None and since is not None and clock.real() < since + lives - KEY_MARGIN


def _key(way: Route) -> int:
    return way.account.pk if way.account else 0


def _sent(connection: Connection, message: Message) -> Outcome:
    """A channel answers; if it raises all the same, nobody knows what it had done by then."""
    try:
        return connection.send(message)
    except Exception as error:
        log.exception("the channel failed on message %s", message.delivery_id)
        return Unknown(f"The channel failed: {type(error).__name__}")


def _held_by(delivery: Delivery, state: str = State.SENDING) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=delivery.pk, state=state, lease_until=delivery.lease_until)


def _give_back(ids: Collection[UUID], lease: datetime, retry_at: datetime | None, reason: str = "") -> None:
    """Not tried: intended again, and the attempt does not count."""
    if ids:
        bulk.run(
            "UPDATE campaigns_app_delivery SET state = 'intended', attempts = greatest(attempts - 1, 0),"
            " lease_until = NULL, retry_at = %s, reason = %s"
            " WHERE id = ANY(%s) AND state = 'claimed' AND lease_until = %s",
            retry_at,
            reason[:300],
            list(ids),
            lease,
        )


def _pause(attempts: int, asked: float | None) -> float:
    """Seconds: what the provider asked for, else full jitter over 1, 2, 4 ... seconds."""
    return asked or random.uniform(0, 2 ** max(attempts - 1, 0))  # noqa: S311


def _jitter(seconds: float) -> float:
    return random.uniform(seconds / 2, seconds)  # noqa: S311
