"""Hand intended mail to the provider: claimed under a lease, marked before it leaves, never sent twice.

intended -> claimed -> sending -> accepted | refused | unknown. A worker that dies with a mail `claimed` gave
nothing away, so the mail is intended again; one that dies with it `sending` may have, so it is parked as
unknown. Each change is its own commit and names the lease it holds: who lost its lease changes nothing.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from campaigns_app import channels, demo_inbox, judge, last_check, letter, shown, standing
from campaigns_app.channels.base import Accepted, Channel, Connection, Message, Outcome, Refused, Unknown
from campaigns_app.channels.email import Kept
from campaigns_app.models import Delivery
from offers_app.models import Proposition
from people_app.models import Channel as ChannelName
from upsell_project.lib import bulk, clock, queue

BATCH = 50
LEASE = timedelta(seconds=60)
WORK_SECONDS = 30.0  # of a lease; what is left of the batch then goes back
RECHECK_SECONDS = 2.0
SECONDS_A_JOB = 20.0
MAX_ATTEMPTS = 6
DOWN_SECONDS = 30.0

State = Delivery.State
log = logging.getLogger(__name__)


def send_outbox() -> None:
    """The job: send until nothing is due, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while send():
        if time.monotonic() > until:
            queue.nudge_now("outbox")
            return


def waiting() -> bool:
    """Whether a mail is due, or a dead worker left one behind."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM campaigns_app_delivery WHERE"
        " (state = 'intended' AND channel = 'email' AND (retry_at IS NULL OR retry_at <= %s))"
        " OR (state IN ('claimed', 'sending') AND lease_until < %s))"
    )
    return bool(bulk.select(sql, clock.real(), clock.real())[0][0])


def send(limit: int = BATCH) -> int:
    """Claim and hand over one batch; return how many were claimed."""
    provider = channels.of(ChannelName.EMAIL, settings.EMAIL_URL, demo_inbox.keep)
    _recover()
    lease = clock.real() + LEASE
    claimed = _claim(lease, limit)
    if claimed:
        clock.forget()  # who intended them may know already that a sandbox was moved into the day
        rows = Delivery.objects.filter(pk__in=claimed, state=State.CLAIMED, lease_until=lease)
        rows = rows.select_related("proposition", "person", "account").order_by("intended_at")
        _Run(provider, lease).work(list(rows))
    return len(claimed)


def _recover() -> None:
    """What dead workers left: a claim is taken back, a send is uncertain."""
    bulk.select(
        "UPDATE campaigns_app_delivery SET lease_until = NULL,"
        " state = CASE WHEN state = 'sending' THEN 'unknown'"
        " WHEN attempts >= %s THEN 'refused' ELSE 'intended' END,"
        " reason = CASE WHEN state = 'sending'"
        " THEN 'A worker died while sending' ELSE 'A worker died before sending' END"
        " WHERE state IN ('claimed', 'sending') AND lease_until < %s RETURNING 1",
        MAX_ATTEMPTS,
        clock.real(),
    )


def _claim(lease: datetime, limit: int) -> list[UUID]:
    """The attempt counts from here, so that a killed worker has used one up."""
    rows = bulk.select(
        "UPDATE campaigns_app_delivery SET state = 'claimed', lease_until = %s, attempts = attempts + 1"
        " WHERE id IN (SELECT id FROM campaigns_app_delivery WHERE state = 'intended' AND channel = 'email'"
        " AND (retry_at IS NULL OR retry_at <= %s) ORDER BY intended_at LIMIT %s FOR UPDATE SKIP LOCKED)"
        " RETURNING id",
        lease,
        clock.real(),
        limit,
    )
    return [row[0] for row in rows]


@dataclass(slots=True)
class _Run:
    """One batch under one lease. `down` once the provider could not be reached at all."""

    provider: Channel | None
    lease: datetime
    down: bool = False

    def work(self, batch: list[Delivery]) -> None:
        if self.provider is None:
            self._refuse_all(batch, "No mail server is configured (EMAIL_URL)")
            return
        until, left = time.monotonic() + WORK_SECONDS, deque(batch)
        with self.provider.connect() as connection:
            while left and not self.down and time.monotonic() < until:
                self._stretch(connection, left)
        retry_at = clock.real() + timedelta(seconds=_jitter(DOWN_SECONDS)) if self.down else None
        _give_back([delivery.pk for delivery in left], self.lease, retry_at)

    def _stretch(self, connection: Connection, left: deque[Delivery]) -> None:
        """Check all that are left, then send for a short while; what is said meanwhile counts soon."""
        verdicts = last_check.run(left)
        until = time.monotonic() + RECHECK_SECONDS
        while left and not self.down:
            delivery = left.popleft()
            verdict = verdicts[delivery.pk]
            if verdict.wait:
                retry_at = clock.real() + verdict.wait
                _give_back([delivery.pk], self.lease, retry_at, verdict.reason)
            elif verdict.reason:
                self._skip(delivery, verdict)
            else:
                self._one(connection, delivery, verdict.address)
            if time.monotonic() >= until:
                return

    def _one(self, connection: Connection, delivery: Delivery, address: str) -> None:
        """A mail that cannot be built is refused alone; its neighbors go on."""
        try:
            message = _message(delivery, address)
        except Exception as error:
            log.exception("mail %s cannot be built", delivery.pk)
            reason = f"The mail cannot be built: {type(error).__name__}"
            self._close(delivery, State.CLAIMED, state=State.REFUSED, reason=reason)
            return
        renewed = clock.real() + LEASE
        if not _held_by(delivery, State.CLAIMED).update(state=State.SENDING, lease_until=renewed):
            return  # the run ended or another worker took over meanwhile
        delivery.lease_until = renewed
        way = Kept(demo_inbox.keep) if demo_inbox.keeps(address) else connection
        self._record(delivery, _sent(way, message))

    def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        name = self.provider.name if self.provider else ""
        match outcome:
            case Accepted(provider_ref):
                assert delivery.lease_until
                shown.accepted(delivery.pk, delivery.lease_until, name, provider_ref[:200], clock.now())
            case Unknown(reason):
                _held_by(delivery).update(
                    state=State.UNKNOWN, reason=reason[:300], provider=name, lease_until=None
                )
                log.warning("mail %s is uncertain: %s", delivery.pk, reason)
            case Refused():
                self._refused(delivery, outcome)

    def _refused(self, delivery: Delivery, refusal: Refused) -> None:
        """Later, when it makes sense; a provider that is down uses up nobody's attempts, only time."""
        self.down = self.down or refusal.down
        attempts = delivery.attempts - refusal.down
        if not refusal.retry or attempts >= MAX_ATTEMPTS:
            self._close(delivery, State.SENDING, state=State.REFUSED, reason=refusal.reason)
            return
        _held_by(delivery).update(
            state=State.INTENDED,
            attempts=attempts,
            reason=refusal.reason[:300],
            retry_at=clock.real() + timedelta(seconds=_pause(attempts, refusal)),
            lease_until=None,
        )

    def _refuse_all(self, batch: Iterable[Delivery], reason: str) -> None:
        for delivery in batch:
            self._close(delivery, State.CLAIMED, state=State.REFUSED, reason=reason)

    @transaction.atomic
    def _skip(self, delivery: Delivery, verdict: last_check.Verdict) -> None:
        """Of what stopped it a decision is kept, like of what stops it sooner."""
        if self._close(delivery, State.CLAIMED, state=State.SKIPPED, reason=verdict.reason):
            judge.again(delivery, verdict.gates, standing.policy().version, clock.now()).save()
            Delivery.objects.filter(pk=delivery.pk).update(decision=delivery.decision)

    def _close(self, delivery: Delivery, held: str, *, state: str, reason: str) -> bool:
        """An end without a mail: its offer is no longer live, so it blocks no other. False: the lease was lost."""
        if not _held_by(delivery, held).update(state=state, reason=reason[:300], lease_until=None):
            return False
        live = Proposition.objects.filter(pk=delivery.proposition_id, state=Proposition.State.LIVE)
        live.update(state=Proposition.State.ENDED)
        return True


def _message(delivery: Delivery, address: str) -> Message:
    written = letter.write(delivery)
    return Message(
        delivery_id=str(delivery.pk),
        to=address,
        at=clock.now(),
        sender=settings.SENDER,
        subject=written.subject,
        text=written.text,
        html=written.html,
        unsubscribe_url=written.unsubscribe_url,
        headers={
            "Feedback-ID": f"{delivery.proposition.topic}:{delivery.step_id}:offer:upsell",
            **({"Reply-To": written.reply_to} if written.reply_to else {}),
        },
    )


def _sent(connection: Connection, message: Message) -> Outcome:
    """A channel answers; if it raises all the same, nobody knows what it had done by then."""
    try:
        return connection.send(message)
    except Exception as error:
        log.exception("the channel failed on mail %s", message.delivery_id)
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


def _pause(attempts: int, refusal: Refused) -> float:
    """Seconds: what the provider asked for, else full jitter over 1, 2, 4 ... seconds."""
    if refusal.down:
        return _jitter(DOWN_SECONDS)
    return refusal.retry_after or random.uniform(0, 2 ** max(attempts - 1, 0))  # noqa: S311


def _jitter(seconds: float) -> float:
    return random.uniform(seconds / 2, seconds)  # noqa: S311
