"""The door out: one intent to reach a person, recorded with its proof, or the reason why not.

Everything here runs inside the transaction that holds the locks of `standing.lock`, so an opt-out either committed
before (and is seen) or commits after (and no intent is recorded after it).
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from campaigns_app import judge, routes
from campaigns_app.case import About, Case
from campaigns_app.models import Delivery, StaffTask
from campaigns_app.standing import Standing
from offers_app import bandit, claims, decide, wording
from offers_app.models import Decision, Offer, Proposition, Treatment
from people_app.models import Channel
from upsell_project.lib import bulk, queue
from upsell_project.lib.gates import Code, Gate, failed, passed

LIFETIME = timedelta(days=7)


@dataclass(slots=True)
class Intent:
    """A message step about to run for one case: how, and which offers it may carry."""

    case: Case
    channel: str
    placement: str
    template: str
    offers: Sequence[str]


@dataclass(slots=True)
class Result:
    """What came of an intent. `delivery` is None unless it was delivered or held; `stopped` is the failed gate."""

    decision: Decision
    delivery: Delivery | None = None
    stopped: Gate | None = None


@dataclass(slots=True)
class Draft:
    """An intent on its way through the gates."""

    intent: Intent
    choice: decide.Choice
    gates: list[Gate] = field(default_factory=list)
    content: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    proposition_id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def stopped(self) -> Gate | None:
        return judge.stopped_by(self.gates)


@dataclass(slots=True)
class Said:
    """A text for one person, or why there is none. `evidence` has what it rests on, with the sources of its claims."""

    gate: Gate
    content: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)


def intend(intents: Sequence[Intent], standing: Standing, now: datetime) -> list[Result]:
    """Take each intent through all gates in order and record what came of it: three inserts for all of them."""
    asks = [_ask(intent) for intent in intents]
    catalog = decide.catalog(asks, now)
    drafts = [_draft(*one, standing, catalog, now) for one in zip(intents, asks, strict=True)]
    decisions = [_decision(draft, standing, now) for draft in drafts]
    bulk.insert(decisions)
    results = [
        Result(decision, stopped=draft.stopped) for draft, decision in zip(drafts, decisions, strict=True)
    ]
    going = [(draft, result) for draft, result in zip(drafts, results, strict=True) if _goes(result.decision)]
    propositions = [_proposition(draft, result.decision, now) for draft, result in going]
    bulk.insert(propositions)
    deliveries = [_delivery(draft, result.decision, standing, now) for draft, result in going]
    bulk.insert(deliveries)
    for (draft, result), proposition, delivery in zip(going, propositions, deliveries, strict=True):
        result.delivery = delivery
        draft.intent.case.deliveries[draft.intent.case.node.id] = delivery
        draft.intent.case.propositions.append(proposition)
    hand_over([(draft.intent.case, result.delivery) for draft, result in going if result.delivery], now)
    return results


def _ask(intent: Intent) -> decide.Ask:
    case = intent.case
    evidence = case.evidence or case.enrollment.signal.evidence
    sure, seed = float(case.enrollment.signal.confidence), secrets.randbelow(bandit.SEEDS)
    who = (case.person, case.account, intent.offers, intent.template, intent.channel, evidence)
    return decide.Ask(*who, sure, seed, case.enrollment.pk)


def _draft(
    intent: Intent, ask: decide.Ask, standing: Standing, catalog: decide.Catalog, now: datetime
) -> Draft:
    choice = decide.offer(ask, catalog)
    case, draft = intent.case, Draft(intent, choice)
    draft.gates = judge.meet(
        case, intent.channel, choice, standing, now, lambda: _words(draft, ask, catalog, now)
    )
    if judge.may_go(draft.gates):
        _remember(draft, standing, catalog, now)
    return draft


def _decision(draft: Draft, standing: Standing, now: datetime) -> Decision:
    intent, candidate, version = draft.intent, draft.choice.candidate, standing.policy.version
    about = candidate.slug if candidate else next(iter(intent.offers), "")
    return judge.first(intent.case, intent.channel, about, draft.gates, version, now, draft.choice)


def _words(draft: Draft, ask: decide.Ask, catalog: decide.Catalog, now: datetime) -> Gate:
    case, choice = draft.intent.case, draft.choice
    said = words(case, choice.offer, choice.treatment, draft.proposition_id, ask, catalog, now)
    draft.content, draft.evidence = said.content, said.evidence
    return said.gate


def words(
    case: About,
    offer: Offer | None,
    treatment: Treatment | None,
    proposition_id: uuid.UUID,
    ask: decide.Ask,
    catalog: decide.Catalog,
    now: datetime,
    **extra: Any,
) -> Said:
    """The text with the figures of now; none when a value is missing, or when it is too long for its channel. `extra`:
    merge fields beside the usual."""
    if offer is None or treatment is None or case.evidence is None:
        return Said(failed(Code.RENDER_ERROR, "There is nothing to render."))
    name = f"{treatment.template.slug}/{treatment.channel}/{treatment.locale}"
    if ended := catalog.waiver_ended(offer, treatment):
        return Said(failed(Code.WAIVER_ENDED, ended, name))
    context = extra | catalog.fields(ask, offer, treatment, case.evidence)
    try:
        content = wording.proposition_content(
            treatment, offer, context, channel=treatment.channel, proposition_id=str(proposition_id)
        )
    except wording.TooLong as error:
        return Said(failed(Code.TOO_LONG, f"The text is too long: {error}"[:300], name))
    except wording.WordingError as error:
        return Said(failed(Code.RENDER_ERROR, f"The text cannot be completed: {error}", name))
    sources = claims.used(context)
    evidence = case.evidence | ({"claims": sources} if sources else {})
    return Said(passed(Code.RENDER_ERROR, name), content, evidence)


def _remember(draft: Draft, standing: Standing, catalog: decide.Catalog, now: datetime) -> None:
    """Later intents of the same batch meet the gates with this one counted."""
    case = draft.intent.case
    standing.live.setdefault(case.account.pk, set()).add(case.enrollment.pk)
    if draft.choice.offer:
        catalog.facts.counts.presented(draft.choice.offer, case.person.pk, case.account.pk, now)
    if draft.stopped is None:
        standing.touches.setdefault(case.person.pk, []).append((now, draft.intent.channel))


def _goes(decision: Decision) -> bool:
    return decision.outcome in (Decision.Outcome.DELIVERED, Decision.Outcome.HELD)


def _proposition(draft: Draft, decision: Decision, now: datetime) -> Proposition:
    case, offer = draft.intent.case, draft.choice.offer
    return Proposition(
        pk=draft.proposition_id,
        decision=decision,
        person=case.person,
        account=case.account,
        enrollment_id=case.enrollment.pk,
        offer=offer,
        treatment=draft.choice.treatment,
        topic=offer.topic if offer else "",
        channel=draft.intent.channel,
        placement=draft.intent.placement,
        content=draft.content,
        evidence=draft.evidence,
        ready_at=now,
        expires_at=offer.over_at(now, now + LIFETIME) if offer else now + LIFETIME,
    )


def _delivery(draft: Draft, decision: Decision, standing: Standing, now: datetime) -> Delivery:
    """In-app offers are accepted at once: they wait to be fetched. A task for staff is written in this transaction."""
    case, channel = draft.intent.case, draft.intent.channel
    held = draft.stopped
    at_once = routes.at_once(channel, lambda: standing.channels)
    state = Delivery.State.HELD if held else Delivery.State.ACCEPTED if at_once else Delivery.State.INTENDED
    return Delivery(
        enrollment=case.enrollment,
        step_id=case.node.id,
        person=case.person,
        account=case.account,
        proposition_id=draft.proposition_id,
        decision=decision,
        channel=channel,
        state=state,
        reason=held.reason if held else "",
        proof=judge.proof(draft.gates, decision.policy_version, now),
        intended_at=None if held else now,
        send_after=held.next_eligible_at if held else None,
        sent_at=now if at_once and not held else None,
        provider=by_ourselves(channel) if at_once else "",
    )


def by_ourselves(channel: str) -> str:
    return "widget" if channel == Channel.IN_APP else "staff_task"


def hand_over(going: Sequence[tuple[Case, Delivery]], now: datetime) -> None:
    """Tasks for staff are facts already; the rest waits in the outbox."""
    accepted = [(c, d) for c, d in going if d.state == Delivery.State.ACCEPTED]
    tasks = [(c, d) for c, d in accepted if d.channel != Channel.IN_APP]
    StaffTask.objects.bulk_create(
        [_task(case, delivery, now) for case, delivery in tasks], ignore_conflicts=True
    )
    if any(delivery.state == Delivery.State.INTENDED for _, delivery in going):
        queue.nudge("outbox")


def _task(case: Case, delivery: Delivery, now: datetime) -> StaffTask:
    content = Proposition.objects.get(pk=delivery.proposition_id).content
    return StaffTask(
        delivery=delivery,
        person=case.person,
        account=case.account,
        channel=delivery.channel,
        title=content["title"][:300],
        body=content["body"],
        assignee=str(case.account.account_manager.get("email", ""))[:200],
        created_at=now,
    )
