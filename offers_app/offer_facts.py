"""What the gates of offers ask of people and accounts, read for many questions at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.db.models import Q

from offers_app import answers, caps, ruled
from offers_app.models import Offer, Proposition
from people_app.models import Account, Person
from signals_app.knowing import Known
from signals_app.subjects import Subject
from upsell_project.lib.gates import Code
from upsell_project.lib.rules import ready
from upsell_project.lib.rules.facts import Fact

TURNED_DOWN_DAYS = 90
# By then billing has said whether they have it.
ACCEPTED_DAYS = 30
RULES = (
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


class Answer(NamedTuple):
    """One that is stored, by its keys."""

    person: int
    account: int | None
    offer: int
    answer: str
    at: datetime
    enrollment: int | None
    also: Mapping[str, str]


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
    turned_down: dict[int, dict[int, datetime]] = field(default_factory=dict)
    """By person and offer, when they last did."""
    accepted: dict[int, list[Said]] = field(default_factory=dict)
    """By account, those of the last days."""
    prior: dict[int, Said] = field(default_factory=dict)
    """By person, their newest answer."""
    known: dict[Subject, Known] = field(default_factory=dict)
    counts: caps.Counts = field(default_factory=caps.Counts)


def answered(asks: Sequence[Asking], now: datetime) -> list[Answer]:
    """Of these people what they said, and of their accounts what anybody accepted; the newest last. One statement."""
    people, accounts = {ask.person.pk for ask in asks}, {ask.account.pk for ask in asks}
    yes = Q(answer=answers.ACCEPTED) | Q(also_said__has_key=answers.ACCEPTED)
    whose = Q(person_id__in=people) | Q(account_id__in=accounts) & yes
    since = now - timedelta(days=TURNED_DOWN_DAYS)
    rows = Proposition.objects.filter(whose, answered_at__gt=since).exclude(answer="").order_by("answered_at")
    columns = ("person_id", "account_id", "offer_id", "answer", "answered_at", "enrollment_id", "also_said")
    return [Answer(*row) for row in rows.values_list(*columns)]


def load(asks: Sequence[Asking], offers: Mapping[str, Offer], said: Iterable[Answer], now: datetime) -> Facts:
    """No statement; one where one of the asked offers has caps, and a handful where one has a rule. `offers`: those
    that are asked for or were answered."""
    facts = Facts(now, known=_known(asks, offers, now))
    people, accounts = {ask.person.pk for ask in asks}, {ask.account.pk for ask in asks}
    by_key = {offer.pk: offer for offer in offers.values()}
    for person, account, offer, answer, at, enrollment, also in said:
        one = Said(by_key[offer], answer, at, enrollment or 0)
        if person in people:
            facts.prior[person] = one
        if answer in answers.NO:
            facts.turned_down.setdefault(person, {})[offer] = at
        taken = answers.accepted_at(answer, at, also)
        if taken and account in accounts and taken > now - timedelta(days=ACCEPTED_DAYS):
            yes = replace(one, answer=answers.ACCEPTED, at=taken)
            facts.accepted.setdefault(account or 0, []).append(yes)
    asked = [offers[slug] for slug in {slug for ask in asks for slug in ask.offers} if slug in offers]
    facts.counts = caps.load(asked, people, accounts, now, [ask.held for ask in asks if ask.held])
    return facts


def _known(asks: Sequence[Asking], offers: Mapping[str, Offer], now: datetime) -> dict[Subject, Known]:
    facts_of = {slug: asked for slug, offer in offers.items() if (asked := _asked_by(offer))}
    if not facts_of:
        return {}
    wanted: dict[Subject, set[Fact]] = {}
    for ask in asks:
        facts = wanted.setdefault(ruled.subject(ask.person, ask.account), set())
        facts.update(*(facts_of[slug] for slug in ask.offers if slug in facts_of))
    return ruled.know(wanted, now)


def _asked_by(offer: Offer) -> set[Fact]:
    rules = [ready.readable(raw) for name, _ in RULES if (raw := getattr(offer, name))]
    return {fact for rule in rules if rule for fact in rule.facts}
