"""The whole way in on one screen: envelopes become events, usage, signals and enrollments, all in one transaction
(while much waits, signals and enrollments in one of their own: `backlog`).

A worker that dies in the middle leaves nothing half done: the lease runs out and another one starts afresh.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from itertools import chain

from django.db import transaction

from campaigns_app import attribution, backlog, conversions, enroll, merges, privacy, receipts, replies
from campaigns_app.backlog import Backlog
from people_app import erasure, facts, identify, settling
from people_app.entitlements import Changed
from people_app.item import Said, Trust, Who
from signals_app import (
    enrichment,
    health,
    hints,
    ingest,
    lookups,
    proof,
    repeats,
    seen,
    tickets,
    usage,
)
from signals_app.ahead import Chunk
from signals_app.incoming import Incoming
from signals_app.models import Envelope
from signals_app.triggered import Batch
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.errors import told, where

CHUNK = 200
SECONDS_A_JOB = 10.0
# With a backlog: each job reads its first chunk while PostgreSQL has nothing to do, so it should take in a few.
SECONDS_OTHERS_WAIT = 1.0

log = logging.getLogger(__name__)


def process_inbox() -> None:
    """The job: work until the inbox is empty, but give way to others: what a person just did may wait for its step."""
    began = time.monotonic()
    _settle_addresses()
    backlog.look_at_what_was_left()
    waiting = Backlog()
    chunk = _claim(CHUNK)
    while chunk:
        late = _late(chunk, time.monotonic() - began)
        following = _claim(CHUNK) if chunk.large and not late else None
        _process_all(chunk, waiting, following)
        if late:
            queue.nudge_now("inbox")
            break
        chunk = following if following and following.in_time else _claim(CHUNK)
    waiting.finish()


def _late(chunk: Chunk, seconds: float) -> bool:
    """Whether a job that has worked for so long gives way after this chunk."""
    patient = chunk.large and seconds < SECONDS_OTHERS_WAIT
    return seconds > SECONDS_A_JOB or (not patient and queue.others_wait("inbox"))


def process(limit: int) -> int:
    """Claim and process some envelopes; return how many."""
    chunk = _claim(limit)
    if chunk:
        _process_all(chunk, Backlog())
    return len(chunk.envelopes) if chunk else 0


def _claim(limit: int) -> Chunk | None:
    """What workers died of again and again is parked."""
    while claimed := ingest.claim(limit):
        spent = [envelope for envelope in claimed if envelope.attempts > ingest.MAX_ATTEMPTS]
        for envelope in spent:
            ingest.park(envelope, RuntimeError("its workers died again and again"))
        if fit := [envelope for envelope in claimed if envelope not in spent]:
            return Chunk(fit)
    return None


def _process_all(chunk: Chunk, waiting: Backlog, following: Chunk | None = None) -> None:
    """A chunk that fails is tried again one by one."""
    try:
        _process(chunk, waiting, following)
        waiting.committed()
    except Exception as error:
        log.warning(
            "a chunk of %s envelopes failed (%s); trying them one by one", len(chunk.envelopes), told(error)
        )
        ingest.put_back(chunk.unread)
        waiting.finish()
        _one_by_one(chunk.envelopes)
    _settle_addresses()


def _settle_addresses() -> None:
    """Addresses that somebody got or lost: what was said by them alone is another's now."""
    try:
        while settling.waiting():
            _settle_some()
    except Exception as error:
        log.error("addresses wait: %s\n%s", told(error), where(error))


@transaction.atomic
def _settle_some() -> None:
    if settled := settling.settle(clock.now()):
        _follow(settled)
        enroll.recheck(settled.changed_accounts)


def _one_by_one(claimed: Sequence[Envelope]) -> None:
    for envelope in claimed:
        try:
            _process(Chunk([envelope]), Backlog())
        except Exception as error:
            log.error("envelope %s failed: %s\n%s", envelope.pk, told(error), where(error))
            ingest.park(envelope, error)


@transaction.atomic
def _process(chunk: Chunk, waiting: Backlog, following: Chunk | None = None) -> None:
    """`following` is read whenever this waits for PostgreSQL; moments may wait until then.

    Its end does not wait for the disk. Should PostgreSQL die before it is written, the envelopes are pending still; and
    a later transaction that does wait takes this one to the disk before itself. A no is waited for, so that nobody is
    written to who had opted out already.
    """
    opened = sorted(chunk.opened(), key=lambda one: (one.source.kind, one.envelope.pk))
    if not any(_weighty(item) for one in opened for item in one.items):
        bulk.run("SET LOCAL synchronous_commit TO off")
    ingest.put_back(chunk.unread)
    items = sum(len(one.items) for one in opened)
    later = following is not None and waiting.has_room(chunk, items)
    with following.opened_meanwhile() if following else nullcontext():
        _take_in(opened, waiting, later)


def _weighty(item: Incoming) -> bool:
    return item.kind == erasure.DELETE or item.name in proof.WEIGHTY


def _take_in(opened: Sequence[ingest.Opened], waiting: Backlog, later: bool) -> None:
    """`later`: moments are noticed with those of the next chunk."""
    now = clock.now()
    repeats.leave_out(opened)
    hints.settle(item for one in opened for item in one.items)
    _drop_erased(opened)
    who, facts = _identify(opened)
    changed = set(facts)
    stored = ingest.store(opened, who)
    changes = usage.add(stored, usage.meters())
    mended = repeats.mend(opened, who, stored)
    named = [*stored, *mended.renamed]
    believed = _without_browsers(named, opened)
    tickets.apply(believed)
    replies.apply(believed, now)
    receipts.apply(believed, now)
    conversions.from_events(attribution.from_events(believed, now), now)
    enroll.recheck(changed)
    waiting.take(Batch([*named, *mended.changed], changes, changed, facts), now, later=later)
    lookups.want(opened)
    enrichment.want(changed)
    ingest.keep_rejected(opened)
    ingest.finish(opened)
    health.count(opened, stored)
    seen.keep()


def _drop_erased(opened: Sequence[ingest.Opened]) -> None:
    """What somebody did before they asked to be forgotten is not taken in again because it comes late."""
    late = iter(erasure.too_late([item for one in opened for item in one.items]))
    for one in opened:
        one.items = [item for item in one.items if not next(late)]


def _without_browsers(
    stored: Sequence[ingest.Stored], opened: Sequence[ingest.Opened]
) -> list[ingest.Stored]:
    """A page cannot open a ticket, nor say that something was bought: its key is public."""
    browsers = {one.source.pk for one in opened if one.source.kind == facts.BROWSER}
    return [one for one in stored if one.source_id not in browsers]


def _sender(opened: ingest.Opened, item: Incoming) -> tuple[str, Trust]:
    """The kind of source, and how far it is believed."""
    if opened.source.kind != facts.BROWSER:
        return opened.source.kind, Trust.FULL if item.proven else Trust.HEARSAY
    signed = ingest.SIGNED_PERSON in opened.envelope.headers
    return opened.source.kind, Trust.THEMSELVES if signed else Trust.ANYBODY


def _identify(opened: Sequence[ingest.Opened]) -> tuple[list[Who], Changed]:
    """Senders differ in trust and provenance, also within an envelope. All of them take their locks together."""
    senders: dict[tuple[str, Trust], list[Incoming]] = defaultdict(list)
    for one in opened:
        for item in one.items:
            senders[_sender(one, item)].append(item)
    resolved = identify.resolve_all([Said(items, *by) for by, items in senders.items()], clock.now())
    _follow(resolved)
    answers = dict(zip(map(id, chain(*senders.values())), resolved.who, strict=True))
    _begin_erasures((one, item, answers[id(item)]) for one in opened for item in one.items)
    return [answers[id(item)] for one in opened for item in one.items], resolved.changed


def _begin_erasures(answered: Iterable[tuple[ingest.Opened, Incoming, Who]]) -> None:
    """Asked for when it arrived, however long ago that was by the sender's clock: what came before is theirs, too."""
    for one, item, who in answered:
        if item.kind == erasure.DELETE and _sender(one, item)[1] is Trust.FULL:
            privacy.begin(erasure.ask(who, one.envelope.received_at, one.source.kind))


def _follow(resolved: identify.Resolved) -> None:
    merges.carry_out(resolved.steps)
    usage.ask_recount(resolved.recounted)
