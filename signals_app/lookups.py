"""Reading what came in only as an id: asked for in the inbox's transaction, read by a job, answered through the inbox.

An answer is an envelope like any other, so it is durable, dated, replayable and read by the source's connector.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from people_app.models import Account, AccountName
from signals_app import connectors, ingest
from signals_app.connectors.base import Question, Wanted
from signals_app.connectors.shared import firmographics
from signals_app.models import Lookup, Source
from upsell_project.lib import bulk, clock, http, queue
from upsell_project.lib.errors import where

# Longer than all that are claimed at once can take.
LEASE = timedelta(seconds=90)
CLAIMED = 5
SECONDS_A_JOB = 5.0
MAX_ATTEMPTS = 10
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=6)
REFUSED_WAIT = timedelta(minutes=15)
# A provider that hangs costs one worker some seconds in a minute, not all of them all the time.
SILENT_WAIT = timedelta(minutes=1)
SILENT_ATTEMPTS = 3
QUEUED = 202

log = logging.getLogger(__name__)


def want(opened: Iterable[ingest.Opened]) -> None:
    """Note what these envelopes only name. Run in the transaction that stores their events."""
    ask((one.source.pk, wanted, []) for one in opened for wanted in one.wanted)


def ask(wanted: Iterable[tuple[int, Wanted, Sequence[int]]]) -> None:
    """Source, object and the accounts that it is about, if the answer does not say so itself."""
    now = clock.real()
    rows = {(source, one.kind, one.id): sorted(accounts) for source, one, accounts in wanted if _askable(one)}
    if not rows:
        return
    bulk.execute(
        _ASK,
        [
            {"source": source, "kind": kind, "object": object_id, "accounts": accounts, "due": now}
            for (source, kind, object_id), accounts in sorted(rows.items())
        ],
    )
    queue.nudge("lookups")


def _askable(one: Wanted) -> bool:
    return 0 < len(one.kind) <= 12 and 0 < len(one.id) <= 200


def waiting() -> bool:
    """Whether something is due that can be read."""
    ready = _ready()
    return bool(ready and bulk.select(f"SELECT EXISTS ({_DUE} ANY(%s))", *_now(), ready)[0][0])


def read_due() -> None:
    """The job: read until nothing is due, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    # Each source has its turn before the first has its second.
    while sum(_read_some(source) for source in _ready()):
        if time.monotonic() > until:
            queue.nudge_now("lookups")
            return


def _read_some(source_id: int) -> int:
    claimed = _claim(source_id)
    for lookup in claimed:
        _read_or_note(lookup)
    return len(claimed)


def _read_or_note(lookup: Lookup) -> None:
    """What nobody thought of goes wrong with this one, not with those that come after it."""
    try:
        _read(lookup)
    except Exception as error:
        log.error("lookup %s failed: %s\n%s", lookup.pk, type(error).__name__, where(error))
        _later(lookup, f"it could not be read: {type(error).__name__}")
        Source.objects.filter(pk=lookup.source_id).update(
            lookup_error=f"A {lookup.kind} could not be read ({type(error).__name__})."
        )


def resume(source_id: int) -> None:
    """Try this source's API again at once, as after its key was changed."""
    Source.objects.filter(pk=source_id).update(lookup_error="", lookups_paused_until=None)
    Lookup.objects.filter(source_id=source_id, state=Lookup.State.OPEN).update(
        due_at=clock.real(), attempts=0
    )
    queue.nudge("lookups")


def _now() -> list[datetime]:
    return [clock.real()] * 2


def _ready() -> list[int]:
    """The sources whose API may be asked. Known before what is due is looked for: another source, that has no key, may
    have left more to be read than anybody wants to pass over each half second."""
    rested = Q(lookups_paused_until=None) | Q(lookups_paused_until__lte=clock.real())
    return list(Source.objects.filter(rested, active=True).exclude(api_key="").values_list("pk", flat=True))


def _claim(source_id: int) -> list[Lookup]:
    return list(
        Lookup.objects.raw(
            f"WITH due AS ({_DUE} %s ORDER BY l.due_at LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE signals_app_lookup l SET lease_until = %s, attempts = l.attempts + 1 FROM due"
            " WHERE l.id = due.id RETURNING l.*",
            [*_now(), source_id, CLAIMED, clock.real() + LEASE],
        )
    )


def _read(lookup: Lookup) -> None:
    """Ask once. Whatever goes wrong is noted at the lookup, and at the source where its connection is at fault."""
    source = Source.objects.get(pk=lookup.source_id)
    if source.lookups_paused_until and source.lookups_paused_until > clock.real():
        _uncounted(lookup, source.lookups_paused_until)
        return
    question = _question(source, lookup)
    if question is None:
        _end(lookup, Lookup.State.FAILED, "its API cannot be asked for this")
        return
    try:
        answer = _asked(question)
    except http.Forbidden as error:
        _broken(source, str(error))
        _uncounted(lookup, clock.real() + REFUSED_WAIT)
    except http.Unreachable as error:
        _later(lookup, f"no answer: {error}")
        _silent(source, lookup)
    else:
        _take(source, lookup, answer)


def _asked(question: Question) -> http.Answer:
    if question.body is None:
        return http.get(question.url, question.headers)
    return http.post(question.url, question.headers, question.body)


def _question(source: Source, lookup: Lookup) -> Question | None:
    connector = connectors.of(source.kind)
    api_url = source.api_url.rstrip("/") or connector.reads
    return connector.question(Wanted(lookup.kind, lookup.object_id), api_url, source.api_key.strip())


def _take(source: Source, lookup: Lookup, answer: http.Answer) -> None:
    status = answer.status
    if status == QUEUED:
        _later(lookup, "the provider is still looking for it", answer.wait)
    elif 200 <= status < 300:
        _keep(source, lookup, answer.body)
    elif status in (404, 410):
        _end(lookup, Lookup.State.GONE, "")
        _works(source)
    elif status == 401:
        _broken(source, "The API key was refused (401).")
        _uncounted(lookup, clock.real() + REFUSED_WAIT)
    elif status == 403:
        # A key may open one kind of object and not another: the others go on.
        Source.objects.filter(pk=source.pk).update(
            lookup_error=f"The API key may not read a {lookup.kind} (403)."
        )
        _later(lookup, "the API key may not read this (403)", REFUSED_WAIT.total_seconds())
    elif status in (429, 503):
        _slow_down(source, lookup, answer)
    elif status in (408, 425) or status >= 500:
        _later(lookup, f"the API answered {status}", answer.wait)
    else:
        _end(lookup, Lookup.State.FAILED, f"the API answered {status}")


def _keep(source: Source, lookup: Lookup, body: bytes) -> None:
    with transaction.atomic():
        accept(source.pk, Wanted(lookup.kind, lookup.object_id), body, lookup.accounts)
        kept = body.decode(errors="replace").replace("\x00", "") if lookup.accounts else ""
        _end(lookup, Lookup.State.DONE, "", answer=kept)
        _works(source)


def accept(source_id: int, read: Wanted, body: bytes, accounts: Sequence[int]) -> None:
    """Take an answer in. What it is about travels beside it, where the answer does not say it in our words."""
    about = {}
    if accounts:
        named = _named(accounts, Source.objects.get(pk=source_id).kind)
        about = {firmographics.ASKED: read.id, firmographics.ACCOUNTS: bulk.json(named)}
    ingest.accept(source_id, f"read:{read.kind}", body, about)


def _named(accounts: Sequence[int], asked: str) -> list[dict[str, Any]]:
    """Each account by a name of its own, with the facts that others than the asked kind of source told of it."""
    found = [account.merged_into or account for account in _accounts(accounts)]
    return [
        {"kind": kind, "value": value, "known": _known(account, asked)}
        for account in {account.pk: account for account in found}.values()
        if (name := _name(account))
        for kind, value in [name]
    ]


def _accounts(keys: Sequence[int]) -> Iterable[Account]:
    return Account.objects.filter(pk__in=keys).select_related("merged_into").order_by("pk")


def _name(account: Account) -> tuple[str, str] | None:
    if account.group_id:
        return "group_id", account.group_id
    names = AccountName.objects.filter(account=account).exclude(kind__in=("staff", "person"))
    return names.order_by("kind", "value").values_list("kind", "value").first()


def _known(account: Account, asked: str) -> list[str]:
    typed = [name for name in ("name", "industry", "country", "timezone") if getattr(account, name)]
    said_by = {name: said.get("source") for name, said in account.provenance.items()}
    return sorted(name for name in {*typed, *account.traits} if said_by.get(name) != asked)


def _end(lookup: Lookup, state: str, error: str, **more: Any) -> None:
    """It stays open if it was asked for again meanwhile: the answer may be older than that."""
    now = clock.real()
    ended: dict[str, Any] = {"lease_until": None, "error": error, "ended_at": now, **more}
    mine = Lookup.objects.filter(pk=lookup.pk)
    if not mine.filter(asked=lookup.asked).update(state=state, **ended):
        mine.update(due_at=now, attempts=0, **ended)


def _later(lookup: Lookup, error: str, wait: float | None = None) -> None:
    if lookup.attempts >= MAX_ATTEMPTS:
        _end(lookup, Lookup.State.FAILED, error)
        return
    growing = min(FIRST_WAIT * 2 ** (lookup.attempts - 1), LONGEST_WAIT)
    due = clock.real() + max(timedelta(seconds=wait or 0), growing)
    Lookup.objects.filter(pk=lookup.pk).update(due_at=due, lease_until=None, error=error)


def _uncounted(lookup: Lookup, due: datetime) -> None:
    Lookup.objects.filter(pk=lookup.pk).update(due_at=due, lease_until=None, attempts=F("attempts") - 1)


def _slow_down(source: Source, lookup: Lookup, answer: http.Answer) -> None:
    """The limit is the account's, so all that is asked of this source waits."""
    until = clock.real() + timedelta(seconds=answer.wait or FIRST_WAIT.total_seconds())
    Source.objects.filter(pk=source.pk).update(lookups_paused_until=until)
    _uncounted(lookup, until)


def _broken(source: Source, error: str) -> None:
    log.warning("the API of source %s cannot be read: %s", source.pk, error)
    until = clock.real() + REFUSED_WAIT
    Source.objects.filter(pk=source.pk).update(lookup_error=error[:300], lookups_paused_until=until)


def _silent(source: Source, lookup: Lookup) -> None:
    paused: dict[str, Any] = {"lookups_paused_until": clock.real() + SILENT_WAIT}
    if lookup.attempts >= SILENT_ATTEMPTS:
        paused["lookup_error"] = "The API does not answer."
    Source.objects.filter(pk=source.pk).update(**paused)


def _works(source: Source) -> None:
    if source.lookup_error:
        Source.objects.filter(pk=source.pk).update(lookup_error="", lookups_paused_until=None)


_DUE = (
    "SELECT l.id FROM signals_app_lookup l WHERE l.state = 'open' AND l.due_at <= %s"
    " AND (l.lease_until IS NULL OR l.lease_until < %s) AND l.source_id = "
)

_ASK = """
INSERT INTO signals_app_lookup AS l
    (source_id, kind, object_id, accounts, asked, state, due_at, attempts, error, answer)
SELECT source, kind, object, accounts, 1, 'open', due, 0, '', ''
FROM json_to_recordset(%s) AS r(source bigint, kind text, object text, accounts jsonb, due timestamptz)
ON CONFLICT (source_id, kind, object_id) DO UPDATE SET state = 'open', asked = l.asked + 1, error = '',
    accounts = excluded.accounts,
    due_at = CASE WHEN l.state = 'open' THEN l.due_at ELSE excluded.due_at END,
    attempts = CASE WHEN l.state = 'open' THEN l.attempts ELSE 0 END
"""
