"""Choose one honest offer for one person, and say why not the others.

All candidates are considered: each meets its gates (it is live, there is evidence to show, the account does not own it,
its own rule holds for them, the person did not turn it down lately, it is written for the channel); those that pass are
ranked; of the ranked ones the seed draws one by the bandit's chances, or there is none worth offering.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from offers_app import arms, in_force, ranking, ruled, weighing
from offers_app.arms import Learned
from offers_app.models import Offer, Proposition, Treatment
from offers_app.policy import Policy
from offers_app.ranking import Candidate
from offers_app.weighing import Weighed
from people_app.models import Account, Person
from signals_app.knowing import Known
from signals_app.subjects import Subject
from upsell_project.lib.gates import Code, Gate, failed, passed
from upsell_project.lib.rules import ready
from upsell_project.lib.rules.facts import Fact

# An offer is answered with feedback only when that was negative.
TURNED_DOWN = ("declined", "opted_out", "feedback")
TURNED_DOWN_DAYS = 90
_NOTHING = Decimal(0)
_NEVER_TURNED_DOWN = passed(Code.DISMISSED_EARLIER)


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

    `candidate` is what it was about: the offer, or when none qualifies, the one of the highest priority. `considered`
    are all, the best first, then those that did not pass; with `seed` and `policy` they make the same choice again.
    """

    offer: Offer | None
    treatment: Treatment | None
    gates: list[Gate] = field(default_factory=list)
    candidate: Offer | None = None
    considered: list[Considered] = field(default_factory=list)
    seed: int = 0
    policy: Policy | None = None


@dataclass(slots=True)
class Catalog:
    """What can be offered, who turned what down, what offers ask of whom, and what was learned; read once for many
    questions."""

    offers: dict[str, Offer]
    treatments: dict[tuple[str, str], list[Treatment]]
    turned_down: dict[tuple[int, int], datetime]
    known: dict[Subject, Known]
    learned: Learned
    now: datetime


def catalog(asks: Sequence[Ask], now: datetime) -> Catalog:
    """Five statements; a handful more where one of these offers has a rule, however many ask."""
    treatments: dict[tuple[str, str], list[Treatment]] = {}
    for treatment in Treatment.objects.select_related("template").order_by("pk"):
        treatments.setdefault((treatment.template.slug, treatment.channel), []).append(treatment)
    since = now - timedelta(days=TURNED_DOWN_DAYS)
    people = {ask.person.pk for ask in asks}
    rows = Proposition.objects.filter(person_id__in=people, answer__in=TURNED_DOWN, answered_at__gt=since)
    turned_down = {
        (person, offer): at
        for person, offer, at in rows.order_by("answered_at").values_list(
            "person_id", "offer_id", "answered_at"
        )
        if at
    }
    offers = {offer.slug: offer for offer in Offer.objects.all()}
    slugs = {slug for ask in asks for slug in ask.offers}
    wanted = {offers[slug].pk for slug in slugs if slug in offers}
    learned = arms.load(people, wanted, {ask.template for ask in asks}, in_force.policy(), now)
    return Catalog(offers, treatments, turned_down, _known(asks, offers, now), learned, now)


def _known(asks: Sequence[Ask], offers: Mapping[str, Offer], now: datetime) -> dict[Subject, Known]:
    wanted: dict[Subject, set[Fact]] = defaultdict(set)
    for ask in asks:
        for slug in ask.offers:
            if slug in offers and (rule := ready.readable(offers[slug].eligibility)):
                wanted[ruled.subject(ask.person, ask.account)] |= rule.facts
    return ruled.know(wanted, now)


def offer(ask: Ask, known: Catalog) -> Choice:
    """One of the candidates or none; when none passes, with the gates of the one that came furthest."""
    treatment = localized(known.treatments.get((ask.template, ask.channel), []), ask.person.locale)
    found = [known.offers[slug] for slug in dict.fromkeys(ask.offers) if slug in known.offers]
    found.sort(key=attrgetter("priority"), reverse=True)
    same = _Same(_has_evidence(ask), _is_written(treatment, ask))
    considered = [_consider(candidate, treatment, same, ask, known) for candidate in found]
    passing = [one for one in considered if one.passed]
    # Whatever narrows the candidates by experiment stands here: after the gates, before they are ranked.
    chosen = _ranked(passing, ask, known)
    best_first = sorted(passing, key=_rank) + [one for one in considered if not one.passed]
    choice = _chosen(chosen) if chosen else _nothing(ask, considered, best_first, known.learned.policy)
    choice.considered, choice.seed, choice.policy = best_first, ask.seed, known.learned.policy
    return choice


@dataclass(frozen=True, slots=True)
class _Same:
    """What is the same for all candidates of a question."""

    has_evidence: Gate
    is_written: Gate


def _consider(
    candidate: Offer, treatment: Treatment | None, same: _Same, ask: Ask, known: Catalog
) -> Considered:
    gates: list[Gate] = []
    for gate in _gates(candidate, same, ask, known):
        gates.append(gate)
        if not gate.passed:
            break
    return Considered(candidate, treatment, gates)


def _gates(candidate: Offer, same: _Same, ask: Ask, known: Catalog) -> Iterator[Gate]:
    """In the order in which they are met; none is worked out after one that is closed."""
    yield _live(candidate)
    yield same.has_evidence
    yield _not_owned(candidate, ask.account)
    yield from _is_for_them(candidate, ask, known)
    yield _not_turned_down(candidate, ask.person, known)
    yield same.is_written


def _ranked(passing: Sequence[Considered], ask: Ask, known: Catalog) -> Considered | None:
    """The one that the seed draws; each is given what it was weighed at."""
    by_slug = {one.offer.slug: one for one in passing}
    candidates = [_candidate(one.offer, ask, known.learned) for one in by_slug.values()]
    weighed = weighing.weigh(candidates, _context(ask, known.now), known.learned.policy)
    for each in weighed:
        by_slug[each.candidate.offer].weighed = each
    drawn = weighing.choose(weighed, ask.seed)
    return by_slug[drawn.candidate.offer] if drawn else None


def _candidate(offer: Offer, ask: Ask, learned: Learned) -> Candidate:
    """The offer as it is ranked."""
    segment = learned.segments.get(ask.person.pk, "")
    posterior = learned.posterior(offer.pk, ask.template, ask.channel, segment)
    return Candidate(offer.slug, _NOTHING, _NOTHING, offer.priority, posterior, segment)


def _context(ask: Ask, now: datetime) -> float:
    return ranking.context(ask.confidence, _age(ask.evidence, now), ask.channel, ask.person.preferred_channel)


def _age(evidence: Mapping[str, Any], now: datetime) -> timedelta:
    """Of figures that do not say when they were measured: none."""
    try:
        return now - datetime.fromisoformat(str(evidence["measured_at"]))
    except (KeyError, ValueError, TypeError):
        return timedelta(0)


def _rank(one: Considered) -> tuple[float, str]:
    return (-one.weighed.score if one.weighed else 0.0, one.offer.slug)


def _chosen(one: Considered) -> Choice:
    return Choice(one.offer, one.treatment, one.gates, one.offer)


def _nothing(
    ask: Ask, considered: Sequence[Considered], best_first: Sequence[Considered], policy: Policy
) -> Choice:
    """About the one of the highest priority, by the gates of whoever came furthest."""
    if not considered:
        reason = "None of the step's offers exists."
        return Choice(None, None, [failed(Code.OFFER_OFF, reason, list(ask.offers))])
    best = best_first[0]
    if best.weighed:
        reason = f"{best.offer.name} is not worth offering to them now."
        short = failed(Code.NOT_WORTH, reason, best.weighed.score, policy.least)
        return Choice(None, None, [*best.gates, short], best.offer)
    furthest = max(considered, key=lambda one: len(one.gates))
    return Choice(None, None, furthest.gates, considered[0].offer)


def localized(treatments: Sequence[Treatment], locale: str) -> Treatment | None:
    """The exact locale, else its language, else English."""
    by_locale = {treatment.locale.lower(): treatment for treatment in treatments}
    exact = locale.replace("_", "-").lower()
    return by_locale.get(exact) or by_locale.get(exact.split("-")[0]) or by_locale.get("en")


def _live(candidate: Offer) -> Gate:
    if candidate.live:
        return passed(Code.OFFER_OFF, candidate.slug)
    return failed(Code.OFFER_OFF, f"The offer {candidate.slug} is switched off.", candidate.slug)


def _has_evidence(ask: Ask) -> Gate:
    shown = {
        key: ask.evidence[key]
        for key in ("resource", "used", "cap", "feature", "count")
        if key in ask.evidence
    }
    if ask.evidence:
        return passed(Code.NO_EVIDENCE, shown)
    return failed(Code.NO_EVIDENCE, "There is no evidence that it would help.")


def owns(account: Account, candidate: Offer) -> bool:
    """Whether the account has the offer's plan or add-on already."""
    plan = bool(candidate.plan) and account.plan.lower() == candidate.plan.lower()
    return plan or (bool(candidate.addon) and candidate.addon in account.addons)


def _not_owned(candidate: Offer, account: Account) -> Gate:
    said = {"plan": account.plan, "addons": account.addons}
    if owns(account, candidate):
        return failed(Code.ALREADY_OWNED, f"The account already has {candidate.name}.", said, candidate.slug)
    return passed(Code.ALREADY_OWNED, said, candidate.slug)


def _is_for_them(candidate: Offer, ask: Ask, known: Catalog) -> list[Gate]:
    if not candidate.eligibility:
        return []
    about = known.known.get(ruled.subject(ask.person, ask.account))
    return [ruled.gate(Code.NOT_ELIGIBLE, candidate.eligibility, about, f"The offer {candidate.name}")]


def _not_turned_down(candidate: Offer, person: Person, known: Catalog) -> Gate:
    at = known.turned_down.get((person.pk, candidate.pk))
    if at is None:
        return _NEVER_TURNED_DOWN
    again = at + timedelta(days=TURNED_DOWN_DAYS)
    return failed(
        Code.DISMISSED_EARLIER,
        f"They said no to {candidate.name} on {at:%Y-%m-%d}.",
        at.isoformat(),
        {"days": TURNED_DOWN_DAYS},
        again,
    )


def _is_written(treatment: Treatment | None, ask: Ask) -> Gate:
    if treatment:
        return passed(Code.NO_TREATMENT, f"{treatment.template.slug}/{treatment.channel}/{treatment.locale}")
    return failed(
        Code.NO_TREATMENT, f"The template {ask.template} has no text for {ask.channel}.", ask.template
    )
