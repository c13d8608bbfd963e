"""Judge one message: every gate in its decided order, and the decision that is kept of them.

Contact first, then the offer, whether it is still so, its words, and the holdout last: all that would have been.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from campaigns_app import contact_gates
from campaigns_app.case import About, Case
from campaigns_app.models import Delivery
from campaigns_app.standing import Standing
from offers_app import replayed
from offers_app.decide import Choice
from offers_app.models import Decision, HoldoutAssignment
from upsell_project.lib.gates import Code, Gate, failed, passed


def meet(
    case: About,
    channel: str,
    choice: Choice,
    standing: Standing,
    now: datetime,
    worded: Callable[[], Gate],
) -> list[Gate]:
    """The gates met up to the first that drops it; one that only holds it stays among them, closed."""
    topic = choice.candidate.topic if choice.candidate else ""
    gates = contact_gates.check(case, channel, topic, standing, now)
    rest: list[Callable[[], Sequence[Gate]]] = [
        lambda: choice.gates,
        lambda: [relevant(case)],
        lambda: [worded()],
        lambda: [holdout(case, standing)],
    ]
    while rest and may_go(gates):
        gates += rest.pop(0)()
    return gates


def stopped_by(gates: Sequence[Gate]) -> Gate | None:
    """What kept it from going now, if anything: a gate that holds only where none drops it."""
    return next(iter(sorted((gate for gate in gates if not gate.passed), key=contact_gates.holds)), None)


def may_go(gates: Sequence[Gate]) -> bool:
    """Now, or when the hours allow it."""
    stopped = stopped_by(gates)
    return stopped is None or contact_gates.holds(stopped)


def relevant(case: About) -> Gate:
    if case.evidence is None:
        return failed(Code.NO_LONGER_RELEVANT, "What the offer was about is no longer so.")
    keys = ("resource", "used", "cap", "percent", "feature", "count", "measured_at")
    return passed(Code.NO_LONGER_RELEVANT, {key: case.evidence[key] for key in keys if key in case.evidence})


def holdout(case: About, standing: Standing) -> Gate:
    """Whoever is in the control group with one of their accounts is contacted about none."""
    return contact_gates.first_closed(
        [drawn(standing.holdout[account.pk]) for account in contact_gates.accounts(case, standing)]
    )


def drawn(assignment: HoldoutAssignment) -> Gate:
    said = {"held_out": assignment.held_out, "assigned_at": assignment.assigned_at.isoformat()}
    if assignment.held_out:
        reason = "The account is in the control group: nothing contacts it."
        return failed(Code.HOLDOUT, reason, said, float(assignment.percent))
    return passed(Code.HOLDOUT, said, float(assignment.percent))


def first(
    case: Case, channel: str, offer: str, gates: Sequence[Gate], version: int, at: datetime, choice: Choice
) -> Decision:
    """The decision about a message that is to go; the run's first one tells too how it began, and each by which rules
    it came to its step."""
    decision = Decision(
        at=at,
        person=case.person,
        account=case.account,
        playbook=case.plan.playbook,
        enrollment_id=case.enrollment.pk,
        step_id=case.node.id,
        offer=offer,
        channel=channel,
        policy_version=version,
        **verdict(gates),
        **replayed.stored(choice),
    )
    decision.gates = [*case.enrollment.lane_gates, *decision.gates]
    case.enrollment.lane_gates = []
    if not case.deliveries:
        decision.gates = [*case.enrollment.entry_gates, *decision.gates]
    return decision


def again(
    delivery: Delivery, gates: Sequence[Gate], version: int, at: datetime, choice: Choice | None = None
) -> Decision:
    """The newer decision about the same message; not saved, but the delivery points to it."""
    before = delivery.decision
    delivery.decision = Decision(
        at=at,
        person_id=delivery.person_id,
        account_id=delivery.account_id,
        playbook=before.playbook,
        enrollment_id=before.enrollment_id,
        step_id=before.step_id,
        offer=before.offer,
        channel=before.channel,
        policy_version=version,
        **verdict(gates),
        **(replayed.stored(choice) if choice else {}),
    )
    return delivery.decision


def verdict(gates: Sequence[Gate]) -> dict[str, Any]:
    """What a decision keeps of the gates it met."""
    stopped = stopped_by(gates)
    return {
        "outcome": _outcome(stopped),
        "gates": [gate.as_json() for gate in gates],
        "gate": stopped.gate if stopped else "",
        "reason": stopped.reason[:300] if stopped else "",
        "input": {"value": stopped.input} if stopped else {},
        "threshold": {"value": stopped.threshold} if stopped else {},
        "next_eligible_at": stopped.next_eligible_at if stopped else None,
    }


def _outcome(stopped: Gate | None) -> Decision.Outcome:
    if stopped is None:
        return Decision.Outcome.DELIVERED
    if contact_gates.holds(stopped):
        return Decision.Outcome.HELD
    return Decision.Outcome.HOLDOUT if stopped.gate == Code.HOLDOUT else Decision.Outcome.EXCLUDED


def proof(gates: Sequence[Gate], policy_version: int, now: datetime) -> dict[str, Any]:
    """What a later check needs: the ground, the counters before and after, the local time, the assignment."""
    by_code = {gate.gate: gate for gate in gates}
    shown = {
        "consent": by_code[Code.NO_CONSENT].input if Code.NO_CONSENT in by_code else None,
        "caps": by_code[Code.CAP].input if Code.CAP in by_code else None,
        "local_time": by_code[Code.QUIET_HOURS].input if Code.QUIET_HOURS in by_code else None,
        "holdout": by_code[Code.HOLDOUT].input if Code.HOLDOUT in by_code else None,
    }
    return shown | {"policy_version": policy_version, "at": now.isoformat()}
