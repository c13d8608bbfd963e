"""Who starts a playbook, and who leaves it: each refusal to enter is stored with its gate."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from campaigns_app import entry_gates, outcomes, plan, requested, standing
from campaigns_app.models import Enrollment, Playbook
from offers_app.models import Decision, Proposition
from people_app.models import Account, Person
from signals_app.models import Signal
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.gates import Gate


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
    history = entry_gates.history(people.keys())
    known = entry_gates.about(pairs, upto or now)
    started, refused = [], []
    for playbook, signal in pairs:
        gates = entry_gates.met(playbook, signal, people, accounts, state, history, known, now)
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
    """Facts of these accounts changed: look now at their live offers, and at the runs that made them, so that none
    outlives its reason."""
    live = Proposition.objects.filter(account_id__in=account_ids, state=Proposition.State.LIVE)
    with transaction.atomic():
        rows = Enrollment.objects.filter(
            account_id__in=account_ids, state=Enrollment.State.ACTIVE, pk__in=live.values("enrollment_id")
        )
        runs = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        Enrollment.objects.filter(pk__in=runs).update(wake_at=clock.now())
        requested.recheck(account_ids, clock.now())
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
