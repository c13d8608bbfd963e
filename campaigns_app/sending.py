"""One batch of one channel under one lease: checked once more, marked, sent, and what became of each.

A message of which nobody knows whether it left goes again only by the same account and under the same key, as long as
the provider remembers that; `look_up` asks the others.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Collection, Iterable
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
BROKEN_SECONDS = 300.0
LOOK_LEASE, LOOK_FIRST, LOOK_FOR = timedelta(minutes=1), timedelta(seconds=5), timedelta(minutes=15)
FORGOTTEN = "The provider no longer knows its key, and whether it was sent is not known"
NOBODY = "Nothing is configured that carries this channel (admin: Channel accounts; mail: EMAIL_URL)"

State = Delivery.State
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """`rest`: connections that were opened, by the account's id; `down`: routes that fell out meanwhile."""

    lease: datetime
    length: timedelta
    ways: list[Route]
    opened: dict[int, Connection] = field(default_factory=dict)
    down: set[int] = field(default_factory=set)
    stack: ExitStack = field(default_factory=ExitStack)

    def work(self, batch: list[Delivery]) -> None:
        if not self.ways:
            self._refuse_all(batch, NOBODY)
            return
        until, left = time.monotonic() + WORK_SECONDS, deque(batch)
        with self.stack:
            while left and self._usable() and time.monotonic() < until:
                self._stretch(left)
        retry_at = None if self._usable() else self._back_at()
        _give_back([delivery.pk for delivery in left], self.lease, retry_at)

    def _usable(self) -> list[Route]:
        real = clock.real()
        return [way for way in self.ways if _key(way) not in self.down and way.well(real)]

    def _back_at(self) -> datetime:
        """When the first of them may be tried again."""
        known = [way.rests_until for way in self.ways if way.rests_until]
        seconds = (
            BROKEN_SECONDS
            if all(way.account and way.account.broken_at for way in self.ways)
            else DOWN_SECONDS
        )
        return max(min(known), clock.real()) if known else clock.real() + timedelta(seconds=_jitter(seconds))

    def _stretch(self, left: deque[Delivery]) -> None:
        """Check all that are left, then send for a short while; what is said meanwhile counts soon."""
        verdicts = last_check.run(left)
        until = time.monotonic() + RECHECK_SECONDS
        while left and self._usable():
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
        way = self._way(delivery)
        if way is None:
            self._not_now(delivery)
            return
        try:
            message = _message(delivery, address)
        except Exception as error:
            log.exception("message %s cannot be built", delivery.pk)
            reason = f"The message cannot be built: {type(error).__name__}"
            self._close(delivery, State.CLAIMED, state=State.REFUSED, reason=reason)
            return
        if delivery.unsure_at and not _remembers(way, delivery):
            self._close(delivery, State.CLAIMED, state=State.UNKNOWN, reason=FORGOTTEN)
            return
        if not self._mark(delivery, way):
            return  # the run ended or another worker took over meanwhile
        keeps = delivery.channel == "email" and demo_inbox.keeps(address)
        connection = Kept(demo_inbox.keep) if keeps else self._open(way)
        self._record(delivery, way, _sent(connection, message), address)

    def _way(self, delivery: Delivery) -> Route | None:
        """What may have left goes by the way it went, or not at all."""
        usable = self._usable()
        if delivery.unsure_at is None:
            return usable[0] if usable else None
        return next((way for way in usable if way.account and way.account.pk == delivery.via_id), None)

    def _not_now(self, delivery: Delivery) -> None:
        """Its account is down; or gone, and then nobody can say any more whether it left."""
        known = {way.account.pk for way in self.ways if way.account}
        if delivery.unsure_at and delivery.via_id not in known:
            self._close(
                delivery, State.CLAIMED, state=State.UNKNOWN, reason="Its account was removed meanwhile"
            )
        else:
            retry_at = clock.real() + timedelta(seconds=_jitter(DOWN_SECONDS))
            _give_back([delivery.pk], self.lease, retry_at, "Its account is down")

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
            retry_at=soon if again or routes.looks_up(way.channel.name) else None,
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

    def _refuse_all(self, batch: Iterable[Delivery], reason: str) -> None:
        for delivery in batch:
            self._close(delivery, State.CLAIMED, state=State.REFUSED, reason=reason)

    @transaction.atomic
    def _skip(self, delivery: Delivery, verdict: last_check.Verdict) -> None:
        """Of what stopped it a decision is kept, like of what stops it sooner. What may have left stays uncertain."""
        state = State.UNKNOWN if delivery.unsure_at else State.SKIPPED
        if self._close(delivery, State.CLAIMED, state=state, reason=verdict.reason):
            judge.again(delivery, verdict.gates, standing.policy().version, clock.now()).save()
            Delivery.objects.filter(pk=delivery.pk).update(decision=delivery.decision)

    def _close(self, delivery: Delivery, held: str, *, state: str, reason: str) -> bool:
        """An end without a message: its offer is no longer live, so it blocks no other. False: the lease was lost."""
        values = {"state": state, "reason": reason[:300], "lease_until": None, "retry_at": None}
        if not _held_by(delivery, held).update(**values):
            return False
        live = Proposition.objects.filter(pk=delivery.proposition_id, state=Proposition.State.LIVE)
        live.update(state=Proposition.State.ENDED)
        return True


def look_up(limit: int) -> int:
    """Ask the providers that can tell what became of messages whose answers were lost; return how many were asked
    about. A worker that dies meanwhile costs a minute."""
    rows = bulk.select(
        "UPDATE campaigns_app_delivery SET retry_at = %s WHERE id IN (SELECT id FROM campaigns_app_delivery"
        " WHERE state = 'unknown' AND retry_at <= %s ORDER BY retry_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id",
        clock.real() + LOOK_LEASE,
        clock.real(),
        limit,
    )
    asked = Delivery.objects.filter(pk__in=[row[0] for row in rows]).select_related(
        "proposition", "person", "account", "via"
    )
    for delivery in asked:
        _look(delivery)
    return len(asked)


def _look(delivery: Delivery) -> None:
    since = delivery.unsure_at or clock.real()
    found = _told(delivery, since)
    parked = Delivery.objects.filter(pk=delivery.pk, state=State.UNKNOWN)
    if isinstance(found, Accepted):
        shown.confirmed([delivery.pk], "The provider has it", clock.now())
        Delivery.objects.filter(pk=delivery.pk).update(provider_ref=found.provider_ref[:200])
    elif isinstance(found, Refused):
        parked.update(state=State.REFUSED, reason=found.reason[:300], retry_at=None)
    else:
        waited = clock.real() - since
        parked.update(retry_at=clock.real() + max(waited, LOOK_FIRST) if waited < LOOK_FOR else None)


def _told(delivery: Delivery, since: datetime) -> Outcome | None:
    address = last_check.address(delivery)
    if delivery.via is None or address is None:
        return None
    try:
        return routes.opened(delivery.via).look_up(_message(delivery, address), since)
    except Exception:
        log.exception("message %s cannot be looked up", delivery.pk)
        return None


def _remembers(way: Route, delivery: Delivery) -> bool:
    lives, since = way.channel.key_lives, delivery.unsure_at
    return lives is not None and since is not None and clock.real() < since + lives


def _key(way: Route) -> int:
    return way.account.pk if way.account else 0


def _message(delivery: Delivery, address: str) -> Message:
    return letter.message(delivery, address)


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
        bulk.select(
            "UPDATE campaigns_app_delivery SET state = 'intended', attempts = greatest(attempts - 1, 0),"
            " lease_until = NULL, retry_at = %s, reason = %s"
            " WHERE id = ANY(%s) AND state = 'claimed' AND lease_until = %s RETURNING 1",
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
