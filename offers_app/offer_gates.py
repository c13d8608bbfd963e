"""The gates of an offer for one person, in order: may it be made at all, is it for them, and not too often."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from offers_app import answers, caps, locales, ruled, terms
from offers_app.models import Offer, Product, Proposition, Treatment
from people_app.models import Account, Person
from signals_app.knowing import Known
from signals_app.subjects import Subject
from upsell_project.lib.gates import Code, Gate, failed, passed
from upsell_project.lib.rules import ready
from upsell_project.lib.rules.facts import Fact

TURNED_DOWN = answers.NO
TURNED_DOWN_DAYS = 90
# By then billing has said whether they have it.
ACCEPTED_DAYS = 30
_RULES = (
    ("eligibility", Code.NOT_ELIGIBLE),
    ("applicability", Code.NOT_APPLICABLE),
    ("suitability", Code.NOT_SUITABLE),
)


class Asking(Protocol):
    """Of a question what its gates need."""

    @property
    def person(self) -> Person: ...
    @property
    def account(self) -> Account: ...
    @property
    def offers(self) -> Sequence[str]: ...
    @property
    def template(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def evidence(self) -> Mapping[str, Any]: ...
    @property
    def enrollment(self) -> int | None: ...
    @property
    def held(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to an offer by somebody of an account; `enrollment` is 0 where it was decided on request."""

    offer: Offer
    answer: str
    at: datetime
    enrollment: int


@dataclass(slots=True)
class Facts:
    """What the gates of many questions ask, read at once."""

    now: datetime
    turned_down: dict[tuple[int, int], datetime] = field(default_factory=dict)
    """By person and offer, when they last did."""
    accepted: dict[int, list[Said]] = field(default_factory=dict)
    """By account, those of the last days."""
    prior: dict[int, Said] = field(default_factory=dict)
    """By person, their newest answer."""
    known: dict[Subject, Known] = field(default_factory=dict)
    counts: caps.Counts = field(default_factory=caps.Counts)


def load(asks: Sequence[Asking], offers: Mapping[str, Offer], now: datetime) -> Facts:
    """One statement; one more where one of these offers has caps, and a handful where one has a rule."""
    facts = Facts(now, known=_known(asks, offers, now))
    people, accounts = {ask.person.pk for ask in asks}, {ask.account.pk for ask in asks}
    _answers(facts, {offer.pk: offer for offer in offers.values()}, people, accounts)
    asked = [offers[slug] for slug in {slug for ask in asks for slug in ask.offers} if slug in offers]
    facts.counts = caps.load(asked, people, accounts, now, [ask.held for ask in asks if ask.held])
    return facts


def meet(candidate: Offer, treatment: Treatment | None, ask: Asking, facts: Facts) -> Iterator[Gate]:
    """Each in its turn; what comes after a closed one is not judged."""
    for gate in _gates(candidate, treatment, ask, facts):
        yield gate
        if not gate.passed:
            return


def _gates(candidate: Offer, treatment: Treatment | None, ask: Asking, facts: Facts) -> Iterator[Gate]:
    yield from on_offer(candidate, facts.now)
    yield _has_evidence(ask)
    yield _not_owned(candidate, ask, facts)
    yield from _not_prepaid(candidate, ask.account)
    yield from _has_price(candidate, ask, facts.now)
    for name, code in _RULES:
        yield from _is_for_them(candidate, name, code, ask, facts)
    capped = caps.gate(candidate, ask.person.pk, ask.account.pk, facts.counts)
    yield from [capped] if capped else []
    yield _not_turned_down(candidate, ask.person, facts)
    yield _is_written(treatment, ask)


def owns(account: Account, offer: Offer) -> bool:
    """Whether the account has the offer's product already, or any part of its bundle."""
    return any(_has(account, product) for product in _goods(offer))


def priced(offer: Offer, person: Person, account: Account | None, now: datetime) -> terms.Priced | None:
    """The row of the price list for this account; None where nothing is sold or nothing fits."""
    if offer.product is None:
        return None
    country = (account.country if account else "") or person.country
    billed = (
        terms.Billed(account.currency, country, account.billing_period)
        if account
        else terms.Billed(country=country)
    )
    return terms.price(list(offer.product.prices.all()), billed, settings.CURRENCY, now)


def _goods(offer: Offer) -> list[Product]:
    return [offer.product, *offer.product.parts.all()] if offer.product else []


def _has(account: Account, product: Product) -> bool:
    if not product.code:
        return False
    if product.kind == Product.Kind.PLAN:
        return account.plan.lower() == product.code.lower()
    return product.code in account.addons


def _answers(
    facts: Facts, offers: Mapping[int, Offer], people: Collection[int], accounts: Collection[int]
) -> None:
    """Of these people what they said, and of their accounts what anybody accepted; the newest counts."""
    since = facts.now - timedelta(days=TURNED_DOWN_DAYS)
    yes = Q(answer=answers.ACCEPTED) | Q(also_said__has_key=answers.ACCEPTED)
    whose = Q(person_id__in=people) | Q(account_id__in=accounts) & yes
    rows = Proposition.objects.filter(whose, answered_at__gt=since).exclude(answer="").order_by("answered_at")
    columns = ("person_id", "account_id", "offer_id", "answer", "answered_at", "enrollment_id", "also_said")
    accepted_since = facts.now - timedelta(days=ACCEPTED_DAYS)
    for person, account, offer, answer, at, enrollment, also in rows.values_list(*columns):
        if offer not in offers or at is None:
            continue
        said = Said(offers[offer], answer, at, enrollment or 0)
        if person in people:
            facts.prior[person] = said
        if answer in TURNED_DOWN:
            facts.turned_down[person, offer] = at
        taken = answers.accepted_at(answer, at, also)
        if taken and account in accounts and taken > accepted_since:
            facts.accepted.setdefault(account, []).append(replace(said, answer=answers.ACCEPTED, at=taken))


def _known(asks: Sequence[Asking], offers: Mapping[str, Offer], now: datetime) -> dict[Subject, Known]:
    facts_of = {slug: _asked_by(offer) for slug, offer in offers.items()}
    wanted: dict[Subject, set[Fact]] = {}
    for ask in asks:
        facts = wanted.setdefault(ruled.subject(ask.person, ask.account), set())
        facts |= {fact for slug in ask.offers for fact in facts_of.get(slug, ())}
    return ruled.know(wanted, now)


def _asked_by(offer: Offer) -> set[Fact]:
    rules = [ready.readable(raw) for name, _ in _RULES if (raw := getattr(offer, name))]
    return {fact for rule in rules if rule for fact in rule.facts}


def on_offer(offer: Offer, now: datetime) -> list[Gate]:
    """Whether anybody is offered it just now: switched on, and within its dates."""
    return [_live(offer), *_valid_now(offer, now)]


def _live(candidate: Offer) -> Gate:
    if candidate.live:
        return passed(Code.OFFER_OFF, candidate.slug)
    return failed(Code.OFFER_OFF, f"The offer {candidate.slug} is switched off.", candidate.slug)


def _valid_now(candidate: Offer, now: datetime) -> Iterator[Gate]:
    begins, ends = candidate.valid_from, candidate.valid_until
    if begins is None and ends is None:
        return
    threshold = {"from": begins.isoformat() if begins else None, "until": ends.isoformat() if ends else None}
    said = now.isoformat()
    if begins and now < begins:
        reason = f"The offer {candidate.name} begins on {begins:%Y-%m-%d}."
        yield failed(Code.NOT_VALID_NOW, reason, said, threshold, begins)
    elif ends and now >= ends:
        yield failed(
            Code.NOT_VALID_NOW, f"The offer {candidate.name} ended on {ends:%Y-%m-%d}.", said, threshold
        )
    else:
        yield passed(Code.NOT_VALID_NOW, said, threshold)


def _has_evidence(ask: Asking) -> Gate:
    shown = {
        key: ask.evidence[key]
        for key in ("resource", "used", "cap", "feature", "count")
        if key in ask.evidence
    }
    if ask.evidence:
        return passed(Code.NO_EVIDENCE, shown)
    return failed(Code.NO_EVIDENCE, "There is no evidence that it would help.")


def _not_owned(candidate: Offer, ask: Asking, facts: Facts) -> Gate:
    account = ask.account
    said = {"plan": account.plan, "addons": account.addons}
    if owns(account, candidate):
        reason = f"The account already has {candidate.name}."
        had = [product.slug for product in _goods(candidate) if _has(account, product)]
        return failed(Code.ALREADY_OWNED, reason, said, had)
    taken = _taken(candidate, ask, facts)
    if taken is None:
        return passed(Code.ALREADY_OWNED, said, [product.slug for product in _goods(candidate)])
    reason = f"The account said yes to {taken.offer.name} on {taken.at:%Y-%m-%d}."
    again = taken.at + timedelta(days=ACCEPTED_DAYS)
    said_yes = {**said, "accepted": taken.offer.slug, "at": taken.at.isoformat()}
    return failed(Code.ALREADY_OWNED, reason, said_yes, {"days": ACCEPTED_DAYS}, again)


def _taken(candidate: Offer, ask: Asking, facts: Facts) -> Said | None:
    """What they accepted meanwhile of the same goods, before billing says so. The run that led there goes on."""
    goods = {product.pk for product in _goods(candidate)}
    yes = [one for one in facts.accepted.get(ask.account.pk, ()) if one.enrollment != ask.enrollment]
    same = [one for one in yes if goods & {product.pk for product in _goods(one.offer)}]
    return same[-1] if same else None


def _not_prepaid(candidate: Offer, account: Account) -> Iterator[Gate]:
    """P7: who paid a year ahead has nothing of a base plan; without a period, prepaid counts as a year."""
    if not account.prepaid or account.billing_period == "month":
        return
    said = {"prepaid": account.prepaid, "billing_period": account.billing_period}
    if any(product.kind == Product.Kind.PLAN for product in _goods(candidate)):
        reason = f"The account has paid its plan a year ahead, and {candidate.name} is a plan."
        again = account.renews_at
        yield failed(Code.PREPAID_ANNUALLY, reason, said, [Product.Kind.PLAN.value], again)
    else:
        yield passed(Code.PREPAID_ANNUALLY, said, [Product.Kind.PLAN.value])


def _has_price(candidate: Offer, ask: Asking, now: datetime) -> Iterator[Gate]:
    if candidate.product is None:
        return
    found = priced(candidate, ask.person, ask.account, now)
    billed = {"currency": ask.account.currency, "country": ask.account.country or ask.person.country}
    listed = sorted({price.currency for price in candidate.product.prices.all()})
    if found:
        yield passed(Code.NO_PRICE, billed, {"currency": found.currency, "period": found.period})
    else:
        reason = f"{candidate.name} has no price in {ask.account.currency or 'any currency'}."
        yield failed(Code.NO_PRICE, reason, billed, listed)


def _is_for_them(candidate: Offer, name: str, code: Code, ask: Asking, facts: Facts) -> list[Gate]:
    rule = getattr(candidate, name)
    if not rule:
        return []
    about = facts.known.get(ruled.subject(ask.person, ask.account))
    return [ruled.gate(code, rule, about, f"The offer {candidate.name}")]


def _not_turned_down(candidate: Offer, person: Person, facts: Facts) -> Gate:
    at = facts.turned_down.get((person.pk, candidate.pk))
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


def _is_written(treatment: Treatment | None, ask: Asking) -> Gate:
    """The languages that were looked for are stored with the decision."""
    looked_for = {"locales": languages(ask.person)}
    if treatment:
        name = f"{treatment.template.slug}/{treatment.channel}/{treatment.locale}"
        return passed(Code.NO_TREATMENT, name, looked_for)
    sentence = f"The template {ask.template} has no text for {ask.channel} in their language or English."
    return failed(Code.NO_TREATMENT, sentence, ask.template, looked_for)


def languages(person: Person) -> list[str]:
    """Best first: their own, its language, the deployment's default, English."""
    return locales.chain(person.locale, settings.DEFAULT_LOCALE)
