"""What staff say of accounts: facts, limits, names. What follows from it is the same as when a source says so."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from campaigns_app import enroll, merges, notice
from people_app import account_names, accounts, entitlements, facts
from people_app.account_names import PROVIDERS, Bid
from people_app.models import Account
from signals_app import usage
from signals_app.triggered import Batch
from upsell_project.lib import clock

STAFF = "staff"


@transaction.atomic
def say(account_id: int, said: dict[str, Any], unlimit: Collection[str] = ()) -> None:
    """Just now: older news from elsewhere does not overwrite it, newer does. A provider's id among the facts is a name
    of the account, as it is when a source says it. Of the resources in `unlimit` no limit is known any more.
    """
    if not said and not unlimit:
        return
    for kind in PROVIDERS:
        if isinstance(said.get(kind), str):
            name(account_id, kind, said[kind])
    _follow(*entitlements.say(account_id, said, clock.now(), STAFF, unlimit))


@transaction.atomic
def name(account_id: int, kind: str, value: str) -> bool:
    """A provider calls this account so. What was said under that name is said of this account from now on; whichever
    account without an id of ours had it is folded into this one. False when another claimed it later than now.

    Raises facts.Unusable for a kind that is none, or a value that is empty or longer than 200 characters.
    """
    if kind not in PROVIDERS or not 0 < len(value) <= 200:
        raise facts.Unusable
    account = Account.objects.get(pk=account_id)
    whose = account.merged_into_id or account.pk
    known = account_names.add({(kind, value): whose})
    taken = account_names.claim({(kind, value): Bid(clock.now(), account.group_id or "", whose)})
    lost = [one for one in taken if one.old]
    merges.carry_out(accounts.settle(lost))
    _follow(*entitlements.show({whose, *(one.old for one in lost)}))
    return bool(taken) or known[kind, value].account_id == whose


@transaction.atomic
def reprice(price_key: str) -> None:
    """The price stands for another plan: every account that pays it has that plan from here on."""
    _follow(*entitlements.reprice(price_key))


def _follow(changed: entitlements.Changed, calendar: set[int]) -> None:
    """Use is counted by the new calendar, offers that lost their reason end, and what is true only now is noticed."""
    usage.ask_recount(calendar)
    enroll.recheck(accounts_ := set(changed))
    if changed:
        notice.batch(Batch((), (), accounts_, changed), clock.now())
