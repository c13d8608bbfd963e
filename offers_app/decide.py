"""Choose one honest offer for one person, and say why not the others.

Eligible means: the offer is live, there is evidence to show, the account does not own it, its own rule holds for them,
the person did not turn it down lately, and it is written for the channel. Of those left the highest priority wins.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from offers_app import ruled
from offers_app.models import Offer, Proposition, Treatment
from people_app.models import Account, Person
from signals_app.knowing import Known
from signals_app.subjects import Subject
from upsell_project.lib.gates import Code, Gate, failed, passed
from upsell_project.lib.rules import ready
from upsell_project.lib.rules.facts import Fact

# An offer is answered with feedback only when that was negative.
TURNED_DOWN = ("declined", "opted_out", "feedback")
TURNED_DOWN_DAYS = 90


@dataclass(slots=True)
class Ask:
    """One question: which of these offers, for whom, because of what, on which channel."""

    person: Person
    account: Account
    offers: Sequence[str]
    template: str
    channel: str
    evidence: Mapping[str, Any]


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
    """What can be offered, who turned what down, and what offers ask of whom; read once for many questions."""

    offers: dict[str, Offer]
    treatments: dict[tuple[str, str], list[Treatment]]
    turned_down: dict[tuple[int, int], datetime]
    known: dict[Subject, Known]


def catalog(asks: Sequence[Ask], now: datetime) -> Catalog:
    """Three statements; a handful more where one of these offers has a rule, however many ask."""
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
    offers = {offer.slug: offer for offer in Offer.objects.select_related("checkout")}
    return Catalog(offers, treatments, turned_down, _known(asks, offers, now))


def _known(asks: Sequence[Ask], offers: Mapping[str, Offer], now: datetime) -> dict[Subject, Known]:
    wanted: dict[Subject, set[Fact]] = defaultdict(set)
    for ask in asks:
        for slug in ask.offers:
            if slug in offers and (rule := ready.readable(offers[slug].eligibility)):
                wanted[ruled.subject(ask.person, ask.account)] |= rule.facts
    return ruled.know(wanted, now)


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
    for gate in (
        _live(candidate),
        _has_evidence(ask),
        _not_owned(candidate, ask.account),
        *_is_for_them(candidate, ask, known),
        _not_turned_down(candidate, ask.person, known),
        _is_written(treatment, ask),
    ):
        gates.append(gate)
        if not gate.passed:
            return Choice(None, None, gates)
    return Choice(candidate, treatment, gates, candidate)


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
        return passed(Code.DISMISSED_EARLIER)
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
