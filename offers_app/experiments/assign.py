"""The global control group: a stable draw per account by salted hash; the first draw is stored and stays."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from offers_app.models import HoldoutAssignment


def holdout(account_ids: Iterable[int], now: datetime) -> dict[int, HoldoutAssignment]:
    """The assignment of each account, drawn now where there was none. Two statements, three when some are new."""
    wanted = set(account_ids)
    found = stored(wanted)
    missing = sorted(wanted - found.keys())
    if missing:
        HoldoutAssignment.objects.bulk_create(
            [_draw(account, now) for account in missing], ignore_conflicts=True
        )
        found |= stored(missing)
    return found


def merge(kept: int, gone: int) -> None:
    """Two accounts turned out to be one: held out if either was."""
    drawn = stored([kept, gone])
    loser = drawn.get(gone)
    if loser is None:
        return
    if kept not in drawn:
        HoldoutAssignment.objects.create(
            account_id=kept, held_out=loser.held_out, percent=loser.percent, assigned_at=loser.assigned_at
        )
    elif loser.held_out:
        HoldoutAssignment.objects.filter(account_id=kept).update(held_out=True)


def held_out(account_id: int, percent: float, salt: str) -> bool:
    """Whether the account's hash falls into the first `percent` of the range."""
    digest = hashlib.sha256(f"{salt}:{account_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < percent / 100


def stored(account_ids: Iterable[int]) -> dict[int, HoldoutAssignment]:
    """The assignments there are; nothing is drawn. One statement."""
    return {row.account_id: row for row in HoldoutAssignment.objects.filter(account_id__in=account_ids)}


def _draw(account_id: int, now: datetime) -> HoldoutAssignment:
    percent = settings.HOLDOUT_PERCENT
    drawn = held_out(account_id, percent, settings.HOLDOUT_SALT)
    return HoldoutAssignment(account_id=account_id, held_out=drawn, percent=percent, assigned_at=now)
