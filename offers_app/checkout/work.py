"""The job that asks payment providers: leased rows, the same words under the same key, and patience.

It happens in a worker because a provider may take seconds, and a web process answers everybody.
"""

import logging
import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from offers_app.checkout import PROVIDERS
from offers_app.checkout.base import (
    Api,
    Elsewhere,
    KeyRefused,
    Later,
    NothingMade,
    Order,
    Owned,
    Ready,
    Refused,
)
from offers_app.models import Checkout, CheckoutAccount
from upsell_project.lib import clock, http, queue
from upsell_project.lib.errors import where

State = Checkout.State
# Longer than all calls for one order can take.
LEASE = timedelta(seconds=120)
SECONDS_A_JOB = 5.0
TRY_SECONDS = 4.0
MAX_ATTEMPTS = 6
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0

log = logging.getLogger(__name__)


def waiting() -> bool:
    return _due(clock.real()).exists()


def run() -> None:
    """The job: one after the other until nothing is due; other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while row := _claim():
        _carry_out(row)
        if time.monotonic() > until:
            queue.nudge_now("checkouts")
            return


def completed(proposition_ids: Collection[UUID]) -> None:
    """The provider told that these were paid, or their trials begun."""
    rows = Checkout.objects.filter(pk__in=proposition_ids)
    rows.update(state=State.COMPLETED, due_at=None, lease_until=None, ended_at=clock.real())


def forget(person_ids: Collection[int]) -> None:
    """What names people who are forgotten."""
    Checkout.objects.filter(proposition__person__in=person_ids).delete()


def try_key(account: CheckoutAccount, seconds: float | None = None) -> str:
    """Ask the provider for something that changes nothing. What is wrong, in a sentence; empty: it works.

    For `TRY_SECONDS` at most, as somebody waits for the page.
    """
    try:
        PROVIDERS[account.provider].test(api(account, seconds or TRY_SECONDS))
    except (Later, Refused) as error:
        account.error = f"{error}"[:300]
    else:
        account.error, account.checked_at = "", clock.real()
    account.save(update_fields=["error", "checked_at"])
    return account.error


def _due(real: datetime) -> QuerySet[Checkout]:
    free = Q(lease_until=None) | Q(lease_until__lt=real)
    return Checkout.objects.filter(free, state=State.WANTED, due_at__lte=real)


def _claim() -> Checkout | None:
    real = clock.real()
    with transaction.atomic():
        row = _due(real).select_for_update(skip_locked=True, of=("self",)).order_by("due_at").first()
        if row:
            row.lease_until, row.attempts = real + LEASE, row.attempts + 1
            row.save(update_fields=["lease_until", "attempts"])
    return row


def _carry_out(row: Checkout) -> None:
    """Whatever goes wrong is noted at the row; where the key is at fault, at the account too."""
    again = row.unsure or row.attempts > 1
    try:
        ready = PROVIDERS[row.account.provider].begin(Order(**row.request), api(row.account), again=again)
    except Later as error:
        _later(row, error)
    except Owned:
        _end(row, State.OWNED, unsure=again)
    except Elsewhere as error:
        _elsewhere(row, str(error), again)
    except Refused as error:
        if isinstance(error, KeyRefused):
            CheckoutAccount.objects.filter(pk=row.account_id).update(error=str(error)[:300])
        _refused(row, str(error), again and not isinstance(error, NothingMade))
    except Exception as error:
        log.error("checkout failed: %s\n%s", type(error).__name__, where(error))
        _later(row, Later(type(error).__name__))
    else:
        _ready(row, ready)


def _ready(row: Checkout, ready: Ready) -> None:
    until = None if ready.expires_at is None else datetime.fromtimestamp(ready.expires_at, UTC)
    _end(
        row,
        State.READY,
        url=ready.url,
        external_id=ready.external_id,
        expires_at=until,
        error="",
        unsure=False,
    )
    if row.account.error:
        CheckoutAccount.objects.filter(pk=row.account_id).update(error="")


def _elsewhere(row: Checkout, why: str, unsure: bool) -> None:
    """They may go to the offer's own address, and come back here."""
    fallback = row.request.get("fallback", "")
    if fallback:
        until = clock.real() + timedelta(minutes=5)
        _end(row, State.READY, url=fallback, expires_at=until, error=why[:300], unsure=unsure)
    else:
        _refused(row, why, unsure)


def _refused(row: Checkout, why: str, unsure: bool) -> None:
    """Nothing was made by this try; `unsure`: of an earlier one that is not known."""
    _end(row, State.FAILED if unsure else State.REFUSED, error=why[:300], unsure=unsure)


def _later(row: Checkout, error: Later) -> None:
    if row.attempts >= MAX_ATTEMPTS:
        _end(row, State.FAILED, error=str(error)[:300], unsure=True)
        return
    wait = min(max(error.wait or 0.0, FIRST_WAIT * 2 ** (row.attempts - 1)), LONGEST_WAIT)
    _mine(row).update(
        due_at=clock.real() + timedelta(seconds=wait), lease_until=None, error=str(error)[:300], unsure=True
    )


def _end(row: Checkout, state: str, **more: object) -> None:
    _mine(row).update(state=state, due_at=None, lease_until=None, ended_at=clock.real(), **more)


def _mine(row: Checkout) -> QuerySet[Checkout]:
    """Unless the webhook was faster than the answer, or somebody else's turn came after our lease."""
    return Checkout.objects.filter(
        pk=row.pk, generation=row.generation, attempts=row.attempts, state=State.WANTED
    )


def api(account: CheckoutAccount, seconds: float | None = None) -> Api:
    """The account as it is asked, within so many seconds."""
    base = account.base_url.rstrip("/") or PROVIDERS[account.provider].address

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.Answer:
        if method == "GET":
            return http.get(url, headers, seconds)
        return http.post(url, headers, body or b"", seconds)

    return Api(account.secret_key.strip(), base, send)
