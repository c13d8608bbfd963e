"""The whole way in on one screen: envelopes become events, usage, signals and enrollments, all in one transaction.

A worker that dies in the middle leaves nothing half done: the lease runs out and another one starts afresh.
"""

import logging
import time
from collections.abc import Sequence
from itertools import groupby

from django.db import transaction

from campaigns_app import enroll, interact, merges, privacy, receipts, replies
from people_app import erasure, facts, identify
from people_app.item import Trust, Who
from signals_app import detect, enrichment, health, ingest, lookups, tickets, usage
from signals_app.detectors.base import Batch
from signals_app.models import Envelope, SignalDefinition
from upsell_project.lib import clock, queue
from upsell_project.lib.errors import told, where

CHUNK = 40
SECONDS_A_JOB = 5.0

log = logging.getLogger(__name__)


def process_inbox() -> None:
    """The job: work until the inbox is empty, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while process(CHUNK):
        if time.monotonic() > until:
            queue.nudge_now("inbox")
            return


def process(limit: int) -> int:
    """Claim and process some envelopes; return how many. A chunk that fails is tried again one by one."""
    claimed = ingest.claim(limit)
    spent = [envelope for envelope in claimed if envelope.attempts > ingest.MAX_ATTEMPTS]
    for envelope in spent:
        ingest.park(envelope, RuntimeError("its workers died again and again"))
    fit = [envelope for envelope in claimed if envelope not in spent]
    if fit:
        try:
            _process(fit)
        except Exception as error:
            log.warning("a chunk of %s envelopes failed (%s); trying them one by one", len(fit), told(error))
            _one_by_one(fit)
    return len(claimed)


def _one_by_one(claimed: Sequence[Envelope]) -> None:
    for envelope in claimed:
        try:
            _process([envelope])
        except Exception as error:
            log.error("envelope %s failed: %s\n%s", envelope.pk, told(error), where(error))
            ingest.park(envelope, error)


@transaction.atomic
def _process(envelopes: Sequence[Envelope]) -> None:
    now = clock.now()
    opened = sorted(ingest.open_all(envelopes), key=lambda one: (*_sender(one), one.envelope.pk))
    _drop_erased(opened)
    who, changed = _identify(opened)
    stored = ingest.store(opened, who)
    changes = usage.add(stored, usage.meters())
    believed = _without_browsers(stored, opened)
    tickets.apply(believed)
    replies.apply(believed, now)
    receipts.apply(believed, now)
    interact.from_events(believed, now)
    enroll.recheck(changed)
    definitions = SignalDefinition.objects.filter(live=True)
    signals = detect.signals(Batch(stored, changes, changed), list(definitions), now)
    enroll.from_signals(signals, now)
    lookups.want(opened)
    enrichment.want(changed)
    ingest.keep_rejected(opened)
    ingest.finish(opened)
    health.count(opened)


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


def _sender(opened: ingest.Opened) -> tuple[str, Trust]:
    """The kind of source, and how far it is believed."""
    if opened.source.kind != facts.BROWSER:
        return opened.source.kind, Trust.FULL
    signed = ingest.SIGNED_PERSON in opened.envelope.headers
    return opened.source.kind, Trust.THEMSELVES if signed else Trust.ANYBODY


def _identify(opened: Sequence[ingest.Opened]) -> tuple[list[Who], set[int]]:
    """Senders differ in trust and provenance, so each sort is resolved on its own, in the order of `opened`."""
    who: list[Who] = []
    changed: set[int] = set()
    for (kind, trust), group in groupby(opened, key=_sender):
        items = [item for one in group for item in one.items]
        resolved = identify.resolve(items, kind, clock.now(), trust=trust)
        merges.carry_out(resolved.steps)
        if trust is Trust.FULL:
            privacy.begin(erasure.ask(items, resolved.who, kind))
        usage.ask_recount(resolved.recounted)
        who += resolved.who
        changed |= resolved.changed_accounts
    return who, changed
