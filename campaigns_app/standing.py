"""Everything the gates ask of many people at once, read under the locks that make the answer hold.

Lock order in the whole product: people, accounts, contact points, enrollments, then propositions and deliveries.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q

from campaigns_app import pressure, routes
from campaigns_app.models import ContactPolicy, Cooldown, Delivery
from campaigns_app.pressure import Touch
from consent_app import permission
from offers_app.experiments import assign
from offers_app.models import HoldoutAssignment, Proposition
from people_app.models import Account, ContactPoint, Membership
from signals_app.models import Ticket
from upsell_project.lib import bulk


@dataclass
class Standing:
    """The state of the world for these people and accounts; `deliver` adds to it what it intends.

    `accounts` are all that each person belongs to: what bars one of them bars the person.
    """

    permissions: dict[int, permission.Standing]
    contact_points: dict[tuple[int, str], ContactPoint]
    accounts_with_problem: set[int]
    people_with_problem: set[int]
    live: dict[int, set[int]]
    touches: dict[int, list[Touch]]
    cooldowns: dict[int, list[Cooldown]]
    holdout: dict[int, HoldoutAssignment]
    accounts: dict[int, dict[int, Account]]
    policy: ContactPolicy = field(kw_only=True)

    @cached_property
    def channels(self) -> set[str]:
        """By which anything can leave; asked when something is about to."""
        return routes.ready()


def policy() -> ContactPolicy:
    """The contact policy in force. Raises ContactPolicy.DoesNotExist before the starter pack was loaded."""
    return ContactPolicy.objects.order_by("-version")[:1].get()


def lock(account_ids: Collection[int], person_ids: Collection[int]) -> None:
    """Hold these accounts and all contact points of these people until the transaction ends.

    Who answers an offer or says a word about contact holds the same contact points, so that one of the two waits. The
    people themselves are not held: the inbox holds them for as long as it takes in what they just did.
    """
    if account_ids:
        bulk.select(
            "SELECT 1 FROM people_app_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            sorted(account_ids),
        )
    bulk.select(
        "SELECT 1 FROM people_app_contactpoint WHERE person_id = ANY(%s) ORDER BY id FOR UPDATE",
        sorted(person_ids),
    )


def load(account_ids: Collection[int], person_ids: Collection[int], now: datetime) -> Standing:
    """Read it all; the number of statements does not depend on the number of people. Call `lock` first."""
    return _load(account_ids, person_ids, now, lambda theirs: assign.holdout(theirs, now), policy())


def look(account_ids: Collection[int], person_ids: Collection[int], now: datetime) -> Standing:
    """The same for who only asks: nothing is locked, and nobody is drawn into the control group by being looked at."""
    in_force = ContactPolicy.objects.order_by("-version").first() or ContactPolicy(
        version=0,
        caps=pressure.DEFAULT_CAPS,
        cooldown_days=pressure.DEFAULT_COOLDOWN_DAYS,
        hours=pressure.DEFAULT_HOURS,
    )
    return _load(account_ids, person_ids, now, assign.stored, in_force)


def _load(
    account_ids: Collection[int],
    person_ids: Collection[int],
    now: datetime,
    drawn: Callable[[Collection[int]], dict[int, HoldoutAssignment]],
    in_force: ContactPolicy,
) -> Standing:
    accounts = _accounts(person_ids)
    theirs = set(account_ids).union(*accounts.values())
    return Standing(
        permission.load(person_ids, now),
        {(p.person_id, p.channel): p for p in ContactPoint.objects.filter(person_id__in=person_ids)},
        *_problems(theirs, person_ids),
        _live(account_ids, now),
        _touches(person_ids, now),
        _cooldowns(person_ids, now),
        drawn(theirs),
        accounts,
        policy=in_force,
    )


def _accounts(person_ids: Collection[int]) -> dict[int, dict[int, Account]]:
    accounts: dict[int, dict[int, Account]] = defaultdict(dict)
    for row in Membership.objects.filter(person_id__in=person_ids).select_related("account"):
        accounts[row.person_id][row.account_id] = row.account
    return accounts


def _problems(account_ids: Collection[int], person_ids: Collection[int]) -> tuple[set[int], set[int]]:
    rows = Ticket.objects.filter(
        Q(account_id__in=account_ids) | Q(person_id__in=person_ids), problem=True, solved_at=None
    ).values_list("account_id", "person_id")
    return {account for account, _ in rows if account}, {person for _, person in rows if person}


def _live(account_ids: Collection[int], now: datetime) -> dict[int, set[int]]:
    """Enrollments that have a live offer, by account; 0 stands for what was decided on request."""
    live: dict[int, set[int]] = defaultdict(set)
    rows = Proposition.objects.filter(
        account_id__in=account_ids, state=Proposition.State.LIVE, expires_at__gt=now
    ).values_list("account_id", "enrollment_id")
    for account, enrollment in rows:
        live[account or 0].add(enrollment or 0)
    return live


def _touches(person_ids: Collection[int], now: datetime) -> dict[int, list[Touch]]:
    touches: dict[int, list[Touch]] = defaultdict(list)
    rows = Delivery.objects.filter(person_id__in=person_ids, intended_at__gt=now - timedelta(days=30))
    for person, at, channel in rows.values_list("person_id", "intended_at", "channel"):
        if at:
            touches[person].append((at, channel))
    return touches


def _cooldowns(person_ids: Collection[int], now: datetime) -> dict[int, list[Cooldown]]:
    cooldowns: dict[int, list[Cooldown]] = defaultdict(list)
    for row in Cooldown.objects.filter(person_id__in=person_ids, until__gt=now, lifted_at=None):
        cooldowns[row.person_id].append(row)
    return cooldowns
