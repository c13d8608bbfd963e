"""Decide on request: the gates of a playbook's message step, for a page or a mail that somebody else makes.

As in `deliver`, all happens in the transaction that holds the locks of `standing.lock`. What is decided is a Decision,
a Proposition and a Delivery like any other, so that caps, pauses and answers count it; only that no run made it, and
that nothing is held: who asks is told when to ask again.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns_app import contact_gates, deliver, grounds, judge, requested, shown, standing
from campaigns_app.decide_body import Request, spoken
from campaigns_app.grounds import Ground
from campaigns_app.models import Delivery
from campaigns_app.standing import Standing
from consent_app import links
from offers_app import decide, goods, lapsed, offer_gates, replayed
from offers_app.checkout import orders
from offers_app.decide import Choice
from offers_app.models import Decision, Placement, Proposition
from people_app import homes, merging
from people_app.models import Account, Channel, Person
from upsell_project.lib.gates import Code, Gate, failed

PROVIDER = "on_request"


@dataclass(slots=True)
class Asked:
    """The question as the gates see it."""

    person: Person
    account: Account
    evidence: dict[str, Any] | None
    worth_until: datetime
    run: int | None = None
    ours: bool = False


@dataclass(slots=True)
class Draft:
    """A question on its way through the gates."""

    request: Request
    ground: Ground
    choice: Choice
    known: decide.Catalog
    asked: Asked
    gates: list[Gate] = field(default_factory=list)
    content: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    proposition_id: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(slots=True)
class Answer:
    """The decision, None of somebody unknown; `delivery` only where an offer may be shown; else `gate` says why not."""

    decision: Decision | None = None
    delivery: Delivery | None = None
    gate: Gate | None = None


def answer(request: Request, now: datetime) -> Answer:
    """Decide and keep it. Within a transaction."""
    person = _person(request.user_id)
    if person is None:
        reason = "Nobody is known by this id: send an identify call or an event of theirs."
        return Answer(gate=failed(Code.UNKNOWN_PERSON, reason, request.user_id))
    account = _account(person, request, now)
    if account is None:
        return _homeless(person, request, now)
    standing.lock({account}, {person.pk})
    person.refresh_from_db()
    if person.merged_into_id:
        return answer(request, now)
    return _judged(person, Account.objects.get(pk=account), request, now)


def _person(user_id: str) -> Person | None:
    return merging.remaining(Person.objects.filter(user_id=user_id).select_related("merged_into").first())


def _account(person: Person, request: Request, now: datetime) -> int | None:
    """The one that is named if they belong to it; else that of their newest signal, else where they are at home."""
    theirs = {account for _, account in homes.memberships([person.pk])}
    theirs |= {account for account in homes.of([person.pk], now, create=False).values() if account}
    if request.account is not None:
        named = Account.objects.filter(group_id=request.account).first()
        key = (named.merged_into_id or named.pk) if named else None
        return key if key in theirs else None
    told = [one.account_id for one in grounds.signals(person.pk, now) if one.account_id in theirs]
    return told[0] if told else homes.of([person.pk], now, create=False)[person.pk]


def _homeless(person: Person, request: Request, now: datetime) -> Answer:
    named = request.account is not None
    reason = (
        "They do not belong to this account." if named else "It is not known to which account they belong."
    )
    gate = failed(Code.NO_ACCOUNT, reason, request.account)
    version = standing.policy().version
    decision = _decision(person, None, request, "", [gate], version, now)
    decision.save(force_insert=True)
    return Answer(decision, gate=gate)


def _judged(person: Person, account: Account, request: Request, now: datetime) -> Answer:
    state = standing.load({account.pk}, {person.pk}, now)
    possible = grounds.of(person, account, request, now)
    catalog = decide.catalog([one.ask for one in possible], now)
    ground, choice = _chosen(possible, catalog)
    worth_until = ground.signal.expires_at if ground.signal else now
    draft = Draft(request, ground, choice, catalog, Asked(person, account, ground.evidence, worth_until))
    draft.gates = judge.meet(draft.asked, request.channel, choice, state, now, lambda: _words(draft, now))
    about = choice.candidate.slug if choice.candidate else ""
    decision = _decision(person, account, request, about, draft.gates, state.policy.version, now, choice)
    decision.save(force_insert=True)
    stopped = judge.stopped_by(draft.gates)
    return Answer(decision, None if stopped else _intended(draft, decision, now), stopped)


def _chosen(possible: Sequence[Ground], catalog: decide.Catalog) -> tuple[Ground, Choice]:
    """Of those that lead to an offer and still are so the one with the best score, so the surest and freshest moment;
    else the one that came furthest."""
    choices = [(one, _choice(one, catalog)) for one in possible]
    return max(choices, key=_fit)


def _fit(pair: tuple[Ground, Choice]) -> tuple[bool, bool, float, int]:
    ground, choice = pair
    return bool(choice.offer), bool(ground.evidence), choice.best if choice.offer else 0.0, len(choice.gates)


def _choice(ground: Ground, catalog: decide.Catalog) -> Choice:
    """What the playbook asks of the moment comes before what its offers ask."""
    if not all(gate.passed for gate in ground.gates):
        return Choice(None, None, [*ground.gates])
    choice = decide.offer(ground.ask, catalog)
    choice.gates = [*ground.gates, *choice.gates]
    return choice


def _words(draft: Draft, now: datetime) -> Gate:
    choice, context = draft.choice, spoken(dict(draft.request.context))
    who, asked = (draft.asked, choice.offer, choice.treatment), (draft.ground.ask, draft.known)
    said = deliver.words(*who, draft.proposition_id, *asked, now, context=context)
    draft.content, draft.evidence = said.content, said.evidence
    return said.gate


def _decision(
    person: Person,
    account: Account | None,
    request: Request,
    offer: str,
    gates: Sequence[Gate],
    version: int,
    now: datetime,
    choice: Choice | None = None,
) -> Decision:
    """Nothing waits for a better hour here: what would be held is excluded, with the time from which it is not."""
    said = judge.verdict(gates)
    if said["outcome"] == Decision.Outcome.HELD:
        said["outcome"] = Decision.Outcome.EXCLUDED
    said["input"] = said["input"] | {"context": dict(request.context)}
    return Decision(
        at=now,
        person=person,
        account=account,
        offer=offer,
        channel=request.channel,
        policy_version=version,
        **said,
        **(replayed.stored(choice) if choice else {}),
    )


def _intended(draft: Draft, decision: Decision, now: datetime) -> Delivery:
    """Who asked carries it, so it is accepted; it counts against the caps from here."""
    request, asked, offer = draft.request, draft.asked, draft.choice.offer
    if offer is None:
        raise ValueError("nothing was chosen")
    proposition = Proposition.objects.create(
        pk=draft.proposition_id,
        decision=decision,
        person=asked.person,
        account=asked.account,
        signal_id=draft.ground.signal.pk if draft.ground.signal else None,
        offer=offer,
        treatment=draft.choice.treatment,
        topic=offer.topic,
        channel=request.channel,
        placement=request.placement,
        content=draft.content,
        evidence=draft.evidence,
        ready_at=now,
        expires_at=offer.over_at(now, now + deliver.LIFETIME),
    )
    delivery = Delivery.objects.create(
        person=asked.person,
        account=asked.account,
        proposition=proposition,
        decision=decision,
        channel=request.channel,
        state=Delivery.State.ACCEPTED,
        proof=judge.proof(draft.gates, decision.policy_version, now),
        intended_at=now,
        sent_at=now,
        provider=PROVIDER,
    )
    if request.channel != Channel.IN_APP:
        shown.seen([proposition.pk], now)
    return delivery


def still(delivery: Delivery, now: datetime) -> Gate | None:
    """What speaks by now against an offer that was answered before; reads only."""
    return next((gate for gate in _still(delivery, now) if not gate.passed), None)


def _still(delivery: Delivery, now: datetime) -> Iterator[Gate]:
    proposition, offer = delivery.proposition, delivery.proposition.offer
    if proposition.state != Proposition.State.LIVE or proposition.expires_at <= now:
        yield failed(Code.NO_LONGER_RELEVANT, "The offer is over.")
    state: Standing = standing.load({delivery.account_id}, {delivery.person_id}, now)
    evidence = requested.reasons([proposition], now)[proposition.pk]
    asked = Asked(delivery.person, delivery.account, evidence, proposition.expires_at)
    yield from contact_gates.unbarred(asked, delivery.channel, proposition.topic, state, now)
    yield from offer_gates.on_offer(offer, now)
    for reason in lapsed.stopped([proposition.pk], now).values():
        yield failed(Code.WAIVER_ENDED, reason)
    if orders.incentive_withdrawn(proposition, now):
        yield failed(Code.NOT_VALID_NOW, f"The incentive of {offer.name} has ended.", now.isoformat())
    if owned := goods.owned(delivery.account, offer):
        yield failed(Code.ALREADY_OWNED, owned)
    yield judge.relevant(asked)
    yield judge.holdout(asked, state)


def presented(delivery: Delivery) -> dict[str, Any]:
    """The contract's offer object, with the channel, and with links for who carries it."""
    proposition = delivery.proposition
    placement = Placement.objects.filter(slug=proposition.placement).first()
    where = {"placement": placement.slug, "format": placement.format} if placement else {}
    return {
        "proposition_id": str(proposition.pk),
        "delivery_id": str(delivery.pk),
        "offer": proposition.offer.slug,
        "channel": proposition.channel,
        **where,
        **proposition.content,
        "links": _links(proposition),
        "expires_at": proposition.expires_at.isoformat(),
    }


def _links(proposition: Proposition) -> dict[str, str]:
    """Clicks are counted by `cta` and `secondary`; a mail owes its reader `unsubscribe` (also as RFC 8058 header)."""
    person, key = proposition.person_id, proposition.pk
    clicks = {
        name: links.click_url(key, name) for name in ("cta", "secondary") if proposition.content.get(name)
    }
    return clicks | {
        "why": links.why_url(key),
        "preferences": links.preferences_url(person, key),
        "not_now": links.preferences_url(person, key, "not_now"),
        "no_more": links.preferences_url(person, key, "no_more"),
        "unsubscribe": links.unsubscribe_url(person, key),
    }
