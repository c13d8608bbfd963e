"""Names, people and accounts that turned out to be one: each app above people_app moves what it keeps of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from campaigns_app import enroll, standing
from campaigns_app.models import Delivery, Enrollment, StaffTask
from consent_app import ledger
from offers_app.experiments import assign
from offers_app.models import Decision, HoldoutAssignment, Proposition
from people_app import accounts, entitlements, homes, identify
from people_app.accounts import Folded
from people_app.item import Move
from people_app.merging import Merged, Renamed, Step
from people_app.models import Account, AccountName, Membership, Person
from signals_app import again, unnoticed, usage
from signals_app.models import Answer, Event, Signal, Ticket
from upsell_project.lib import bulk, clock

# What was done to and by a person, and counts against caps and cooldowns, follows them when they are merged.
OF_PEOPLE = (
    "signals_app_event",
    "signals_app_signal",
    "signals_app_ticket",
    "offers_app_decision",
    "offers_app_proposition",
    "signals_app_answer",
    "campaigns_app_enrollment",
    "campaigns_app_delivery",
    "campaigns_app_interaction",
    "campaigns_app_cooldown",
    "campaigns_app_stafftask",
)
OF_ACCOUNTS = (
    "signals_app_event",
    "signals_app_signal",
    "signals_app_ticket",
    "offers_app_decision",
    "offers_app_proposition",
    "signals_app_answer",
    "campaigns_app_enrollment",
    "campaigns_app_delivery",
    "campaigns_app_stafftask",
)

MOST = 10_000
_SORTS: list[tuple[str, Any]] = [
    ("members", Membership),
    ("names", AccountName),
    ("events", Event),
    ("signals", Signal),
    ("tickets", Ticket),
    ("answers to offers", Answer),
    ("decisions", Decision),
    ("offers", Proposition),
    ("runs of playbooks", Enrollment),
    ("deliveries", Delivery),
    ("staff tasks", StaffTask),
]


def carry_out(steps: Sequence[Step | Folded]) -> None:
    """In the order in which people_app took them: each step is about the rows as the ones before have left them."""
    _hold([step for step in steps if isinstance(step, Merged)])
    for moves, group in groupby(steps, key=lambda step: isinstance(step, Move)):
        if moves:
            usage.move([step for step in group if isinstance(step, Move)])
            continue
        for step in group:
            if isinstance(step, Renamed):
                _rename(step)
            elif isinstance(step, Merged):
                _people(step.winner, step.loser)
            elif isinstance(step, Folded):
                _accounts(step)
    _changed_hands(steps)


def _hold(merged: Sequence[Merged]) -> None:
    """All contact points, then all runs, before the first of these people is merged."""
    if merged:
        standing.lock([], {person for step in merged for person in (step.winner, step.loser)})
        runs = Enrollment.objects.filter(
            person__in=[step.loser for step in merged], state=Enrollment.State.ACTIVE
        )
        list(runs.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def _changed_hands(steps: Sequence[Step | Folded]) -> None:
    """What waits to be looked at for moments is another's now; and who has it now may have done enough by that, and so
    may their colleagues."""
    people: set[int | None] = set()
    arrived: set[int | None] = set()
    accounts: set[int | None] = set()
    folded: set[int | None] = set()
    for step in steps:
        match step:
            case Move(person, _, _, account):
                arrived.add(person)
                accounts.add(account)
            case Merged(winner, _):
                people.add(winner)
            case Renamed(_, _, new):
                people.add(new)
            case Folded(kept, _):
                folded.add(kept)
    if steps:
        unnoticed.moved()
        again.joined(_known(people), _known(arrived), _known(accounts | folded), _known(folded), clock.now())


def _known(ids: Iterable[int | None]) -> set[int]:
    return {one for one in ids if one}


class Refused(ValueError):
    """These two cannot be merged; its text is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What merging would do: how many rows of which sort move, or end. More than `MOST` are not counted."""

    moves: list[tuple[str, int]]
    ends: int
    """Runs under way."""
    held_out: bool
    """Whether both will be in the control group afterwards."""


def preview(kept: Account, gone: Account) -> Preview:
    """Raises Refused."""
    _check(kept, gone)
    held = HoldoutAssignment.objects.filter(account__in=[kept, gone], held_out=True)
    counted = [(label, _few(model.objects.filter(account=gone))) for label, model in _SORTS]
    return Preview([one for one in counted if one[1]], len(_running(gone.pk)), held.exists())


def by_hand(kept: int, gone: int) -> None:
    """Staff said that two accounts are one. Nothing undoes it. Raises Refused.

    Runs under way at the second end: they were chosen for another account.
    """
    with transaction.atomic():
        both, members = _both(kept, gone)
        _check(both.get(kept), both.get(gone))
        accounts.fold(kept, gone)
        changed, _ = entitlements.show(entitlements.go_home(members, clock.now()) | {kept})
        for run in _running(gone):
            enroll.exit_one(run, "merged")
        carry_out([Folded(kept, gone)])
        usage.ask_recount([kept])
        enroll.recheck(changed.keys())


def _both(kept: int, gone: int) -> tuple[dict[int, Account], set[int]]:
    """Both accounts and the members of the one that goes, held in the order of the product: people, names, accounts."""
    members = set(Membership.objects.filter(account_id=gone).values_list("person_id", flat=True))
    identify.lock(members)
    names = AccountName.objects.select_for_update().filter(account__in=[kept, gone])
    list(names.order_by("pk").values_list("pk"))
    nearby = {account for _, account in homes.memberships(members)}
    held = Account.objects.select_for_update(no_key=True).order_by("pk").in_bulk({kept, gone, *nearby})
    return held, members


def _check(kept: Account | None, gone: Account | None) -> None:
    if kept is None or gone is None:
        raise Refused("One of the two accounts is not there any more.")
    if kept.pk == gone.pk:
        raise Refused("This is the same account.")
    if kept.merged_into_id or gone.merged_into_id:
        raise Refused("One of the two was merged into another account already: look there.")
    if kept.personal_of_id and not gone.personal_of_id:
        raise Refused("The account of one person cannot take in a company: merge the other way round.")


def _running(account_id: int) -> list[int]:
    runs = Enrollment.objects.filter(account_id=account_id, state=Enrollment.State.ACTIVE)
    return list(runs.order_by("pk").values_list("pk", flat=True))


def _few(rows: QuerySet[Any]) -> int:
    return rows.order_by()[: MOST + 1].count()


def _rename(step: Renamed) -> None:
    if step.old is None:
        bulk.run(_RENAME_NOBODYS, step.new, step.name_id)
    else:
        bulk.run(_RENAME, step.new, step.old, step.name_id)


def _people(winner: int, loser: int) -> None:
    people = Person.objects.in_bulk([winner, loser])
    ledger.merge(people[winner], people[loser])
    enroll.exit(reason="merged", person_id=loser)
    for table in OF_PEOPLE:
        bulk.run(f"UPDATE {table} SET person_id = %s WHERE person_id = %s", winner, loser)
    _found("person_id", winner, loser)
    bulk.run(_JOIN_SEGMENTS, winner, loser)
    bulk.run("DELETE FROM signals_app_segmentmember WHERE person_id = %s", loser)


def _accounts(step: Folded) -> None:
    kept, gone = step.kept, step.gone
    if not step.personal:
        for table in OF_ACCOUNTS:
            bulk.run(f"UPDATE {table} SET account_id = %s WHERE account_id = %s", kept, gone)
        _found("account_id", kept, gone)
        bulk.run(_DROP_OLDER_SCORES, kept, gone, kept, gone, kept, kept)
        bulk.run("UPDATE signals_app_score SET account_id = %s WHERE account_id = %s", kept, gone)
    else:
        # What was found for them while they had no other account is not found again for that.
        theirs = _KEEP_FOUND.format(whose="account_id", other="person_id") + " AND s.person_id IS NOT NULL"
        bulk.run(theirs, kept, gone, kept)
        bulk.run("DELETE FROM signals_app_score WHERE account_id = %s", gone)
    usage.merge(kept, gone)
    assign.merge(kept, gone)


def _found(whose: str, kept: int, gone: int) -> None:
    """What was found for one of the two was found for both, when it was found last."""
    names = {"whose": whose, "other": "account_id" if whose == "person_id" else "person_id"}
    bulk.run(_LATER_FOUND.format(**names), kept, gone)
    bulk.run(_KEEP_FOUND.format(**names), kept, gone, kept)
    bulk.run(f"DELETE FROM signals_app_detectorstate WHERE {whose} = %s", gone)


_RENAME = "UPDATE signals_app_event SET person_id = %s WHERE person_id = %s AND identity_id = %s"
_RENAME_NOBODYS = "UPDATE signals_app_event SET person_id = %s WHERE person_id IS NULL AND identity_id = %s"
_LATER_FOUND = """
UPDATE signals_app_detectorstate s SET fired_at = greatest(s.fired_at, o.fired_at),
    holds_since = least(s.holds_since, o.holds_since), armed = s.armed AND o.armed
FROM signals_app_detectorstate o WHERE s.{whose} = %s AND o.{whose} = %s
    AND (o.definition_id, o.part, o.period) = (s.definition_id, s.part, s.period)
    AND o.{other} IS NOT DISTINCT FROM s.{other}
"""
_KEEP_FOUND = """
UPDATE signals_app_detectorstate s SET {whose} = %s WHERE {whose} = %s
    AND NOT EXISTS (SELECT FROM signals_app_detectorstate o WHERE (o.definition_id, o.part, o.period)
        = (s.definition_id, s.part, s.period) AND o.{whose} = %s AND o.{other} IS NOT DISTINCT FROM s.{other})
"""
# In whatever the two were, since the earlier day; what a rule says of the one they are is judged anew.
_JOIN_SEGMENTS = """
INSERT INTO signals_app_segmentmember AS m (segment_id, person_id, since, added_by)
SELECT segment_id, %s, since, added_by FROM signals_app_segmentmember WHERE person_id = %s ORDER BY segment_id
ON CONFLICT (segment_id, person_id) DO UPDATE SET since = least(m.since, excluded.since),
    added_by = CASE WHEN excluded.since < m.since THEN excluded.added_by ELSE m.added_by END
"""
# Of two of one name and time that of the account which stays is kept.
_DROP_OLDER_SCORES = """
DELETE FROM signals_app_score s USING signals_app_score o
WHERE s.account_id IN (%s, %s) AND o.account_id IN (%s, %s) AND s.account_id <> o.account_id AND s.name = o.name
    AND (s.at, s.account_id = %s) < (o.at, o.account_id = %s)
"""
