"""Decisions among several offers, and what became of them, as the product stores them."""

from datetime import datetime, timedelta

from offers_app import decide, learn, replayed
from offers_app.models import Decision, Offer, Proposition, Template, Treatment
from people_app.models import Account, Person

OFFERS = ("pro", "seats", "training")


def a_catalog(**priorities: int) -> None:
    template = Template.objects.create(slug="nudge", name="Nudge")
    Treatment.objects.create(template=template, channel="in_app", locale="en", headline="x", body="x")
    for slug in OFFERS:
        Offer.objects.create(slug=slug, name=slug.title(), live=True, priority=priorities.get(slug, 0))


def an_ask(person: Person, account: Account, seed: int = 0) -> decide.Ask:
    return decide.Ask(person, account, OFFERS, "nudge", "in_app", {"used": 17}, 1.0, seed)


def a_decision(choice: decide.Choice, person: Person, at: datetime) -> Decision:
    return Decision.objects.create(at=at, person=person, outcome="delivered", **replayed.stored(choice))


def a_proposition(decision: Decision, choice: decide.Choice) -> Proposition:
    assert choice.offer
    return Proposition.objects.create(
        decision=decision,
        person=decision.person,
        enrollment_id=1,
        offer=choice.offer,
        treatment=choice.treatment,
        topic="x",
        channel="in_app",
        ready_at=decision.at,
        expires_at=decision.at + timedelta(days=7),
    )


def answered(person: Person, account: Account, seed: int, at: datetime, yes: set[str]) -> Decision:
    """A decision by this seed, and the answer: a yes to the offers of `yes`, else it is let pass."""
    ask = an_ask(person, account, seed)
    choice = decide.offer(ask, decide.catalog([ask], at))
    decision = a_decision(choice, person, at)
    assert choice.offer
    answer = "accepted" if choice.offer.slug in yes else "ignored"
    learn.outcome([(a_proposition(decision, choice).pk, answer)], at)
    return decision
