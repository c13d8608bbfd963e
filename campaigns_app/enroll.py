"""Who starts a playbook, and who leaves it: each refusal to enter is stored with its gate."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from campaigns_app import contact_gates, outcomes, plan, requested, standing
from campaigns_app.models import Delivery, Enrollment, Playbook
from campaigns_app.standing import Standing
from offers_app import ruled
from offers_app.models import Decision, Proposition
from people_app.models import Account, Person
from signals_app.models import Signal
from signals_app.subjects import Subject
from upsell_project.lib import bulk, clock, queue, spans
from upsell_project.lib.gates import Code, Gate, failed, passed
from upsell_project.lib.rules import ready
from upsell_project.lib.rules.facts import Fact

History = dict[tuple[int, int], tuple[bool, datetime | None]]


def from_signals(signals: Sequence[Signal], now: datetime, upto: datetime | None = None) -> list[Enrollment]:
    """Start the live playbooks of these signals for the people they were found for. `upto`: until when what happened
    counts for rules of entering, if not now."""
    pairs = _wanted(signals)
    if not pairs:
        return []
    named = Person.objects.only("user_id", "erased_at")
    people = named.in_bulk({signal.person_id for _, signal in pairs if signal.person_id})
    there = Account.objects.filter(pk__in={signal.account_id for _, signal in pairs if signal.account_id})
    accounts = set(there.values_list("pk", flat=True))
    state = standing.load(accounts, people.keys(), now)
    history = _history(people.keys())
    known = _about(pairs, upto or now)
    started, refused = [], []
    for playbook, signal in pairs:
        gates = _gates(playbook, signal, people, accounts, state, history, known, now)
        if gates[-1].passed and signal.person_id:
            history[playbook.pk, signal.person_id] = (True, None)
            started.append(_enrollment(playbook, signal, gates, now))
        else:
            refused.append(_refusal(playbook, signal, gates, state.policy.version, now))
    bulk.insert([decision for decision in refused if decision])
    Enrollment.objects.bulk_create(started, ignore_conflicts=True)
    if started:
        queue.nudge("steps")
    return started


def entry(
    playbook: Playbook, signal: Signal, person: Person, state: Standing, now: datetime, *, in_account: bool
) -> list[Gate]:
    """Every gate of entering, also those behind a closed one: what would be said if this signal were found now."""
    history = _history([person.pk])
    known = _about([(playbook, signal)], now)
    return _all(playbook, signal, person, in_account, state, history, known, now)


def exit(
    *,
    reason: str,
    person_id: int,
    account_id: int | None = None,
    topic: str | None = None,
    keep: int | None = None,
) -> int:
    """End the active runs of a person or account (of one topic, if given; all but `keep`); return how many ended.

    What was decided on request for them is withdrawn, too.
    """
    now = clock.now()
    with transaction.atomic():
        rows = Enrollment.objects.select_for_update().filter(state=Enrollment.State.ACTIVE).order_by("pk")
        whose = Q(person_id=person_id) | (Q(account_id=account_id) if account_id else Q())
        ended = list(rows.filter(whose).exclude(pk=keep or 0))
        if topic is not None:
            about = Proposition.objects.filter(enrollment_id__in=[e.pk for e in ended], topic=topic)
            ended = [e for e in ended if e.pk in set(about.values_list("enrollment_id", flat=True))]
        if ended:
            outcomes.finish([(enrollment, reason) for enrollment in ended], standing.policy(), now)
        requested.end(person_id, account_id, topic)
    return len(ended)


def exit_one(enrollment_id: int, reason: str) -> None:
    """End one active run."""
    with transaction.atomic():
        rows = Enrollment.objects.select_for_update().filter(pk=enrollment_id, state=Enrollment.State.ACTIVE)
        outcomes.finish([(enrollment, reason) for enrollment in rows], standing.policy(), clock.now())


def wake(enrollment_id: int | None) -> None:
    """Something happened: look at this run, if there is one, now instead of at its timer."""
    if enrollment_id is None:
        return
    Enrollment.objects.filter(pk=enrollment_id, state=Enrollment.State.ACTIVE).update(wake_at=clock.now())
    queue.nudge("steps")


def recheck(account_ids: Collection[int]) -> None:
    """Facts of these accounts changed: look now at their runs with a live offer, so that none outlives its reason."""
    live = Proposition.objects.filter(account_id__in=account_ids, state=Proposition.State.LIVE)
    with transaction.atomic():
        rows = Enrollment.objects.filter(
            account_id__in=account_ids, state=Enrollment.State.ACTIVE, pk__in=live.values("enrollment_id")
        )
        runs = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        Enrollment.objects.filter(pk__in=runs).update(wake_at=clock.now())
    if runs:
        queue.nudge("steps")


def _wanted(signals: Sequence[Signal]) -> list[tuple[Playbook, Signal]]:
    """Playbooks by signal, the more important first."""
    by_definition: dict[int, list[Playbook]] = defaultdict(list)
    playbooks = Playbook.objects.filter(
        signals__in={s.definition_id for s in signals}, live_version__isnull=False
    )
    links = Playbook.signals.through.objects.filter(playbook__in=playbooks).values_list(
        "playbook_id", "signaldefinition_id"
    )
    by_pk = {playbook.pk: playbook for playbook in playbooks.select_related("live_version").distinct()}
    for playbook_id, definition_id in links:
        by_definition[definition_id].append(by_pk[playbook_id])
    pairs = [(playbook, signal) for signal in signals for playbook in by_definition[signal.definition_id]]
    return sorted(pairs, key=lambda pair: (-pair[0].priority, pair[1].pk))


def _history(person_ids: Collection[int]) -> History:
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


def _about(pairs: Sequence[tuple[Playbook, Signal]], now: datetime) -> ruled.Everybody:
    """What the rules of entering ask of whoever may enter."""
    wanted: dict[Subject, set[Fact]] = defaultdict(set)
    for playbook, signal in pairs:
        version = playbook.live_version
        if version and signal.person_id and signal.account_id and (rule := ready.readable(version.entry)):
            wanted[Subject(signal.person_id, signal.account_id)] |= rule.facts
    return ruled.know(wanted, now)


def _gates(
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
    met = _all(playbook, signal, person, signal.account_id in accounts, state, history, known, now)
    first_failed = next((rank for rank, gate in enumerate(met) if not gate.passed), len(met) - 1)
    return met[: first_failed + 1]


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


def _enrollment(playbook: Playbook, signal: Signal, gates: Sequence[Gate], now: datetime) -> Enrollment:
    version = playbook.live_version_id or 0
    return Enrollment(
        playbook=playbook,
        version_id=version,
        person_id=signal.person_id or 0,
        account_id=signal.account_id or 0,
        signal=signal,
        step_id=plan.of(version).first,
        step_entered_at=now,
        entered_at=now,
        wake_at=now,
        entry_gates=[gate.as_json() for gate in gates],
    )


def _refusal(
    playbook: Playbook, signal: Signal, gates: Sequence[Gate], policy_version: int, now: datetime
) -> Decision | None:
    """A reason needs somebody to be about: nameless visitors have none."""
    stopped = gates[-1]
    if signal.person_id is None:
        return None
    return Decision(
        at=now,
        person_id=signal.person_id,
        account_id=signal.account_id,
        playbook=playbook.slug,
        outcome=Decision.Outcome.EXCLUDED,
        gates=[gate.as_json() for gate in gates],
        gate=stopped.gate,
        reason=stopped.reason,
        input={"value": stopped.input, "signal": signal.pk},
        threshold={"value": stopped.threshold},
        next_eligible_at=stopped.next_eligible_at,
        policy_version=policy_version,
    )
