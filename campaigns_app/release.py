"""What was held: sent on with every gate met again, held on, or dropped because something overtook it.

Runs inside the transaction that holds the locks of `standing.lock`, like `deliver`.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from campaigns_app import contact_gates, deliver, judge, routes
from campaigns_app.case import Case
from campaigns_app.models import Delivery
from campaigns_app.standing import Standing
from offers_app import decide
from offers_app.models import Decision, Offer, Proposition, Treatment
from upsell_project.lib import bulk
from upsell_project.lib.gates import Code, Gate, failed


def due(
    cases: Sequence[tuple[Case, Delivery]], standing: Standing, now: datetime
) -> dict[uuid.UUID, Gate | None]:
    """Held deliveries whose time has come: meet every gate again, then intend, hold on or skip.

    Each gets a new decision, unless it is held on for the same reason. Returns what stopped each, by delivery.
    """
    stops: dict[uuid.UUID, Gate | None] = {}
    decisions: list[Decision] = []
    asks = [_ask(case, delivery) for case, delivery in cases]
    catalog = decide.catalog(asks, now)
    for (case, delivery), ask in zip(cases, asks, strict=True):
        offer = catalog.offers[delivery.proposition.offer.slug]
        choice = decide.offer(ask, catalog)
        reword = partial(_reword, case, delivery.proposition, offer, choice.treatment, ask, catalog, now)
        gates = judge.meet(case, delivery.channel, choice, standing, now, reword)
        stops[delivery.pk] = stopped = judge.stopped_by(gates)
        if not (stopped and contact_gates.holds(stopped) and stopped.reason == delivery.reason):
            decisions.append(judge.again(delivery, gates, standing.policy.version, now, choice))
        _settle(case, delivery, stopped, gates, standing, now)
    bulk.insert(decisions)
    changed = [delivery for _, delivery in cases]
    Delivery.objects.bulk_update(
        changed, ["state", "reason", "send_after", "intended_at", "sent_at", "proof", "decision", "provider"]
    )
    Proposition.objects.bulk_update([d.proposition for d in changed], ["treatment", "content", "evidence"])
    _end([d for d in changed if d.state == Delivery.State.SKIPPED])
    gone = (Delivery.State.INTENDED, Delivery.State.ACCEPTED)
    deliver.hand_over([(case, delivery) for case, delivery in cases if delivery.state in gone], now)
    return stops


def _reword(
    case: Case,
    proposition: Proposition,
    offer: Offer,
    treatment: Treatment | None,
    ask: decide.Ask,
    catalog: decide.Catalog,
    now: datetime,
) -> Gate:
    """It was written when it was held; what it says must be true when it leaves, and by a text that is still there."""
    said = deliver.words(case, offer, treatment, proposition.pk, ask, catalog, now)
    if said.gate.passed:
        proposition.treatment = treatment
        proposition.content, proposition.evidence = said.content, said.evidence
    return said.gate


def _ask(case: Case, delivery: Delivery) -> decide.Ask:
    """About the offer that it carries."""
    offer, treatment = delivery.proposition.offer, delivery.proposition.treatment
    evidence = case.evidence or case.enrollment.signal.evidence
    template = treatment.template.slug if treatment else ""
    who = (case.person, case.account, [offer.slug], template, delivery.channel, evidence)
    sure = float(case.enrollment.signal.confidence)
    return decide.Ask(*who, sure, 0, case.enrollment.pk, delivery.proposition_id)


def drop(deliveries: Sequence[Delivery], reason: str, policy_version: int, now: datetime) -> None:
    """Held deliveries that what the person did meanwhile has overtaken."""
    gates = [failed(Code.NO_LONGER_RELEVANT, reason)]
    bulk.insert([judge.again(one, gates, policy_version, now) for one in deliveries])
    for delivery in deliveries:
        delivery.state, delivery.reason = Delivery.State.SKIPPED, reason
    Delivery.objects.bulk_update(deliveries, ["state", "reason", "decision"])
    _end(deliveries)


def _end(deliveries: Sequence[Delivery]) -> None:
    over = Proposition.objects.filter(pk__in=[delivery.proposition_id for delivery in deliveries])
    over.filter(state=Proposition.State.LIVE).update(state=Proposition.State.ENDED)


def _settle(
    case: Case,
    delivery: Delivery,
    stopped: Gate | None,
    gates: Sequence[Gate],
    standing: Standing,
    now: datetime,
) -> None:
    if stopped and contact_gates.holds(stopped):
        delivery.send_after, delivery.reason = stopped.next_eligible_at, stopped.reason
    elif stopped:
        delivery.state, delivery.reason = Delivery.State.SKIPPED, f"{stopped.gate}: {stopped.reason}"[:300]
    else:
        at_once = routes.at_once(delivery.channel, lambda: standing.channels)
        delivery.state = Delivery.State.ACCEPTED if at_once else Delivery.State.INTENDED
        delivery.intended_at, delivery.reason = now, ""
        delivery.sent_at = now if at_once else None
        delivery.provider = deliver.by_ourselves(delivery.channel) if at_once else ""
        delivery.proof |= {
            k: v for k, v in judge.proof(gates, standing.policy.version, now).items() if v is not None
        }
        standing.touches.setdefault(case.person.pk, []).append((now, delivery.channel))
