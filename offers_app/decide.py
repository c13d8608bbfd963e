"""Choose one honest offer for one person, and say why not the others.

All candidates are considered: each meets the gates of `offer_gates`; those that pass are ranked; of the ranked ones the
seed draws one by the bandit's chances, or there is none worth offering.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Q

from offers_app import (
    arms,
    claims,
    cohort,
    goods,
    in_force,
    lapsed,
    linted,
    locales,
    offer_facts,
    offer_gates,
    payback,
    personalize,
    ranking,
    weighing,
)
from offers_app.arms import Learned
from offers_app.models import Offer, Treatment
from offers_app.policy import Policy
from offers_app.ranking import Candidate
from offers_app.tallies import Posterior
from offers_app.weighing import Weighed
from people_app.models import Account, Person
from upsell_project.lib.gates import Code, Gate, failed


@dataclass(slots=True)
class Ask:
    """One question: which of these offers, for whom, because of what, on which channel.

    `confidence`: how sure the moment is, 0 to 1. `seed` draws among the chances (`bandit.SEEDS`); 0 takes the best.
    """

    person: Person
    account: Account
    offers: Sequence[str]
    template: str
    channel: str
    evidence: Mapping[str, Any]
    confidence: float = 1.0
    seed: int = 0
    enrollment: int | None = None
    """The run that asks: a yes that it got does not stand in its own way."""
    held: UUID | None = None
    """The proposition that waits to leave and is judged again: it does not count against itself."""


@dataclass(slots=True)
class Considered:
    """One candidate: the gates that it met, up to the first that is closed, and what it was weighed at if none was."""

    offer: Offer
    treatment: Treatment | None
    gates: list[Gate]
    weighed: Weighed | None = None

    @property
    def passed(self) -> bool:
        return self.gates[-1].passed


@dataclass(slots=True)
class Choice:
    """The answer: an offer with its treatment, or none; and the gates that were met on the way, in order.

    `candidate` is what it was about: the offer, or when none qualifies, the one that came furthest. `considered`
    are all, the best first, then those that did not pass; with `seed` and `policy` they make the same choice again.
    """

    offer: Offer | None
    treatment: Treatment | None
    gates: list[Gate] = field(default_factory=list)
    candidate: Offer | None = None
    considered: list[Considered] = field(default_factory=list)
    seed: int = 0
    policy: Policy | None = None

    @property
    def best(self) -> float:
        """The score of the best of its candidates; 0 where none was weighed."""
        return max((one.weighed.score for one in self.considered if one.weighed), default=0.0)


Text = tuple[Treatment | None, Gate]
"""How it reads for somebody, and the gate that says so."""


@dataclass(slots=True)
class Catalog:
    """What can be offered and how it reads, what the gates ask, and what was learned; read once for many questions."""

    offers: dict[str, Offer]
    judges: dict[str, list[offer_gates.Judge]]
    treatments: dict[tuple[str, str], list[Treatment]]
    facts: offer_facts.Facts
    peers: dict[cohort.Question, cohort.Compared]
    learned: Learned
    sayable: claims.Known
    ended: dict[str, str]
    """By subject, what stops a text or an offer since its waiver ended."""
    texts: dict[tuple[str, str, str], Text] = field(default_factory=dict)
    candidates: dict[tuple[str, str, str], dict[str, Candidate]] = field(default_factory=dict)

    def text(self, ask: Ask) -> Text:
        """Looked for once for all who ask for the same in the same language."""
        key = (ask.template, ask.channel, ask.person.locale)
        found = self.texts.get(key)
        if found is None:
            wanted = offer_gates.languages(ask.person.locale)
            treatment = localized(self.treatments.get(key[:2], []), wanted)
            gate = offer_gates.is_written(treatment, ask.template, ask.channel, wanted)
            found = self.texts[key] = (treatment, gate)
        return found

    def ranked(self, offers: Sequence[Offer], ask: Ask) -> list[Candidate]:
        """These offers as they are ranked, alike for all of a segment."""
        alike = (ask.template, ask.channel, self.learned.segments.get(ask.person.pk, ""))
        known = self.candidates.setdefault(alike, {})
        for offer in offers:
            if offer.slug not in known:
                known[offer.slug] = _candidate(offer, self.learned.posterior(offer.pk, *alike), alike[2])
        return [known[offer.slug] for offer in offers]

    def waiver_ended(self, offer: Offer, treatment: Treatment) -> str:
        """Why they may not be sent, if so."""
        names = (linted.subject(treatment), linted.subject(offer))
        return next((self.ended[name] for name in names if name in self.ended), "")

    def more(self, ask: Ask) -> dict[str, Any]:
        """What texts may say beside the evidence: their newest answer, and their figures beside those of others."""
        asked = cohort.question(ask.account.pk, ask.evidence, self.facts.now)
        return {
            "prior": self.facts.prior.get(ask.person.pk),
            "peers": self.peers.get(asked) if asked else None,
        }

    def fields(self, ask: Ask, offer: Offer, text: Treatment, evidence: Mapping[str, Any]) -> dict[str, Any]:
        """All merge fields of this text: what is sent is filled in with these, and so is what is previewed."""
        who, locale, now = (ask.person, ask.account), text.locale, self.facts.now
        found = personalize.context(*who, offer, evidence, now, locale, self.more(ask))
        doubt = text.template.hesitation
        found |= claims.fields(self.sayable, *who, evidence, locale, doubt, offer.product_id)
        return found | payback.fields(found, personalize.spoken(ask.person.locale, locale))


def catalog(asks: Sequence[Ask], now: datetime, typed: Treatment | None = None) -> Catalog:
    """Nine statements, however many ask; a few more where an offer has a rule or caps or a text compares. `typed`: a
    text that is not saved yet, instead of its row."""
    treatments, said = _treatments(asks, typed), offer_facts.answered(asks, now)
    offers, some = _offers({slug for ask in asks for slug in ask.offers}, {one.offer for one in said}, now)
    facts = offer_facts.load(asks, offers, said, now)
    plans = goods.plans(offers.values())
    judges = {slug: offer_gates.judges(one, plans, now) for slug, one in offers.items()}
    peers, learned = _peers(asks, treatments, now), _learned(asks, offers, now)
    sayable = claims.load({ask.person.pk for ask in asks}, now.date())
    written = [text for texts in treatments.values() for text in texts]
    ended = lapsed.among([*written, *offers.values()], now) if some else {}
    return Catalog(offers, judges, treatments, facts, peers, learned, sayable, ended)


def _treatments(asks: Sequence[Ask], typed: Treatment | None) -> dict[tuple[str, str], list[Treatment]]:
    """By template and channel."""
    templates, channels = {ask.template for ask in asks}, {ask.channel for ask in asks}
    rows = Treatment.objects.filter(template__slug__in=templates, channel__in=channels)
    found: dict[tuple[str, str], list[Treatment]] = {}
    for row in rows.select_related("template").order_by("pk"):
        treatment = typed if typed and typed.pk == row.pk else row
        found.setdefault((treatment.template.slug, treatment.channel), []).append(treatment)
    return found


def _offers(
    asked: Collection[str], answered: Collection[int], now: datetime
) -> tuple[dict[str, Offer], bool]:
    """Those that are candidates, and those of which somebody said something; and whether some waiver ever ended."""
    rows = goods.with_plans(Offer.objects.filter(Q(slug__in=asked) | Q(pk__in=answered)))
    rows = rows.select_related("product", "checkout").annotate(some_waiver_ended=lapsed.some(now))
    found = list(rows.prefetch_related("product__prices", "product__parts", "caps"))
    return {offer.slug: offer for offer in found}, any(offer.some_waiver_ended for offer in found)


def _learned(asks: Sequence[Ask], offers: Mapping[str, Offer], now: datetime) -> Learned:
    slugs = {slug for ask in asks for slug in ask.offers}
    wanted: Collection[int] = {offers[slug].pk for slug in slugs if slug in offers}
    people, templates = {ask.person.pk for ask in asks}, {ask.template for ask in asks}
    return arms.load(people, wanted, templates, in_force.policy(), now)


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
    """One of the candidates or none; when none passes, with the gates of the one that came furthest."""
    treatment, written = known.text(ask)
    found = [known.offers[slug] for slug in dict.fromkeys(ask.offers) if slug in known.offers]
    found.sort(key=attrgetter("priority"), reverse=True)
    asked = offer_gates.asked(ask, known.facts, written)
    considered = [
        Considered(candidate, treatment, offer_gates.meet(known.judges[candidate.slug], asked))
        for candidate in found
    ]
    passing = [one for one in considered if one.passed]
    # Whatever narrows the candidates by experiment stands here: after the gates, before they are ranked.
    ranked, chosen = _ranked(passing, ask, known)
    best_first = ranked + [one for one in considered if not one.passed]
    choice = _chosen(chosen) if chosen else _nothing(ask, considered, best_first, known.learned.policy)
    choice.considered, choice.seed, choice.policy = best_first, ask.seed, known.learned.policy
    return choice


def _ranked(
    passing: Sequence[Considered], ask: Ask, known: Catalog
) -> tuple[list[Considered], Considered | None]:
    """The best first, each with what it was weighed at, and the one that the seed draws."""
    by_slug = {one.offer.slug: one for one in passing}
    candidates = known.ranked([one.offer for one in passing], ask)
    weighed = weighing.weigh(candidates, _context(ask, known.facts.now), known.learned.policy)
    for each in weighed:
        by_slug[each.candidate.offer].weighed = each
    drawn = weighing.choose(weighed, ask.seed)
    best_first = [by_slug[each.candidate.offer] for each in weighed]
    return best_first, by_slug[drawn.candidate.offer] if drawn else None


def _candidate(offer: Offer, posterior: Posterior, segment: str) -> Candidate:
    return Candidate(offer.slug, offer.value, offer.cost, offer.priority, posterior, segment)


def _context(ask: Ask, now: datetime) -> float:
    return ranking.context(ask.confidence, _age(ask.evidence, now), ask.channel, ask.person.preferred_channel)


def _age(evidence: Mapping[str, Any], now: datetime) -> timedelta:
    """Of figures that do not say when they were measured: none."""
    try:
        return now - datetime.fromisoformat(str(evidence["measured_at"]))
    except (KeyError, ValueError, TypeError):
        return timedelta(0)


def _chosen(one: Considered) -> Choice:
    return Choice(one.offer, one.treatment, one.gates, one.offer)


def _nothing(
    ask: Ask, considered: Sequence[Considered], best_first: Sequence[Considered], policy: Policy
) -> Choice:
    """About whoever came furthest, by its own gates; of several the one of the highest priority."""
    if not considered:
        reason = "None of the step's offers exists."
        return Choice(None, None, [failed(Code.OFFER_OFF, reason, list(ask.offers))])
    best = best_first[0]
    if best.weighed:
        reason = f"{best.offer.name} is not worth offering to them now."
        short = failed(Code.NOT_WORTH, reason, best.weighed.score, policy.least)
        return Choice(None, None, [*best.gates, short], best.offer)
    furthest = max(considered, key=lambda one: len(one.gates))
    return Choice(None, None, furthest.gates, furthest.offer)


def localized(treatments: Sequence[Treatment], languages: Sequence[str]) -> Treatment | None:
    """Of one channel's treatments that in the first of these languages."""
    by_locale = {treatment.locale: treatment for treatment in treatments}
    found = locales.first(list(by_locale), languages)
    return by_locale[found] if found else None
