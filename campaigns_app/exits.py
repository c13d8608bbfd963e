"""Rules that end a run wherever it stands: judged whenever it moves, and when something new concerns it.

What is not known ends nothing. Runs that wait at a step with a rule among its lanes are looked at again, too. What time
alone makes true is looked for by `turning`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from campaigns_app import outcomes, plan, standing
from campaigns_app.case import Case
from campaigns_app.models import Enrollment, Lane, PlaybookVersion
from campaigns_app.models.playbook import StepKind
from campaigns_app.plan import Plan
from offers_app import ruled
from offers_app.models import Decision, Proposition
from signals_app.knowing import Known
from signals_app.models import Signal
from signals_app.segments import reads
from signals_app.subjects import Subject
from signals_app.triggered import Batch
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.gates import Code, Gate, failed
from upsell_project.lib.rules.facts import Answered, Fact, Found, Member, Of, Score, Trait
from upsell_project.lib.rules.ready import Ready

REASON = Code.EXIT_RULE.value
_OF_ANYTHING = (Found, Answered, Member, Score)
"""What else comes with what somebody did."""


def know(cases: Sequence[Case], now: datetime) -> None:
    """Give each case what the rules of its version ask, loaded for all together."""
    wanted: dict[Subject, set[Fact]] = defaultdict(set)
    for case in cases:
        wanted[_subject(case.enrollment)] |= case.plan.facts
    known = ruled.know(wanted, now)
    for case in cases:
        case.known = known.get(_subject(case.enrollment))


def met(cases: Sequence[Case], now: datetime) -> list[tuple[Enrollment, str]]:
    """The runs whose rule of leaving holds, each with its decision, to be finished."""
    over = [(case.enrollment, case.plan, case.known) for case in cases if _over(case.plan, case.known)]
    if over:
        _decide(over, cases[0].policy.version, now)
    return [(enrollment, REASON) for enrollment, _, _ in over]


def from_batch(batch: Batch, signals: Sequence[Signal], now: datetime) -> None:
    """What came in is taken in. One statement where no version has such a rule."""
    plans = {version: plan.of(version) for version in asking()}
    if runs := _concerned(plans, batch, signals) if plans else []:
        look(runs, batch.upto(now), now)


def look(runs: Sequence[Enrollment], upto: datetime, now: datetime) -> None:
    """End those whose rule of leaving holds, and let those go on that wait where a rule of a lane does. `upto`: until
    when what happened counts."""
    plans = {run.version_id: plan.of(run.version_id) for run in runs}
    wanted: dict[Subject, set[Fact]] = defaultdict(set)
    for run in runs:
        wanted[_subject(run)] |= plans[run.version_id].facts
    known = ruled.know(wanted, upto)
    over = {run.pk for run in runs if _over(plans[run.version_id], known.get(_subject(run)))}
    open_ = {run.pk for run in runs if _opens(plans[run.version_id], run.step_id, known.get(_subject(run)))}
    held = _hold(over | open_)
    _end([run for run in held if run.pk in over], plans, known, now)
    _wake([run for run in held if run.pk not in over], now)


def heard(asks: Callable[[Fact], bool], people: Collection[int], accounts: Collection[int]) -> None:
    """What such facts say of these changed, and no event says so: their runs whose rules ask it are looked at now."""
    versions = [version for version in asking() if any(map(asks, plan.of(version).facts))]
    if not versions:
        return
    whose = Q(person__in=people) | Q(account__in=accounts)
    runs = Enrollment.objects.filter(whose, version__in=versions, state=Enrollment.State.ACTIVE)
    with transaction.atomic():
        _wake(_hold(list(runs.values_list("pk", flat=True))), clock.now())


def asking() -> list[int]:
    """Published versions whose runs may have to be looked at when something happens."""
    waits = Lane.objects.filter(
        step__version=OuterRef("pk"), step__kind=StepKind.WAIT_UNTIL, condition=plan.RULE
    )
    asking = PlaybookVersion.objects.filter(~Q(exit_when={}) | Exists(waits), published_at__isnull=False)
    return list(asking.order_by("pk").values_list("pk", flat=True))


def _concerned(plans: dict[int, Plan], batch: Batch, signals: Sequence[Signal]) -> list[Enrollment]:
    whose = Q()
    for version, one in plans.items():
        people = set(_people(one.facts, batch, signals))
        accounts = set(_accounts(one.facts, batch, signals))
        if people or accounts:
            whose |= Q(Q(person__in=people) | Q(account__in=accounts), version=version)
    if not whose:
        return []
    return list(Enrollment.objects.filter(whose, state=Enrollment.State.ACTIVE).order_by("pk"))


def _people(facts: Collection[Fact], batch: Batch, signals: Sequence[Signal]) -> Iterator[int]:
    own = reads.of(facts).own
    everybody = any(isinstance(one, _OF_ANYTHING) or _personal(one) for one in facts)
    for one in batch.stored:
        if one.person_id and (everybody or own is None or one.item.name in own):
            yield one.person_id
    if any(isinstance(one, Found) for one in facts):
        yield from (signal.person_id for signal in signals if signal.person_id)


def _personal(fact: Fact) -> bool:
    return isinstance(fact, Trait) and fact.of is Of.PERSON


def _accounts(facts: Collection[Fact], batch: Batch, signals: Sequence[Signal]) -> Iterator[int]:
    asked = reads.of(facts)
    if asked.account or asked.use:
        yield from batch.changed_accounts
    if asked.use:
        yield from (change.account_id for change in batch.changes if change.account_id)
    for one in batch.stored:
        if one.account_id and (asked.of_account is None or one.item.name in asked.of_account):
            yield one.account_id
    if any(isinstance(one, Found) for one in facts):
        yield from (signal.account_id for signal in signals if signal.account_id)


def _hold(ids: Collection[int]) -> list[Enrollment]:
    """Those that nobody ended meanwhile, with their rows locked."""
    if not ids:
        return []
    rows = Enrollment.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    return list(rows.filter(state=Enrollment.State.ACTIVE).order_by("pk"))


def _end(held: Sequence[Enrollment], plans: dict[int, Plan], known: ruled.Everybody, now: datetime) -> None:
    if held:
        policy = standing.policy()
        _decide([(run, plans[run.version_id], known[_subject(run)]) for run in held], policy.version, now)
        outcomes.finish([(run, REASON) for run in held], policy, now)


def _wake(held: Sequence[Enrollment], now: datetime) -> None:
    if held:
        Enrollment.objects.filter(pk__in=[run.pk for run in held], wake_at__gt=now).update(wake_at=now)
        queue.nudge("steps")


def _opens(steps: Plan, step: int | None, known: Known | None) -> bool:
    node = steps.nodes.get(step or 0)
    if node is None or known is None or not node.waits:
        return False
    return any(way.rule.holds(known.values, known.at) for way in node.ways if way.rule)


def _over(steps: Plan, known: Known | None) -> bool:
    rule = steps.exit_when
    return bool(rule and known and rule.holds(known.values, known.at))


def _decide(
    over: Sequence[tuple[Enrollment, Plan, Known | None]], policy_version: int, now: datetime
) -> None:
    """Why each of them ended, kept like every decision: about its newest offer, where it had shown any."""
    shown = Proposition.objects.filter(enrollment_id__in=[run.pk for run, _, _ in over]).order_by("ready_at")
    offers = dict(shown.values_list("enrollment_id", "offer__slug"))
    bulk.insert(
        [
            _decision(run, steps, _gate(steps.exit_when, known), offers.get(run.pk, ""), policy_version, now)
            for run, steps, known in over
            if steps.exit_when and known
        ]
    )


def _gate(rule: Ready, known: Known) -> Gate:
    reason = ruled.shortened(f"What ends the sequence is so: {rule.sentence}")
    return failed(Code.EXIT_RULE, f"{reason}.", {"conditions": ruled.conditions(rule, known)}, rule.sentence)


def _decision(
    run: Enrollment, steps: Plan, gate: Gate, offer: str, policy_version: int, now: datetime
) -> Decision:
    return Decision(
        at=now,
        person_id=run.person_id,
        account_id=run.account_id,
        playbook=steps.playbook,
        enrollment_id=run.pk,
        step_id=run.step_id,
        offer=offer,
        outcome=Decision.Outcome.EXCLUDED,
        gates=[*run.lane_gates, gate.as_json()],
        gate=gate.gate,
        reason=gate.reason,
        input={"value": gate.input},
        threshold={"value": gate.threshold},
        policy_version=policy_version,
    )


def _subject(run: Enrollment) -> Subject:
    return Subject(run.person_id, run.account_id)
