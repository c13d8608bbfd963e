"""The gates of an offer, in order: may it be made at all, is it for them, and not too often.

They are made ready once for many questions: a gate that says the same to all, or to all who are alike, is one object.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any

from django.conf import settings

from offers_app import caps, goods, locales, ruled
from offers_app.models import Offer, Product, Treatment
from offers_app.offer_facts import ACCEPTED_DAYS, RULES, TURNED_DOWN_DAYS, Asking, Facts, Said
from people_app.models import Account, Person
from signals_app.knowing import Known
from upsell_project.lib.gates import Code, Gate, failed, passed

_NO_NOES: dict[int, datetime] = {}
_NOT_TURNED_DOWN = passed(Code.DISMISSED_EARLIER)


@dataclass(slots=True)
class Asked:
    """One question as the gates of all its candidates see it."""

    person: Person
    account: Account
    has: Hashable
    """Alike for accounts that have the same."""
    billed: Hashable
    """Alike for those who are billed alike."""
    accepted: list[Said]
    """What others of the account said yes to; the run that asks goes on."""
    noes: dict[int, datetime]
    known: Known | None
    counts: caps.Counts
    evidence: Gate
    nothing_sold: Gate
    """Nobody owns what is not for sale."""
    written: Gate


Judge = Callable[[Asked], Gate | None]
"""A gate, ready to be met; None where it is not about them."""


def asked(ask: Asking, facts: Facts, written: Gate) -> Asked:
    """`written`: what `text` says."""
    person, account = ask.person, ask.account
    said_yes = facts.accepted.get(account.pk, ())
    return Asked(
        person,
        account,
        (account.plan, repr(account.addons)),
        (account.currency, account.country, person.country, account.billing_period),
        [one for one in said_yes if one.enrollment != ask.enrollment],
        facts.turned_down.get(person.pk, _NO_NOES),
        facts.known.get(ruled.subject(person, account)) if facts.known else None,
        facts.counts,
        _has_evidence(ask),
        passed(Code.ALREADY_OWNED, _holdings(account), []),
        written,
    )


def meet(judges: list[Judge], question: Asked) -> list[Gate]:
    """Each in its turn; what comes after a closed one is not judged."""
    met = []
    for judge in judges:
        gate = judge(question)
        if gate is not None:
            met.append(gate)
            if not gate.passed:
                break
    return met


def judges(offer: Offer, plans: goods.Plans, now: datetime) -> list[Judge]:
    """The gates of an offer in their order, as they stand now. `plans`: of all offers."""
    return [
        *map(_always, on_offer(offer, now)),
        attrgetter("evidence"),
        _not_owned(offer, plans),
        _not_prepaid(offer),
        *_has_price(offer, now),
        *_is_for_them(offer),
        *_within_caps(offer),
        partial(_not_turned_down, offer),
        attrgetter("written"),
    ]


def _always(gate: Gate) -> Judge:
    return lambda _: gate


def _once(alike: Callable[[Asked], Hashable], judge: Callable[[Asked], Gate]) -> Callable[[Asked], Gate]:
    """Judged once for all who are alike in this."""
    known: dict[Hashable, Gate] = {}

    def judged(question: Asked) -> Gate:
        key = alike(question)
        found = known.get(key)
        if found is None:
            found = known[key] = judge(question)
        return found

    return judged


def on_offer(offer: Offer, now: datetime) -> list[Gate]:
    """Whether anybody is offered it just now: switched on, and within its dates."""
    return [_live(offer), *_valid_now(offer, now)]


def _live(offer: Offer) -> Gate:
    if offer.live:
        return passed(Code.OFFER_OFF, offer.slug)
    return failed(Code.OFFER_OFF, f"The offer {offer.slug} is switched off.", offer.slug)


def _valid_now(offer: Offer, now: datetime) -> Iterator[Gate]:
    begins, ends = offer.valid_from, offer.valid_until
    if begins is None and ends is None:
        return
    threshold = {"from": begins.isoformat() if begins else None, "until": ends.isoformat() if ends else None}
    said = now.isoformat()
    if begins and now < begins:
        reason = f"The offer {offer.name} begins on {begins:%Y-%m-%d}."
        yield failed(Code.NOT_VALID_NOW, reason, said, threshold, begins)
    elif ends and now >= ends:
        yield failed(Code.NOT_VALID_NOW, f"The offer {offer.name} ended on {ends:%Y-%m-%d}.", said, threshold)
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


def _not_owned(offer: Offer, plans: goods.Plans) -> Judge:
    """Neither as billing says, nor by a yes of which billing has not said anything yet."""
    sold = goods.of(offer)
    if not sold:
        return attrgetter("nothing_sold")
    not_had = _once(attrgetter("has"), partial(_not_had, offer, sold, plans))

    def judge(question: Asked) -> Gate:
        gate = not_had(question)
        same = [one for one in question.accepted if _makes_needless(goods.of(one.offer), sold)]
        return _taken(same[-1], question.account) if same and gate.passed else gate

    return judge


def _makes_needless(taken: list[Product], sold: list[Product]) -> bool:
    """Whether who takes the one has something of the other."""
    return any(mine.pk == one.pk or goods.reaches(mine.rank, one) for mine in taken for one in sold)


def _not_had(offer: Offer, sold: list[Product], plans: goods.Plans, question: Asked) -> Gate:
    account = question.account
    said = _holdings(account)
    if reason := goods.owned(account, offer, plans):
        had = [product.slug for product in sold if goods.has(account, product, plans)]
        return failed(Code.ALREADY_OWNED, reason, said, had)
    return passed(Code.ALREADY_OWNED, said, [product.slug for product in sold])


def _taken(yes: Said, account: Account) -> Gate:
    reason = f"The account said yes to {yes.offer.name} on {yes.at:%Y-%m-%d}."
    again = yes.at + timedelta(days=ACCEPTED_DAYS)
    said = {**_holdings(account), "accepted": yes.offer.slug, "at": yes.at.isoformat()}
    return failed(Code.ALREADY_OWNED, reason, said, {"days": ACCEPTED_DAYS}, again)


def _holdings(account: Account) -> dict[str, Any]:
    return {"plan": account.plan, "addons": account.addons}


def _not_prepaid(offer: Offer) -> Judge:
    """P7: who paid a year ahead has nothing of a base plan; without a period, prepaid counts as a year."""
    has_plan = any(product.kind == Product.Kind.PLAN for product in goods.of(offer))

    def judge(question: Asked) -> Gate | None:
        account = question.account
        if not account.prepaid or account.billing_period == "month":
            return None
        said = {"prepaid": account.prepaid, "billing_period": account.billing_period}
        if not has_plan:
            return passed(Code.PREPAID_ANNUALLY, said, [Product.Kind.PLAN.value])
        reason = f"The account has paid its plan a year ahead, and {offer.name} is a plan."
        kinds = [Product.Kind.PLAN.value]
        return failed(Code.PREPAID_ANNUALLY, reason, said, kinds, account.renews_at)

    return judge


def _has_price(offer: Offer, now: datetime) -> Iterator[Judge]:
    if offer.product is None:
        return
    listed = sorted({price.currency for price in offer.product.prices.all()})

    def judge(question: Asked) -> Gate:
        account = question.account
        found = goods.priced(offer, question.person, account, now)
        billed = {"currency": account.currency, "country": account.country or question.person.country}
        if found:
            return passed(Code.NO_PRICE, billed, {"currency": found.currency, "period": found.period})
        reason = f"{offer.name} has no price in {account.currency or 'any currency'}."
        return failed(Code.NO_PRICE, reason, billed, listed)

    yield _once(attrgetter("billed"), judge)


def _is_for_them(offer: Offer) -> Iterator[Judge]:
    for name, code in RULES:
        if rule := getattr(offer, name):
            yield _ruled(ruled.asked(code, rule, f"The offer {offer.name}"))


def _ruled(gate: Callable[[Known | None], Gate]) -> Judge:
    return lambda question: gate(question.known)


def _within_caps(offer: Offer) -> Iterator[Judge]:
    if limits := list(offer.caps.all()):
        yield lambda question: caps.gate(limits, question.person.pk, question.account.pk, question.counts)


def _not_turned_down(offer: Offer, question: Asked) -> Gate:
    at = question.noes.get(offer.pk) if question.noes else None
    if at is None:
        return _NOT_TURNED_DOWN
    again = at + timedelta(days=TURNED_DOWN_DAYS)
    return failed(
        Code.DISMISSED_EARLIER,
        f"They said no to {offer.name} on {at:%Y-%m-%d}.",
        at.isoformat(),
        {"days": TURNED_DOWN_DAYS},
        again,
    )


def is_written(treatment: Treatment | None, template: str, channel: str, wanted: list[str]) -> Gate:
    """The languages that were looked for are stored with the decision."""
    looked_for = {"locales": wanted}
    if treatment:
        name = f"{treatment.template.slug}/{treatment.channel}/{treatment.locale}"
        return passed(Code.NO_TREATMENT, name, looked_for)
    sentence = f"The template {template} has no text for {channel} in their language or English."
    return failed(Code.NO_TREATMENT, sentence, template, looked_for)


def languages(locale: str) -> list[str]:
    """Best first: their own, its language, the deployment's default, English."""
    return locales.chain(locale, settings.DEFAULT_LOCALE)
