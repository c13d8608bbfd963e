"""The gates of entering a playbook, in their order: is it on, is the signal sure enough, are they who it is for?"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q

from campaigns_app import contact_gates
from campaigns_app.models import Delivery, Enrollment, Playbook
from campaigns_app.standing import Standing
from offers_app import ruled
from people_app.models import Person
from signals_app.models import Signal
from signals_app.subjects import Subject
from upsell_project.lib import spans
from upsell_project.lib.gates import Code, Gate, failed, passed
from upsell_project.lib.rules import ready
from upsell_project.lib.rules.facts import Fact

History = dict[tuple[int, int], tuple[bool, datetime | None]]


def every(
    playbook: Playbook, signal: Signal, person: Person, state: Standing, now: datetime, *, in_account: bool
) -> list[Gate]:
    """Every gate of entering, also those behind a closed one: what would be said if this signal were found now."""
    past, known = history([person.pk]), about([(playbook, signal)], now)
    return _all(playbook, signal, person, in_account, state, past, known, now)


def of_moments(pairs: Sequence[tuple[Playbook, Signal]], now: datetime) -> list[list[Gate]]:
    """What the playbook asks of the moment alone, up to the first that failed: is the signal sure enough, and does the
    rule of entering hold? For whoever is told an offer without a run."""
    known = about(pairs, now)
    return [_upto_failed([_sure(*pair), *_by_rule(*pair, known)]) for pair in pairs]


def history(person_ids: Collection[int]) -> History:
    """Per (playbook, person): whether a run is active, and when the last one that counts ended.

    A run counts if something reached them, or would have but for the control group.
    """
    reached = Delivery.objects.filter(enrollment=OuterRef("pk"), intended_at__isnull=False)
    counts = Q(Exists(reached.exclude(state=Delivery.State.SKIPPED))) | Q(end_reason=Code.HOLDOUT)
    rows = (
        Enrollment.objects.filter(person_id__in=person_ids)
        .values_list("playbook_id", "person_id")
        .annotate(
            last=Max("ended_at", filter=counts), active=Max("pk", filter=Q(state__in=["active", "parked"]))
        )
    )
    return {(playbook, person): (active is not None, last) for playbook, person, last, active in rows}


def about(pairs: Sequence[tuple[Playbook, Signal]], now: datetime) -> ruled.Everybody:
    """What the rules of entering ask of whoever may enter."""
    wanted: dict[Subject, set[Fact]] = defaultdict(set)
    for playbook, signal in pairs:
        version = playbook.live_version
        if version and signal.person_id and signal.account_id and (rule := ready.readable(version.entry)):
            wanted[Subject(signal.person_id, signal.account_id)] |= rule.facts
    return ruled.know(wanted, now)


def met(
    playbook: Playbook,
    signal: Signal,
    people: dict[int, Person],
    accounts: Collection[int],
    state: Standing,
    history: History,
    known: ruled.Everybody,
    now: datetime,
) -> list[Gate]:
    """The gates of entering, up to the first that failed."""
    person = people.get(signal.person_id or 0)
    in_account = signal.account_id in accounts
    return _upto_failed(_all(playbook, signal, person, in_account, state, history, known, now))


def _upto_failed(gates: list[Gate]) -> list[Gate]:
    first_failed = next((rank for rank, gate in enumerate(gates) if not gate.passed), len(gates) - 1)
    return gates[: first_failed + 1]


def _all(
    playbook: Playbook,
    signal: Signal,
    person: Person | None,
    in_account: bool,
    state: Standing,
    history: History,
    known: ruled.Everybody,
    now: datetime,
) -> list[Gate]:
    met = [
        _on(playbook),
        _in_account(in_account),
        _known(person),
        _sure(playbook, signal),
    ]
    if person is not None:
        active, last = history.get((playbook.pk, person.pk), (False, None))
        met += [_not_enrolled(active), _may_reenter(playbook, last, now)]
        met += _by_rule(playbook, signal, known)
        met += [contact_gates.erased(person), *_undisturbed(person, state, now)]
    return met


def _on(playbook: Playbook) -> Gate:
    if playbook.live:
        return passed(Code.PLAYBOOK_OFF)
    return failed(Code.PLAYBOOK_OFF, f"The playbook {playbook.slug} is switched off.")


def _known(person: Person | None) -> Gate:
    if person and person.user_id:
        return passed(Code.UNKNOWN_PERSON)
    return failed(Code.UNKNOWN_PERSON, "Nobody we know by name: an anonymous visitor is not contacted.")


def _in_account(known: bool) -> Gate:
    if known:
        return passed(Code.NO_ACCOUNT)
    return failed(Code.NO_ACCOUNT, "They belong to several accounts and the event names none.")


def _sure(playbook: Playbook, signal: Signal) -> Gate:
    needed = playbook.live_version.minimum_confidence if playbook.live_version else 1
    if signal.confidence >= needed:
        return passed(Code.LOW_CONFIDENCE, float(signal.confidence), float(needed))
    reason = "The signal is not certain enough for this playbook."
    return failed(Code.LOW_CONFIDENCE, reason, float(signal.confidence), float(needed))


def _by_rule(playbook: Playbook, signal: Signal, known: ruled.Everybody) -> list[Gate]:
    version = playbook.live_version
    if version is None or not version.entry:
        return []
    about = known.get(Subject(signal.person_id, signal.account_id))
    return [ruled.gate(Code.ENTRY_RULE, version.entry, about, f"The playbook {playbook.name}")]


def _not_enrolled(active: bool) -> Gate:
    if active:
        return failed(Code.ALREADY_ENROLLED, "This playbook is already running for them.", True, False)
    return passed(Code.ALREADY_ENROLLED, False, False)


def _may_reenter(playbook: Playbook, last: datetime | None, now: datetime) -> Gate:
    if last is None or playbook.live_version is None:
        return passed(Code.REENTRY)
    again = last + spans.days(playbook.live_version.reentry_days)
    if now >= again:
        return passed(Code.REENTRY, last.isoformat(), playbook.live_version.reentry_days)
    days = playbook.live_version.reentry_days
    reason = f"It ended for them on {last:%Y-%m-%d}; it may start again after {days} days."
    return failed(Code.REENTRY, reason, last.isoformat(), playbook.live_version.reentry_days, again)


def _undisturbed(person: Person, state: Standing, now: datetime) -> list[Gate]:
    """Pauses and cooldowns are met here already: a run that may not speak should not begin."""
    pauses = state.permissions[person.pk].resting(now)
    return [*pauses, contact_gates.rested(person.pk, state, now)]
