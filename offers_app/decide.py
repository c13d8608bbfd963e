"""Choose one honest offer for one person, and say why not the others.

Which may be made to them at all is said by `offer_gates`. Of those left the highest priority wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from offers_app import cohort, offer_gates
from offers_app.models import Offer, Treatment
from people_app.models import Account, Person
from upsell_project.lib.gates import Code, Gate, failed


@dataclass(slots=True)
class Ask:
    """One question: which of these offers, for whom, because of what, on which channel."""

    person: Person
    account: Account
    offers: Sequence[str]
    template: str
    channel: str
    evidence: Mapping[str, Any]
    enrollment: int | None = None
    """The run that asks: a yes that it got does not stand in its own way."""
    held: UUID | None = None
    """The proposition that waits to leave and is judged again: it does not count against itself."""


@dataclass(slots=True)
class Choice:
    """The answer: an offer with its treatment, or none; and the gates that were met on the way, in order.

    `candidate` is what it was about: the offer, or when none qualifies, the one of the highest priority.
    """

    offer: Offer | None
    treatment: Treatment | None
    gates: list[Gate] = field(default_factory=list)
    candidate: Offer | None = None


@dataclass(slots=True)
class Catalog:
    """What can be offered and how it reads, and what the gates ask; read once for many questions."""

    offers: dict[str, Offer]
    treatments: dict[tuple[str, str], list[Treatment]]
    facts: offer_gates.Facts
    peers: dict[cohort.Question, cohort.Compared]

    def more(self, ask: Ask) -> dict[str, Any]:
        """What texts may say beside the evidence: their newest answer, and their figures beside those of others."""
        asked = cohort.question(ask.account.pk, ask.evidence, self.facts.now)
        return {
            "prior": self.facts.prior.get(ask.person.pk),
            "peers": self.peers.get(asked) if asked else None,
        }


def catalog(asks: Sequence[Ask], now: datetime) -> Catalog:
    """Six statements; a few more where one of these offers has a rule or caps or a text compares, however many ask."""
    treatments: dict[tuple[str, str], list[Treatment]] = {}
    for treatment in Treatment.objects.select_related("template").order_by("pk"):
        treatments.setdefault((treatment.template.slug, treatment.channel), []).append(treatment)
    rows = Offer.objects.select_related("product").prefetch_related(
        "product__prices", "product__parts", "caps"
    )
    offers = {offer.slug: offer for offer in rows}
    return Catalog(offers, treatments, offer_gates.load(asks, offers, now), _peers(asks, treatments, now))


def _peers(
    asks: Sequence[Ask], treatments: Mapping[tuple[str, str], Sequence[Treatment]], now: datetime
) -> dict[cohort.Question, cohort.Compared]:
    """Only where a text has a place for it."""
    comparing = {place for place, texts in treatments.items() if any(map(_compares, texts))}
    asked = [ask for ask in asks if (ask.template, ask.channel) in comparing]
    questions = {one for ask in asked if (one := cohort.question(ask.account.pk, ask.evidence, now))}
    return cohort.compare(sorted(questions, key=lambda one: (one.account, one.resource)))


def _compares(text: Treatment) -> bool:
    return any("peers." in source for source in (text.headline, text.why, text.body))


def offer(ask: Ask, known: Catalog) -> Choice:
    """The best of the candidates; when none passes, the gates of the one that came furthest."""
    candidates = sorted(
        (known.offers[slug] for slug in ask.offers if slug in known.offers), key=lambda one: -one.priority
    )
    furthest = Choice(
        None, None, [failed(Code.OFFER_OFF, "None of the step's offers exists.", list(ask.offers))]
    )
    first = next(iter(candidates), None)
    for rank, candidate in enumerate(candidates):
        choice = _consider(candidate, ask, known)
        if choice.offer:
            return choice
        if rank == 0 or len(choice.gates) > len(furthest.gates):
            furthest = choice
    furthest.candidate = first
    return furthest


def _consider(candidate: Offer, ask: Ask, known: Catalog) -> Choice:
    treatment = localized(known.treatments.get((ask.template, ask.channel), []), ask.person.locale)
    gates: list[Gate] = []
    for gate in offer_gates.meet(candidate, treatment, ask, known.facts):
        gates.append(gate)
        if not gate.passed:
            return Choice(None, None, gates)
    return Choice(candidate, treatment, gates, candidate)


def localized(treatments: Sequence[Treatment], locale: str) -> Treatment | None:
    """The exact locale, else its language, else English."""
    by_locale = {treatment.locale.lower(): treatment for treatment in treatments}
    exact = locale.replace("_", "-").lower()
    return by_locale.get(exact) or by_locale.get(exact.split("-")[0]) or by_locale.get("en")
